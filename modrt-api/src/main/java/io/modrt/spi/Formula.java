package io.modrt.spi;

import org.apiguardian.api.API;

/** What a relocation computes, before it is cut to its field. S symbol, A addend, P place. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Formula {
    /** Nothing is stored: the type is a marker. */
    NONE("nothing"),
    /** S + A + bias. */
    S_A("S + A"),
    /** S + A - P + bias. */
    S_A_P("S + A - P"),
    /** Page(S + A) - Page(P) + bias, where Page clears the low 12 bits whatever the kernel's page size. */
    PAGE("Page(S + A) - Page(P)"),
    /** What {@link ArchLoad#value} says, plus bias. */
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
