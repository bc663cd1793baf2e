package io.modrt.engine;

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

/** Collects what one load lets pass, and decides by its policy what it does not. */
final class Diagnostics {
    /** A hostile file could make one a relocation; the rest is counted. */
    private static final int MOST = 10_000;

    private final String module;
    private final LoadPolicy policy;
    private final List<Diagnostic> list = new ArrayList<>();
    private int dropped;

    Diagnostics(String module, LoadPolicy policy) {
        this.module = module;
        this.policy = policy;
    }

    /** A copy to which a step can add without touching its input. */
    Diagnostics fork() {
        Diagnostics copy = new Diagnostics(module, policy);
        copy.list.addAll(list);
        copy.dropped = dropped;
        return copy;
    }

    LoadPolicy policy() {
        return policy;
    }

    String module() {
        return module;
    }

    List<Diagnostic> list() {
        if (dropped == 0) {
            return List.copyOf(list);
        }
        List<Diagnostic> all = new ArrayList<>(list);
        all.add(new Diagnostic(Kind.LEFT_AS_IT_WAS, module, "and " + dropped + " more of the like"));
        return List.copyOf(all);
    }

    void add(Kind kind, String where, String text) {
        add(new Diagnostic(kind, where, text));
    }

    void add(Diagnostic diagnostic) {
        if (list.size() < MOST) {
            list.add(diagnostic);
        } else {
            dropped++;
        }
    }

    void addAll(List<Diagnostic> others) {
        others.forEach(this::add);
    }

    /** Refuses, unless the policy relaxes {@code rule}. */
    void broken(Rule rule, Refusal refusal) {
        if (!policy.isRelaxed(rule)) {
            throw new PolicyException(rule, refusal.at(module));
        }
        add(Kind.RELAXED_RULE, module, refusal.what());
    }

    /** Refuses under a strict policy what the kernel lets pass in silence. */
    void silent(String where, String text, Function<Refusal, ModrtException> exception) {
        if (policy.isStrict()) {
            throw exception.apply(Refusal.beyondKernel(text + "; the kernel does so in silence")
                    .at(where));
        }
        add(Kind.TRUNCATED_OR_IGNORED, where, text);
    }

    /** Refuses, unless the policy is best effort: then the place stays as it was. */
    void failed(Refusal refusal, String where, Function<Refusal, ModrtException> exception) {
        if (!policy.isBestEffort()) {
            throw exception.apply(refusal.at(where));
        }
        add(Kind.LEFT_AS_IT_WAS, where, refusal.message());
    }

    /** Lets a failure pass under a best-effort policy, and raises it again under others. */
    void passOver(ModrtException failure, String where) {
        if (!policy.isBestEffort()) {
            throw failure;
        }
        add(Kind.LEFT_AS_IT_WAS, where, failure.getMessage());
    }

    /** What the kernel would log as a warning. */
    void warn(String text) {
        add(Kind.KERNEL_WARNING, module, text);
    }
}
