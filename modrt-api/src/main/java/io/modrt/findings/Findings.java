package io.modrt.findings;

import io.modrt.bytes.Printable;
import io.modrt.error.ModrtException;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.Taint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The findings of one file or load. Each fault is reported here, and the policy decides whether it is raised or kept as a diagnostic. */
public final class Findings {
    private final String name;
    private final LoadPolicy policy;
    private final List<Supplier<Diagnostic>> list = new ArrayList<>();
    private final Set<Taint> taints = EnumSet.noneOf(Taint.class);
    private int dropped;

    /**
     * Starts without findings.
     *
     * @param name the name of the file or module, which may be empty
     */
    public Findings(String name, LoadPolicy policy) {
        this.name = name;
        this.policy = policy;
    }

    /** A copy, so that a step of the load can add findings without changing those of its input. */
    public Findings fork() {
        Findings copy = new Findings(name, policy);
        copy.list.addAll(list);
        copy.taints.addAll(taints);
        copy.dropped = dropped;
        return copy;
    }

    /** The policy that decides. */
    public LoadPolicy policy() {
        return policy;
    }

    /** The name of the file or module, which may be empty. */
    public String name() {
        return name;
    }

    /** The start of a message: the name, a colon and a space; empty without a name. */
    public String where() {
        return name.isEmpty() ? "" : Printable.name(name) + ": ";
    }

    /** {@code refusal} with the name in front, if there is one. */
    public Refusal at(Refusal refusal) {
        return name.isEmpty() ? refusal : refusal.at(name);
    }

    /** All findings; the last one sums up those that were only counted. */
    public List<Diagnostic> list() {
        List<Diagnostic> all = new ArrayList<>(list.size() + 1);
        list.forEach(finding -> all.add(finding.get()));
        if (dropped > 0) {
            all.add(new Diagnostic(Kind.LEFT_AS_IT_WAS, name, "and " + dropped + " more of the like"));
        }
        return List.copyOf(all);
    }

    /** Adds a finding about the file or module as a whole. */
    public void add(Kind kind, String text) {
        add(kind, name.isEmpty() ? "module" : name, text);
    }

    /** Adds a finding. */
    public void add(Kind kind, String where, String text) {
        add(new Diagnostic(kind, where, text));
    }

    /** Adds a finding. Those beyond {@link io.modrt.policy.LoadLimits#diagnostics} are only counted: a file could cause one for each relocation. */
    public void add(Diagnostic diagnostic) {
        addLater(() -> diagnostic);
    }

    /** As {@link #add(Diagnostic)}, for a finding of most loads: it is worded when somebody asks for it. */
    public void addLater(Supplier<Diagnostic> finding) {
        if (list.size() < policy.limits().diagnostics()) {
            list.add(finding);
        } else {
            dropped++;
        }
    }

    /** Adds the findings of an earlier step. */
    public void addAll(Collection<Diagnostic> others) {
        others.forEach(this::add);
    }

    /** Reports a broken rule: raises a {@link PolicyException}, unless the policy relaxes {@code rule}. */
    public void broken(Rule rule, Refusal refusal) {
        broken(rule, refusal, reason -> new PolicyException(rule, at(reason)));
    }

    /** As {@link #broken(Rule, Refusal)}, with the exception that {@code exception} makes of the refusal. */
    public void broken(Rule rule, Refusal refusal, Function<Refusal, ? extends ModrtException> exception) {
        if (!policy.isRelaxed(rule)) {
            throw exception.apply(refusal);
        }
        add(Kind.RELAXED_RULE, refusal.what());
    }

    /** Reports something that the kernel lets pass without a message: raised only under a strict policy. */
    public void silent(String where, String text, Function<Refusal, ? extends ModrtException> exception) {
        if (policy.isStrict()) {
            throw exception.apply(Refusal.beyondKernel(text + "; the kernel does so in silence")
                    .at(where));
        }
        add(Kind.TRUNCATED_OR_IGNORED, where, text);
    }

    /** Reports a failure: raised, unless the policy is best effort; then it is kept, and the caller leaves the place as it was. */
    public void failed(Refusal refusal, String where, Function<Refusal, ? extends ModrtException> exception) {
        if (!policy.isBestEffort()) {
            throw exception.apply(refusal.at(where));
        }
        add(Kind.LEFT_AS_IT_WAS, where, refusal.message());
    }

    /** Counts a finding of which no more than that is kept, since there are so many; false if it must be reported in full. */
    public boolean isOnlyCounted() {
        boolean isFull = list.size() >= policy.limits().diagnostics();
        dropped += isFull ? 1 : 0;
        return isFull;
    }

    /** Rethrows a failure, unless the policy is best effort; then it is kept. */
    public void passOver(ModrtException failure, String where) {
        if (!policy.isBestEffort()) {
            throw failure;
        }
        add(Kind.LEFT_AS_IT_WAS, where, String.valueOf(failure.getMessage()));
    }

    /** Adds a taint, for which the kernel logs {@code line}. */
    public void taint(Taint taint, String line) {
        taint(taint);
        add(Kind.TAINT, taint.letter() + ": " + line);
    }

    /** Adds a taint for which the kernel logs no line. */
    public void taint(Taint taint) {
        taints.add(taint);
    }

    /** The taints that were added. */
    public Set<Taint> taints() {
        return Collections.unmodifiableSet(EnumSet.copyOf(taints));
    }

    /** Adds a finding that the kernel logs as a warning. */
    public void warn(String text) {
        add(Kind.KERNEL_WARNING, text);
    }
}
