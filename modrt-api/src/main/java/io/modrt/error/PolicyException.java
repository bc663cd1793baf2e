package io.modrt.error;

import java.util.Objects;
import org.apiguardian.api.API;

/** A well-formed module that this kernel does not take: vermagic, CRC, licence, namespace or signature. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class PolicyException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final Rule rule;

    /** The exception for {@code refusal}, raised by {@code rule}. */
    public PolicyException(Rule rule, Refusal refusal) {
        super(refusal);
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /** The rule that the module breaks; {@link io.modrt.policy.LoadPolicy#relaxed} switches it off. */
    public Rule rule() {
        return rule;
    }
}
