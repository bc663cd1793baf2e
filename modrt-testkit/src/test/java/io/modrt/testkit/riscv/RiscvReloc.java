package io.modrt.testkit.riscv;

import static io.modrt.spi.Field.WORD32;
import static io.modrt.spi.Field.WORD64;
import static io.modrt.spi.Fit.SIGNED;
import static io.modrt.spi.Fit.SIGNED_REPORTED;
import static io.modrt.spi.Fit.TRUNCATED;
import static io.modrt.spi.Fit.UNSIGNED;
import static io.modrt.spi.Formula.CUSTOM;
import static io.modrt.spi.Formula.S_A;
import static io.modrt.spi.Formula.S_A_P;
import static io.modrt.spi.Store.ADD;
import static io.modrt.spi.Store.BY_LOAD;
import static io.modrt.spi.Store.REPLACE;
import static io.modrt.spi.Store.SET;
import static io.modrt.spi.Store.SUB;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Fixup;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Store;
import java.util.EnumSet;
import java.util.Set;

/** The relocations of Linux/RISC-V modules; the package's page has the table in the psABI's notation. */
@SuppressWarnings("ImmutableEnumChecker") // Field is immutable, without saying so by an annotation
enum RiscvReloc implements RelocationType {
    // spotless:off
    //           nr  value         stored    bits go to           must fit
    NONE        ( 0, Formula.NONE, SET,      WORD32,              TRUNCATED),
    R_32        ( 1, S_A,          SET,      WORD32,              UNSIGNED),
    R_64        ( 2, S_A,          SET,      WORD64,              TRUNCATED),
    BRANCH      (16, S_A_P,        SET,      RiscvField.B,        SIGNED_REPORTED),
    JAL         (17, S_A_P,        SET,      RiscvField.J,        SIGNED_REPORTED),
    CALL        (18, S_A_P,        SET,      RiscvField.U_AND_I,  SIGNED),
    CALL_PLT    (19, S_A_P,        SET,      RiscvField.U_AND_I,  SIGNED),
    PCREL_HI20  (23, S_A_P,        SET,      RiscvField.U,        SIGNED),
    PCREL_LO12_I(24, CUSTOM,       SET,      RiscvField.I,        TRUNCATED),
    PCREL_LO12_S(25, CUSTOM,       SET,      RiscvField.S,        TRUNCATED),
    /** The high bits of 32: kernels whose code and data lie anywhere in 64 bits refuse it. */
    HI20        (26, S_A,          SET,      RiscvField.U,        TRUNCATED),
    LO12_I      (27, S_A,          SET,      RiscvField.I,        TRUNCATED),
    LO12_S      (28, S_A,          SET,      RiscvField.S,        TRUNCATED),
    ADD8        (33, S_A,          ADD,      RiscvField.BYTE,     TRUNCATED),
    ADD16       (34, S_A,          ADD,      RiscvField.HALFWORD, TRUNCATED),
    ADD32       (35, S_A,          ADD,      WORD32,              TRUNCATED),
    ADD64       (36, S_A,          ADD,      WORD64,              TRUNCATED),
    SUB8        (37, S_A,          SUB,      RiscvField.BYTE,     TRUNCATED),
    SUB16       (38, S_A,          SUB,      RiscvField.HALFWORD, TRUNCATED),
    SUB32       (39, S_A,          SUB,      WORD32,              TRUNCATED),
    SUB64       (40, S_A,          SUB,      WORD64,              TRUNCATED),
    RVC_BRANCH  (44, S_A_P,        SET,      RiscvField.CB,       SIGNED_REPORTED),
    RVC_JUMP    (45, S_A_P,        SET,      RiscvField.CJ,       SIGNED_REPORTED),
    /** The linker may shorten the instruction; modules are not linked. */
    RELAX       (51, Formula.NONE, SET,      WORD32,              TRUNCATED),
    SUB6        (52, S_A,          REPLACE,  RiscvField.BYTE,     TRUNCATED),
    SET6        (53, S_A,          REPLACE,  RiscvField.BYTE,     TRUNCATED),
    SET8        (54, S_A,          SET,      RiscvField.BYTE,     TRUNCATED),
    SET16       (55, S_A,          SET,      RiscvField.HALFWORD, TRUNCATED),
    SET32       (56, S_A,          SET,      WORD32,              TRUNCATED),
    R_32_PCREL  (57, S_A_P,        SET,      WORD32,              SIGNED_REPORTED),
    PLT32       (59, S_A_P,        SET,      WORD32,              SIGNED),
    /** The first of a pair; the second stores. */
    SET_ULEB128 (60, Formula.NONE, SET,      RiscvField.BYTE,     TRUNCATED),
    SUB_ULEB128 (61, CUSTOM,       BY_LOAD,  RiscvField.BYTE,     TRUNCATED);
    // spotless:on

    /** What kernels apply whose code has no absolute addresses. */
    static final Set<RiscvReloc> OF_USUAL_KERNELS = EnumSet.complementOf(EnumSet.of(HI20));

    private static final int SIX_BITS = 0x3f;

    private final int number;
    private final Formula formula;
    private final Store store;
    private final Field field;
    private final Fit fit;

    RiscvReloc(int number, Formula formula, Store store, Field field, Fit fit) {
        this.number = number;
        this.formula = formula;
        this.store = store;
        this.field = field;
        this.fit = fit;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String psabiName() {
        return "R_RISCV_" + (name().startsWith("R_") ? name().substring("R_".length()) : name());
    }

    @Override
    public Formula formula() {
        return formula;
    }

    /** Half of what the 12 bits below hold, since the instruction that holds those adds them with their sign. */
    @Override
    public long bias() {
        return field == RiscvField.U || field == RiscvField.U_AND_I ? 0x800 : 0;
    }

    @Override
    public Field field() {
        return field;
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Fit fit() {
        return fit;
    }

    /** Of six bits: the two above them stay. */
    @Override
    public int replace(int before, long value) {
        long six = this == SUB6 ? before - value : value;
        return before & ~SIX_BITS | (int) six & SIX_BITS;
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        Refusal refusal = Refusal.of(Errno.EINVAL, what);
        return this == R_32
                ? refusal
                : refusal.logged(fixup.moduleName() + ": target " + Long.toHexString(fixup.goal())
                        + " can not be addressed by the 32-bit offset from PC");
    }
}
