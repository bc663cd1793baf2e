package io.modrt.testkit.sample;

import static io.modrt.spi.Fit.SIGNED;
import static io.modrt.spi.Fit.TRUNCATED;
import static io.modrt.spi.Fit.UNSIGNED;
import static io.modrt.spi.Formula.PAGE;
import static io.modrt.spi.Formula.S_A;
import static io.modrt.spi.Formula.S_A_P;
import static io.modrt.testkit.sample.SampleField.IMM12;
import static io.modrt.testkit.sample.SampleField.IMM12_OF_4;
import static io.modrt.testkit.sample.SampleField.IMM12_OF_8;
import static io.modrt.testkit.sample.SampleField.IMM16;
import static io.modrt.testkit.sample.SampleField.IMM26;
import static io.modrt.testkit.sample.SampleField.IMMHI_IMMLO;

import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import java.util.Arrays;
import java.util.List;

/** The rows of the package's table, and those with which stubs are filled. */
@SuppressWarnings("ImmutableEnumChecker") // Field is immutable, without saying so by an annotation
enum SampleReloc implements RelocationType {
    // spotless:off
    //                        nr   value  bits go to            must fit   S + A is a multiple of
    ABS64               (    257, S_A,    Field.WORD64,         TRUNCATED, 1),
    ABS32               (    258, S_A,    Field.WORD32,         UNSIGNED,  1),
    PREL64              (    260, S_A_P,  Field.WORD64,         TRUNCATED, 1),
    PREL32              (    261, S_A_P,  Field.WORD32,         SIGNED,    1),
    MOVW_UABS_G0_NC     (    264, S_A,    IMM16,                TRUNCATED, 1),
    MOVW_UABS_G1_NC     (    266, S_A,    IMM16.from(16),       TRUNCATED, 1),
    MOVW_UABS_G2_NC     (    268, S_A,    IMM16.from(32),       TRUNCATED, 1),
    MOVW_UABS_G3        (    269, S_A,    IMM16.from(48),       TRUNCATED, 1),
    ADR_PREL_PG_HI21    (    275, PAGE,   IMMHI_IMMLO.from(12), SIGNED,    1),
    ADD_ABS_LO12_NC     (    277, S_A,    IMM12,                TRUNCATED, 1),
    LDST8_ABS_LO12_NC   (    278, S_A,    IMM12,                TRUNCATED, 1),
    JUMP26              (    282, S_A_P,  IMM26.from(2),        SIGNED,    4),
    CALL26              (    283, S_A_P,  IMM26.from(2),        SIGNED,    4),
    LDST32_ABS_LO12_NC  (    285, S_A,    IMM12_OF_4.from(2),   TRUNCATED, 4),
    LDST64_ABS_LO12_NC  (    286, S_A,    IMM12_OF_8.from(3),   TRUNCATED, 8);
    // spotless:on

    /** What is applied to modules; the MOVW types fill stubs alone. */
    static final List<SampleReloc> OF_MODULES = Arrays.stream(values())
            .filter(type -> !type.name().startsWith("MOVW"))
            .toList();

    private final int number;
    private final Formula formula;
    private final Field field;
    private final Fit fit;
    private final int targetAlignment;

    SampleReloc(int number, Formula formula, Field field, Fit fit, int targetAlignment) {
        this.number = number;
        this.formula = formula;
        this.field = field;
        this.fit = fit;
        this.targetAlignment = targetAlignment;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String psabiName() {
        return "R_AARCH64_" + name();
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

    @Override
    public int targetAlignment() {
        return targetAlignment;
    }

    @Override
    public boolean routed() {
        return this == JUMP26 || this == CALL26;
    }
}
