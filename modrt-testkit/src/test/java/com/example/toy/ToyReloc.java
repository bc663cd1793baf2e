package com.example.toy;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Fixup;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;

/** The relocations of a made-up machine. */
enum ToyReloc implements RelocationType {
    // number, value, the bits it goes to, how it must fit
    R_TOY_WORD(1, Formula.S_A, Field.WORD32, Fit.TRUNCATED),
    R_TOY_CALL(2, Formula.S_A_P, Fields.CALL, Fit.SIGNED),
    R_TOY_LOW(3, Formula.S_A, Fields.IMM16, Fit.TRUNCATED),
    /** The upper half of S + A, where A is the 16 bits of the place, not shifted: {@link ToyLoad#open} reads it so. */
    R_TOY_HIGH(4, Formula.S_A, Fields.IMM16.from(16), Fit.TRUNCATED);

    /** In a class of their own, since an enum's constants may not refer to its static fields. */
    static final class Fields {
        /** The distance in words, in the low 24 bits. */
        static final Field CALL = Field.low("offset24", 24).from(2);
        /** 16 bits: value bits 15 to 12 in word bits 19 to 16, the rest in word bits 11 to 0. */
        static final Field IMM16 = Field.scattered("imm4:imm12", 0x000f_0fff, 16, v -> (v & 0xf000) << 4 | v & 0xfff);

        private Fields() {}
    }

    private final int number;
    private final Formula formula;
    private final Field field;
    private final Fit fit;

    ToyReloc(int number, Formula formula, Field field, Fit fit) {
        this.number = number;
        this.formula = formula;
        this.field = field;
        this.fit = fit;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public Formula formula() {
        return formula;
    }

    @Override
    public Field field() {
        return field;
    }

    @Override
    public Fit fit() {
        return fit;
    }

    /** {@link ToyLoad#route} is asked before the range is checked. */
    @Override
    public boolean routed() {
        return this == R_TOY_CALL;
    }

    /** A branch counts from 8 bytes on, and the assembler puts -8 into the addend: S + A is 8 bytes in front of where it arrives. */
    @Override
    public long branchBias() {
        return routed() ? 8 : 0;
    }

    @Override
    public int targetAlignment() {
        return routed() ? 4 : 1;
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        return Refusal.of(Errno.ENOEXEC, what)
                .logged(fixup.moduleName() + ": relocation " + fixup.index() + " out of range");
    }
}
