package com.example.i386;

import static io.modrt.spi.Fit.TRUNCATED;
import static io.modrt.spi.Formula.S_A;
import static io.modrt.spi.Formula.S_A_P;

import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;

/** What the kernel applies in sections of type SHT_REL. */
enum I386Reloc implements RelocationType {
    // number, value, the bits it goes to, how it must fit
    R_386_32(1, S_A, Field.WORD32, TRUNCATED),
    R_386_PC32(2, S_A_P, Field.WORD32, TRUNCATED),
    R_386_PLT32(4, S_A_P, Field.WORD32, TRUNCATED); // there is no PLT in a kernel

    private final int number;
    private final Formula formula;
    private final Field field;
    private final Fit fit;

    I386Reloc(int number, Formula formula, Field field, Fit fit) {
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
}
