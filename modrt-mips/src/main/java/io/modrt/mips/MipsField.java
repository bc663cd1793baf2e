package io.modrt.mips;

import io.modrt.spi.Field;

/** The fields of MIPS instructions; each is the low bits of a word. Source: MIPS32 instruction set manual, chapter 4. */
final class MipsField {
    /** The immediate of {@code lui}, {@code addiu}, loads and stores: 16 bits. */
    static final Field IMMEDIATE = Field.low("immediate", 16);
    /** The word distance of {@code beq} and its like: 16 bits. */
    static final Field OFFSET16 = Field.low("offset16", 16).from(2);
    /** The word distance of {@code beqzc} and {@code bnezc}: 21 bits. */
    static final Field OFFSET21 = Field.low("offset21", 21).from(2);
    /** The word distance of {@code bc} and {@code balc}: 26 bits. */
    static final Field OFFSET26 = Field.low("offset26", 26).from(2);
    /** The word address of {@code j} and {@code jal}, without its upper bits: 26 bits. */
    static final Field INSTR_INDEX = Field.low("instr_index", 26).from(2);

    private MipsField() {}
}
