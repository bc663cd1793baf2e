package io.modrt.mips;

import static io.modrt.mips.MipsField.IMMEDIATE;
import static io.modrt.mips.MipsField.INSTR_INDEX;
import static io.modrt.mips.MipsField.OFFSET16;
import static io.modrt.mips.MipsField.OFFSET21;
import static io.modrt.mips.MipsField.OFFSET26;
import static io.modrt.spi.Field.WORD32;
import static io.modrt.spi.Field.WORD64;
import static io.modrt.spi.Fit.REPORTED;
import static io.modrt.spi.Fit.SAME_REGION;
import static io.modrt.spi.Fit.SAME_REGION_OF_S;
import static io.modrt.spi.Fit.SIGNED;
import static io.modrt.spi.Fit.TRUNCATED;
import static io.modrt.spi.Formula.NONE;
import static io.modrt.spi.Formula.S_A;
import static io.modrt.spi.Formula.S_A_P;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.SymbolUse;
import io.modrt.spi.*;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The relocations of Linux/MIPS modules; the page of the package has the table in the psABI's notation. A row whose name ends in
 * {@code _REL} is the same type in SHT_REL sections. Source: System V ABI, MIPS supplement, table 4-11; n64 ELF specification, table 32;
 * the checks of Linux 6.1.
 */
@SuppressWarnings("ImmutableEnumChecker") // Field is immutable, but no annotation says so
enum MipsReloc implements RelocationType {
    // spotless:off
    //                  nr  value             bits go to    must fit           S+A mod

    /** <i>Value</i> none. <i>Place</i> untouched. */
    R_MIPS_NONE     (    0, NONE,  0,               WORD32,       TRUNCATED,         1),
    /** <i>Value</i> {@code S + A}. <i>Place</i> a word of data. <i>Notes</i> n64 kernels drop the upper half silently. */
    R_MIPS_32       (    2, S_A,   0,               WORD32,       REPORTED,          1),
    /** <i>Value</i> {@code S + A}. <i>Place</i> a word of data, in SHT_REL. */
    R_MIPS_32_REL   (    2, S_A,   0,               WORD32,       TRUNCATED,         1),
    /**
     * <i>Value</i> {@code (S + A) >> 2}. <i>Place</i> {@code j}, {@code jal} of SHT_RELA. <i>Fails when</i> S + A is no multiple
     * of 4, or outside the 256 MB segment of P + 4.
     */
    R_MIPS_26       (    4, S_A,   0,               INSTR_INDEX,  SAME_REGION,       4),
    /**
     * <i>Value</i> {@code (S + A) >> 2}. <i>Place</i> {@code j}, {@code jal} of SHT_REL. <i>Notes</i> the kernel adds the addend
     * after its checks. <i>Fails when</i> S is no multiple of 4, or outside the segment of P + 4.
     */
    R_MIPS_26_REL   (    4, S_A,   0,               INSTR_INDEX,  SAME_REGION_OF_S,  4),
    /**
     * <i>Value</i> {@code (S + A + 0x8000) >> 16}. <i>Place</i> {@code lui}. <i>Notes</i> in SHT_REL the next LO16 holds the lower
     * half of A. <i>Fails when</i> no LO16 follows, or one whose S has another value.
     */
    R_MIPS_HI16     (    5, S_A,   0x8000L,         IMMEDIATE.from(16), TRUNCATED,   1),
    /** <i>Value</i> {@code S + A}. <i>Place</i> {@code addiu}, a load or a store. */
    R_MIPS_LO16     (    6, S_A,   0,               IMMEDIATE,    TRUNCATED,         1),
    /** <i>Value</i> {@code (S + A - P) >> 2}. <i>Place</i> {@code beq} and its like. <i>Fails when</i> the distance exceeds 128 KB. */
    R_MIPS_PC16     (   10, S_A_P, 0,               OFFSET16,     SIGNED,            4),
    /** <i>Value</i> {@code S + A}. <i>Place</i> a doubleword of data. <i>Fails when</i> in SHT_REL: EINVAL. */
    R_MIPS_64       (   18, S_A,   0,               WORD64,       TRUNCATED,         1),
    /** <i>Value</i> {@code (S + A + 0x80008000) >> 32}. <i>Place</i> {@code daddiu}. <i>Fails when</i> in SHT_REL: EINVAL. */
    R_MIPS_HIGHER   (   28, S_A,   0x8000_8000L,    IMMEDIATE.from(32), TRUNCATED,   1),
    /** <i>Value</i> {@code (S + A + 0x800080008000) >> 48}. <i>Place</i> {@code lui}. <i>Fails when</i> in SHT_REL: EINVAL. */
    R_MIPS_HIGHEST  (   29, S_A,   0x8000_8000_8000L, IMMEDIATE.from(48), TRUNCATED, 1),
    /** <i>Value</i> {@code (S + A - P) >> 2}. <i>Place</i> R6 {@code beqzc}, {@code bnezc}. <i>Fails when</i> the distance exceeds 4 MB. */
    R_MIPS_PC21_S2  (   60, S_A_P, 0,               OFFSET21,     SIGNED,            4),
    /** <i>Value</i> {@code (S + A - P) >> 2}. <i>Place</i> R6 {@code bc}, {@code balc}. <i>Fails when</i> the distance exceeds 128 MB. */
    R_MIPS_PC26_S2  (   61, S_A_P, 0,               OFFSET26,     SIGNED,            4);
    // spotless:on

