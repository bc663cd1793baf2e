package io.modrt.parisc;

import io.modrt.spi.Field;

/**
 * The scattered immediates of PA-RISC instructions. Here bit 31 is the most significant bit, which the manual numbers 0. Source:
 * PA-RISC 2.0 architecture, appendix C (instruction formats) and the functions {@code assemble_*} and {@code low_sign_ext} of its
 * instruction descriptions.
 */
final class PariscField {
    // spotless:off
    /** Short displacement of a load, {@code low_sign_ext}: 5 bits. */
    static final Field IM5 = Field.scattered("im5", 0x001f_0000, 5, v ->
            bits(v, 4, 4) << 16 | bits(v, 3, 0) << 17);
    /** Displacement of loads, stores and {@code ldo}: 14 bits. */
    static final Field IM14 = Field.scattered("im14", 0x0000_3fff, 14, v ->
            bits(v, 13, 13) | bits(v, 12, 0) << 1);
    /** Displacement of {@code ldd} and {@code std} in wide mode, {@code assemble_16a}: 16 bits, two of which are XORed with the sign. */
    static final Field IM16A = Field.scattered("im16a", 0x0000_ffff, 16, v ->
            bits(v, 15, 15)
                    | (bits(v, 14, 14) ^ bits(v, 15, 15)) << 15
                    | (bits(v, 13, 13) ^ bits(v, 15, 15)) << 14
                    | bits(v, 12, 0) << 1);
    /** Distance in words of {@code cmpb} and {@code addb}, {@code assemble_12}: 12 bits. */
    static final Field W12 = Field.scattered("w12", 0x0000_1ffd, 12, v ->
            bits(v, 11, 11) | bits(v, 10, 10) << 2 | bits(v, 9, 0) << 3).from(2);
    /** Distance in words of {@code b,l} and {@code be}, {@code assemble_17}: 17 bits. */
    static final Field W17 = Field.scattered("w17", 0x001f_1ffd, 17, v ->
            bits(v, 16, 16) | bits(v, 15, 11) << 16 | bits(v, 10, 10) << 2 | bits(v, 9, 0) << 3).from(2);
    /** Upper part of an address in {@code ldil} and {@code addil}, {@code assemble_21}: 21 bits. */
    static final Field IM21 = Field.scattered("im21", 0x001f_ffff, 21, v ->
            bits(v, 20, 20) | bits(v, 19, 9) << 1 | bits(v, 8, 7) << 14 | bits(v, 6, 2) << 16 | bits(v, 1, 0) << 12).from(11);
    /** Distance in words of {@code b,l} with {@code %rp}, PA 2.0, {@code assemble_22}: 22 bits. */
    static final Field W22 = Field.scattered("w22", 0x03ff_1ffd, 22, v ->
            bits(v, 21, 21) | bits(v, 20, 11) << 16 | bits(v, 10, 10) << 2 | bits(v, 9, 0) << 3).from(2);
    // spotless:on

    private PariscField() {}

    private static int bits(int v, int high, int low) {
        return v >>> low & (1 << (high - low + 1)) - 1;
    }
}
