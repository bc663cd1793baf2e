package io.modrt.findings;

import io.modrt.error.ModrtException;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Collects what one file or load lets pass, and raises what its policy does not let pass. */
public final class Findings {
    /** A hostile file could make one finding a relocation; those beyond this number are counted only. */
    private static final int MOST = 10_000;

    private final String name;
    private final LoadPolicy policy;
    private final List<Diagnostic> list = new ArrayList<>();
    private int dropped;

    /**
     * No findings yet.
     *
     * @param name the name of the file or module, which may be empty
     */
    public Findings(String name, LoadPolicy policy) {
        this.name = name;
        this.policy = policy;
    }

    /** A copy to which a step can add without touching its input. */
    public Findings fork() {
        Findings copy = new Findings(name, policy);
        copy.list.addAll(list);
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

    /** What starts a message: the name, a colon and a space, or nothing. */
    public String where() {
        return name.isEmpty() ? "" : name + ": ";
    }

    /** {@code refusal} with the name in front, if there is one. */
    public Refusal at(Refusal refusal) {
        return name.isEmpty() ? refusal : refusal.at(name);
    }

    /** All findings, those that were only counted as one. */
    public List<Diagnostic> list() {
        if (dropped == 0) {
            return List.copyOf(list);
        }
        List<Diagnostic> all = new ArrayList<>(list);
        all.add(new Diagnostic(Kind.LEFT_AS_IT_WAS, name, "and " + dropped + " more of the like"));
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

    /** Adds a finding. */
    public void add(Diagnostic diagnostic) {
        if (list.size() < MOST) {
            list.add(diagnostic);
        } else {
            dropped++;
        }
    }

    /** Adds what an earlier step found. */
    public void addAll(List<Diagnostic> others) {
        others.forEach(this::add);
    }

    /** Raises a {@link PolicyException}, unless the policy relaxes {@code rule}. */
    public void broken(Rule rule, Refusal refusal) {
        broken(rule, refusal, reason -> new PolicyException(rule, at(reason)));
    }

    /** Raises what {@code exception} makes of the refusal, unless the policy relaxes {@code rule}. */
    public void broken(Rule rule, Refusal refusal, Function<Refusal, ? extends ModrtException> exception) {
        if (!policy.isRelaxed(rule)) {
            throw exception.apply(refusal);
        }
        add(Kind.RELAXED_RULE, refusal.what());
    }

    /** Raises, under a strict policy, what the kernel lets pass without a message. */
    public void silent(String where, String text, Function<Refusal, ? extends ModrtException> exception) {
        if (policy.isStrict()) {
            throw exception.apply(Refusal.beyondKernel(text + "; the kernel does so in silence")
                    .at(where));
        }
        add(Kind.TRUNCATED_OR_IGNORED, where, text);
    }

    /** Raises a failure, unless the policy is best effort: then the place stays as it was. */
    public void failed(Refusal refusal, String where, Function<Refusal, ? extends ModrtException> exception) {
        if (!policy.isBestEffort()) {
            throw exception.apply(refusal.at(where));
        }
        add(Kind.LEFT_AS_IT_WAS, where, refusal.message());
    }

    /** Raises a failure again, unless the policy is best effort. */
    public void passOver(ModrtException failure, String where) {
        if (!policy.isBestEffort()) {
            throw failure;
        }
        add(Kind.LEFT_AS_IT_WAS, where, String.valueOf(failure.getMessage()));
    }

    /** Adds what the kernel would log as a warning. */
    public void warn(String text) {
        add(Kind.KERNEL_WARNING, text);
    }
}
