package io.modrt.spi;

import org.apiguardian.api.API;

/**
 * How a relocation's value is computed, before it is cut to its field. S is the symbol's value, A the addend, P the place, B the load's
 * {@link ArchLoad#base}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Formula {
    /** No value: the type is a marker, and nothing is stored. Its field and fit are not asked. */
    NONE("nothing"),
    /** S + A + bias. */
    S_A("S + A"),
    /** S + A - P + bias. */
    S_A_P("S + A - P"),
    /** S + A - Word(P) + bias, where Word clears the low two bits. */
    S_A_WORD("S + A - Word(P)"),
    /** S + A - B + bias. */
    S_A_B("S + A - B"),
    /** S plus A rounded to the nearest multiple of 8192, with the low 11 bits cleared; plus bias. */
    LR("LR'(S, A)"),
    /** What is left of S + A after {@link #LR}, from -0x1000 to 0x17fe; plus bias. */
    RR("RR'(S, A)"),
    /** {@link #LR} with S - B in place of S. */
    LR_B("LR'(S - B, A)"),
    /** {@link #RR} with S - B in place of S. */
    RR_B("RR'(S - B, A)"),
    /** Page(S + A) - Page(P) + bias, where Page clears the low 12 bits whatever the kernel's page size. */
    PAGE("Page(S + A) - Page(P)"),
    /** The result of {@link ArchLoad#value} + bias. */
    CUSTOM("custom");

    private static final long PAGE_MASK = -4096;
    private static final long WORD_MASK = -4;
    private static final long RIGHT_MASK = 0x7ff;

    private final String text;

    Formula(String text) {
        this.text = text;
    }

    /** The formula in the notation of the psABIs. */
    public String text() {
        return text;
    }

    /** The value without the bias; {@code goal} is S, with A = 0, {@code place} is P. For formulas of nothing else. */
    long value(long goal, long place) {
        return switch (this) {
            case S_A -> goal;
            case S_A_P -> goal - place;
            case S_A_WORD -> goal - (place & WORD_MASK);
            case LR -> goal & ~RIGHT_MASK;
            case RR -> goal & RIGHT_MASK;
            case PAGE -> (goal & PAGE_MASK) - (place & PAGE_MASK);
            case NONE, S_A_B, LR_B, RR_B, CUSTOM ->
                throw new AssertionError(this + " has no value of S + A and P alone");
        };
    }
}
