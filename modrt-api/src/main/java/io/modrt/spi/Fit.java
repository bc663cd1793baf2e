package io.modrt.spi;

import org.apiguardian.api.API;

/** What is checked before a value is cut to its field. Numbers come from the {@link Field}; alignment is a column of its own. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Fit {
    /** Nothing: high bits are lost in silence. */
    TRUNCATED,
    /** Nothing is refused, but a value that fits the field neither signed nor unsigned becomes a {@link io.modrt.policy.Diagnostic}. */
    REPORTED,
    /** Nothing is refused, but a value outside the field's signed range, a distance mostly, becomes a diagnostic. */
    SIGNED_REPORTED,
    /** The value is within the field's signed range. */
    SIGNED,
    /** The value is within the field's unsigned range. */
    UNSIGNED,
    /** The value is within the field's range, signed or unsigned. */
    EITHER,
    /** S + A and the address of the next word (P + 4) agree in the bits above the field, up to bit 31. */
    SAME_REGION,
    /** S alone and the address of the next word (P + 4) agree in the bits above the field, up to bit 31. */
    SAME_REGION_OF_S
}
