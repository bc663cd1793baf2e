package io.modrt.spi;

import org.apiguardian.api.API;

/** How a relocation's value is computed, before it is cut to its field. S is the symbol's value, A the addend, P the place. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Formula {
    /** No value: the type is a marker, and nothing is stored. Its field and fit are not asked. */
    NONE("nothing"),
    /** S + A + bias. */
    S_A("S + A"),
    /** S + A - P + bias. */
    S_A_P("S + A - P"),
    /** Page(S + A) - Page(P) + bias, where Page clears the low 12 bits whatever the kernel's page size. */
    PAGE("Page(S + A) - Page(P)"),
    /** The result of {@link ArchLoad#value} + bias. */
    CUSTOM("custom");

    private static final long PAGE_MASK = -4096;

    private final String text;

    Formula(String text) {
        this.text = text;
    }

    /** The formula in the notation of the psABIs. */
    public String text() {
        return text;
    }

    /** The value without the bias; {@code goal} is S + A, {@code place} is P. Not for {@link #NONE} and {@link #CUSTOM}. */
    long value(long goal, long place) {
        return switch (this) {
            case S_A -> goal;
            case S_A_P -> goal - place;
            case PAGE -> (goal & PAGE_MASK) - (place & PAGE_MASK);
            case NONE, CUSTOM -> throw new AssertionError(this + " has no value of S + A and P alone");
        };
    }
}
