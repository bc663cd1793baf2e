package io.modrt.testkit.riscv;

import io.modrt.spi.Field;

/** Where RISC-V instructions keep their immediates. Source: unprivileged manual, 2.3 and 26.2, bits as drawn there. */
final class RiscvField {
    /** {@code lui}, {@code auipc}: imm[31:12] in bits 31:12. */
    static final Field U = Field.run("imm[31:12]", 20, 12).from(12);
    /** {@code addi}, loads, {@code jalr}: imm[11:0] in bits 31:20. */
    static final Field I = Field.run("imm[11:0]", 12, 20);
    /** Stores: imm[11:5] in bits 31:25, imm[4:0] in bits 11:7. */
    static final Field S =
            Field.scattered("imm[11:5|4:0]", 0xfe00_0f80, 12, v -> bits(v, 11, 5) << 25 | bits(v, 4, 0) << 7);
    /** {@code beq} and its like: imm[12|10:5] in bits 31:25, imm[4:1|11] in bits 11:7. */
    static final Field B = Field.scattered("imm[12|10:5|4:1|11]", 0xfe00_0f80, 12, halves -> {
                int v = halves << 1;
                return bits(v, 12, 12) << 31 | bits(v, 10, 5) << 25 | bits(v, 4, 1) << 8 | bits(v, 11, 11) << 7;
            })
            .from(1);
    /** {@code jal}: imm[20|10:1|11|19:12] in bits 31:12. */
    static final Field J = Field.scattered("imm[20|10:1|11|19:12]", 0xffff_f000, 20, halves -> {
                int v = halves << 1;
                return bits(v, 20, 20) << 31 | bits(v, 10, 1) << 21 | bits(v, 11, 11) << 20 | bits(v, 19, 12) << 12;
            })
            .from(1);
    /** {@code c.beqz}: offset[8|4:3] in bits 12:10, offset[7:6|2:1|5] in bits 6:2. */
    static final Field CB = Field.scatteredInHalf("offset[8|4:3|7:6|2:1|5]", 0x1c7c, 8, halves -> {
                int v = halves << 1;
                return bits(v, 8, 8) << 12
                        | bits(v, 4, 3) << 10
                        | bits(v, 7, 6) << 5
                        | bits(v, 2, 1) << 3
                        | bits(v, 5, 5) << 2;
            })
            .from(1);
    /** {@code c.j}: offset[11|4|9:8|10|6|7|3:1|5] in bits 12:2. */
    static final Field CJ = Field.scatteredInHalf("offset[11|4|9:8|10|6|7|3:1|5]", 0x1ffc, 11, halves -> {
                int v = halves << 1;
                return bits(v, 11, 11) << 12
                        | bits(v, 4, 4) << 11
                        | bits(v, 9, 8) << 9
                        | bits(v, 10, 10) << 8
                        | bits(v, 6, 6) << 7
                        | bits(v, 7, 7) << 6
                        | bits(v, 3, 1) << 3
                        | bits(v, 5, 5) << 2;
            })
            .from(1);
    /**
     * {@code auipc} and {@code jalr}. The second adds a signed number, so the first holds the upper bits of the value + 0x800; the lower
     * bits of that sum are those of the value with bit 11 inverted.
     */
    static final Field U_AND_I = Field.pair("imm[31:12] and imm[11:0]", U, I.flipping(0x8000_0000));

    static final Field BYTE = Field.data("byte", Byte.BYTES);
    static final Field HALFWORD = Field.data("halfword", Short.BYTES);

    private RiscvField() {}

    private static int bits(int value, int high, int low) {
        return value >> low & (1 << (high - low + 1)) - 1;
    }
}
