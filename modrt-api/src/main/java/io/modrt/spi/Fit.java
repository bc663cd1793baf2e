package io.modrt.spi;

import org.apiguardian.api.API;

/**
 * How a value is checked before it is cut to its field. The limits come from the {@link Field}, both
 * inclusive; alignment is a column of its own. A kernel that allows less is stricter in {@link ArchLoad#route} or {@link ArchLoad#value}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Fit {
    /** It is not checked: high bits are lost silently. */
    TRUNCATED,
    /** Nothing is refused, but a value that fits the field neither signed nor unsigned becomes a {@link io.modrt.policy.Diagnostic}. */
    REPORTED,
    /** Nothing is refused, but a value outside the field's signed range, a distance mostly, becomes a diagnostic. */
    SIGNED_REPORTED,
    /** The value must be within the field's signed range. */
    SIGNED,
    /** The value must be within the field's unsigned range. */
    UNSIGNED,
    /** The value must be within the field's signed or its unsigned range. */
    EITHER,
    /** S + A and the address of the next word (P + 4) must agree in the bits above the field, up to bit 31. */
    SAME_REGION,
    /** S alone and the address of the next word (P + 4) must agree in the bits above the field, up to bit 31. */
    SAME_REGION_OF_S
}