    /** The types that the kernel applies in SHT_REL sections. */
    static final Set<MipsReloc> OF_REL =
            EnumSet.complementOf(EnumSet.of(R_MIPS_32, R_MIPS_26, R_MIPS_64, R_MIPS_HIGHER, R_MIPS_HIGHEST));
    /** The types that the kernel applies in SHT_RELA sections. */
    static final Set<MipsReloc> OF_RELA = EnumSet.complementOf(EnumSet.of(R_MIPS_32_REL, R_MIPS_26_REL));

    private final int number;
    private final Formula formula;
    private final long bias;
    private final Field field;
    private final Fit fit;
    private final int targetAlignment;
    private final String psabiName;

    MipsReloc(int number, Formula formula, long bias, Field field, Fit fit, int targetAlignment) {
        this.number = number;
        this.formula = formula;
        this.bias = bias;
        this.field = field;
        this.fit = fit;
        this.targetAlignment = targetAlignment;
        this.psabiName = without("_REL", name());
    }

    private static String without(String suffix, String name) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    /** The first row with this number. */
    static Optional<MipsReloc> of(int number) {
        return Arrays.stream(values()).filter(row -> row.number == number).findFirst();
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String psabiName() {
        return psabiName;
    }

    @Override
    public Formula formula() {
        return formula;
    }

    @Override
    public long bias() {
        return bias;
    }

    @Override
    public Field field() {
        return field;
    }

    @Override
    public @Nullable RelocationType lowerHalf() {
        return this == R_MIPS_HI16 ? R_MIPS_LO16 : null;
    }

    @Override
    public Fit fit() {
        return fit;
    }

    @Override
    public int targetAlignment() {
        return targetAlignment;
    }

    /** Only calls are routed: {@code jal} and, on Release 6, {@code balc}. */
    @Override
    public boolean routed() {
        return field == INSTR_INDEX || field == OFFSET26;
    }

    /** A distance counts from the next instruction; the assembler puts the -4 into A. */
    @Override
    public long branchBias() {
        return formula == S_A_P ? Integer.BYTES : 0;
    }

    @Override
    public SymbolUse use(long place, CodeReader code, long addend) {
        return this == R_MIPS_LO16
                ? MipsSymbolUse.of(code, place, addend)
                : RelocationType.super.use(place, code, addend);
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        String wayOut = routed() ? "; build it with -mlong-calls, or load it with StubPolicy.SHARED" : "";
        return overflow(fixup, what + wayOut);
    }

    /** The line that the kernel of {@code profile} logs where it refuses a relocation of this type, in SHT_REL or not, as unsafe. */
    String unsafeLine(String module, boolean isRel, KernelProfile profile) {
        String type = without("_S2", psabiName()) + " ";
        String kind = profile.has(MipsChange.ONE_TABLE_OF_TYPES) || !isRel ? "" : "REL ";
        String what = profile.has(MipsChange.UNSAFE_TYPE_NAMED) ? type + kind : "";
        return "module " + module + ": dangerous " + what + "relocation";
    }

    /** The kernel's answer to a target that is out of reach, with its log line. */
    static Refusal overflow(Fixup fixup, String what) {
        return Refusal.of(Errno.ENOEXEC, what).logged("module " + fixup.moduleName() + ": relocation overflow");
    }
}
