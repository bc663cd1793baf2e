package io.modrt.testkit.sample;

import io.modrt.spi.Field;

/** Where AArch64 instructions keep their immediates. Source: Arm Architecture Reference Manual, C6.2, bits as drawn there. */
final class SampleField {
    /** {@code adrp}: immlo is bits 30:29, immhi bits 23:5. */
    static final Field IMMHI_IMMLO =
            Field.scattered("immhi:immlo", 0x60ff_ffe0, 21, v -> (v & 0x3) << 29 | (v >> 2 & 0x7_ffff) << 5);
    /** {@code add} (immediate): bits 21:10. */
    static final Field IMM12 = Field.scattered("imm12", 0x003f_fc00, 12, v -> (v & 0xfff) << 10);
    /** {@code ldr} and {@code str} of 8 bytes: of imm12, bits 21:10, those that an offset within a page reaches. */
    static final Field IMM12_OF_8 = Field.scattered("imm12 of 8 bytes", 0x0007_fc00, 9, v -> (v & 0x1ff) << 10);
    /** {@code ldr} and {@code str} of 4 bytes: likewise. */
    static final Field IMM12_OF_4 = Field.scattered("imm12 of 4 bytes", 0x000f_fc00, 10, v -> (v & 0x3ff) << 10);
    /** {@code movz} and {@code movk}: bits 20:5. */
    static final Field IMM16 = Field.scattered("imm16", 0x001f_ffe0, 16, v -> (v & 0xffff) << 5);
    /** {@code b} and {@code bl}: bits 25:0. */
    static final Field IMM26 = Field.low("imm26", 26);

    private SampleField() {}
}
