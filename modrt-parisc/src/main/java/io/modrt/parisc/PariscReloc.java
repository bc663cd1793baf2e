package io.modrt.parisc;

import static io.modrt.parisc.PariscField.IM14;
import static io.modrt.parisc.PariscField.IM21;
import static io.modrt.parisc.PariscField.W12;
import static io.modrt.parisc.PariscField.W17;
import static io.modrt.parisc.PariscField.W22;
import static io.modrt.spi.Field.WORD32;
import static io.modrt.spi.Field.WORD64;
import static io.modrt.spi.Fit.REPORTED;
import static io.modrt.spi.Fit.SIGNED;
import static io.modrt.spi.Fit.TRUNCATED;

import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.kernel.SymbolUse;
import io.modrt.spi.*;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The relocations of Linux/PA-RISC modules, all in SHT_RELA sections; the page of the package has the table. The value column is in the
 * supplement's notation, without the shift that belongs to the field: DP is the kernel's data pointer, GOT(x) the offset of the slot for
 * x. {@link PariscLoad#value} computes what no {@link Formula} says. P is that of the word, with its two low bits cleared. Source: the PA-RISC
 * ELF supplement 1.5, table 2 and field selectors; what Linux 6.1 applies.
 */
enum PariscReloc implements RelocationType {
    // spotless:off
    //                   nr  value                    bits go to must fit    kernels of; beyond kernels of

    /** <i>Value</i> {@code S + A}. <i>Place</i> a word of data. */
    R_PARISC_DIR32     (  1, "S + A",             WORD32,    TRUNCATED,      32,     0),
    /** <i>Value</i> {@code LR'(S, A)}. <i>Place</i> {@code ldil}, {@code addil}. */
    R_PARISC_DIR21L    (  2, "LR'(S, A)",         IM21,      SIGNED,         32,    64),
    /** <i>Value</i> {@code RR'(S, A) >> 2}, which always fits. <i>Place</i> {@code be}. */
    R_PARISC_DIR17R    (  3, "RR'(S, A)",         W17,       TRUNCATED,       0, 32+64),
    /** <i>Value</i> {@code (S + A) >> 2}. <i>Place</i> {@code be} from {@code %r0}. <i>Fails when</i> it is not within 256 KB of 0. */
    R_PARISC_DIR17F    (  4, "S + A",             W17,       SIGNED,          0, 32+64),
    /** <i>Value</i> {@code RR'(S, A)}, which always fits. <i>Place</i> {@code ldo}, loads and stores. */
    R_PARISC_DIR14R    (  6, "RR'(S, A)",         IM14,      TRUNCATED,      32,    64),
    /** <i>Value</i> {@code S + A}. <i>Place</i> {@code ldi}, loads and stores. <i>Fails when</i> it is not within 8 KB of 0. */
    R_PARISC_DIR14F    (  7, "S + A",             IM14,      SIGNED,          0, 32+64),
    /** <i>Value</i> {@code (S + A - P - 8) >> 2}. <i>Place</i> {@code cmpb}, {@code addb}, {@code bb}. <i>Fails when</i> the distance exceeds 8 KB. */
    R_PARISC_PCREL12F  (  8, "S + A - P - 8",     W12,       SIGNED,          0, 32+64),
    /**
     * <i>Value</i> {@code S + A - P - 8}. <i>Place</i> a word of data. <i>Notes</i> the assembler has added 8 to A. 64-bit
     * kernels drop the upper half silently.
     */
    R_PARISC_PCREL32   (  9, "S + A - P - 8",     WORD32,    REPORTED,   32+64,     0),
    /** <i>Value</i> {@code L'(S + A - P - 8)}. <i>Place</i> {@code addil}. */
    R_PARISC_PCREL21L  ( 10, "L'(S + A - P - 8)", IM21,      SIGNED,          0, 32+64),
    /** <i>Value</i> {@code (S + A - P - 8) >> 2}. <i>Place</i> {@code b,l}. <i>Fails when</i> even the stub is more than 256 KB away. */
    R_PARISC_PCREL17F  ( 12, "S + A - P - 8",     W17,       SIGNED,         32,    64),
    /** <i>Value</i> {@code R'(S + A - P - 8)}. P is this place, not the PCREL21L's, so A differs from that one's. <i>Place</i> {@code ldo}. */
    R_PARISC_PCREL14R  ( 14, "R'(S + A - P - 8)", IM14,      TRUNCATED,       0, 32+64),
    /** <i>Value</i> {@code LR'(S - DP, A)}. <i>Place</i> {@code addil}. <i>Notes</i> DP is the running kernel's {@code $global$}. */
    R_PARISC_DPREL21L  ( 18, "LR'(S - DP, A)",    IM21,      TRUNCATED,      32,     0),
    /** <i>Value</i> {@code RR'(S - DP, A)}. <i>Place</i> {@code ldo}, loads and stores. */
    R_PARISC_DPREL14R  ( 22, "RR'(S - DP, A)",    IM14,      TRUNCATED,      32,     0),
    /** <i>Value</i> {@code S + A - DP}. <i>Place</i> {@code ldo}, loads and stores. <i>Fails when</i> the distance exceeds 8 KB. */
    R_PARISC_DPREL14F  ( 23, "S + A - DP",        IM14,      SIGNED,          0,    32),
    /** <i>Value</i> the offset of the GOT slot for S + A. <i>Place</i> {@code addil}. <i>Notes</i> also called DLTIND21L. */
    R_PARISC_LTOFF21L  ( 34, "LR'(GOT(S + A), 0)",IM21,      TRUNCATED,      64,     0),
    /** <i>Value</i> the lower 11 bits of that offset. <i>Place</i> {@code ldd}. <i>Notes</i> also called DLTIND14R. */
    R_PARISC_LTOFF14R  ( 38, "RR'(GOT(S + A), 0)",IM14,      TRUNCATED,      64,     0),
    /**
     * <i>Value</i> {@code S + A}, though the supplement counts from the section. <i>Place</i> a word of data. <i>Notes</i> 64-bit
     * kernels drop the upper half silently.
     */
    R_PARISC_SECREL32  ( 41, "S + A",             WORD32,    REPORTED,   32+64,     0),
    /**
     * <i>Value</i> {@code S + A}, though the supplement counts from the segment: the only user, the unwind table, needs absolute
     * addresses, since core and init are not one segment. <i>Place</i> a word of data. <i>Notes</i> as SECREL32.
     */
    R_PARISC_SEGREL32  ( 49, "S + A",             WORD32,    REPORTED,   32+64,     0),
    /** <i>Value</i> the address of a descriptor for S + A in the module, else {@code S + A}. <i>Place</i> a doubleword of data. */
    R_PARISC_FPTR64    ( 64, "descriptor of S + A",WORD64,    TRUNCATED,      64,     0),
    /** <i>Value</i> {@code S + A}: 32-bit kernels have no descriptors. <i>Place</i> a word of data. */
    R_PARISC_PLABEL32  ( 65, "S + A",             WORD32,    TRUNCATED,      32,     0),
    /** <i>Value</i> {@code LR'(S, A)}, as PLABEL32. <i>Place</i> {@code ldil}. */
    R_PARISC_PLABEL21L ( 66, "LR'(S, A)",         IM21,      SIGNED,          0,    32),
    /** <i>Value</i> {@code RR'(S, A)}, as PLABEL32. <i>Place</i> {@code ldo}. */
    R_PARISC_PLABEL14R ( 70, "RR'(S, A)",         IM14,      TRUNCATED,       0,    32),
    /** <i>Value</i> {@code S + A - P - 8}. <i>Place</i> a doubleword of data. <i>Notes</i> as PCREL32. */
    R_PARISC_PCREL64   ( 72, "S + A - P - 8",     WORD64,    TRUNCATED,      64,     0),
    /** <i>Value</i> {@code (S + A - P - 8) >> 2}. <i>Place</i> PA 2.0 {@code b,l}. <i>Fails when</i> even the stub is more than 8 MB away. */
    R_PARISC_PCREL22F  ( 74, "S + A - P - 8",     W22,       SIGNED,     32+64,     0),
    /** <i>Value</i> {@code S + A}. <i>Place</i> a doubleword of data. */
    R_PARISC_DIR64     ( 80, "S + A",             WORD64,    TRUNCATED,      64,     0);
    // spotless:on

    /** Branches count from the second word behind P. */
    static final int FROM_P = -8;

    private static final long RIGHT_MASK = 0x7ff;
    private static final long HALF_ROUNDING = 0x1000;

    private final int number;
    private final String value;
    private final Formula formula;
    private final Field field;
    private final Fit fit;
    private final int kernels;
    private final int beyond;

    PariscReloc(int number, String value, Field field, Fit fit, int kernels, int beyond) {
        this.number = number;
        this.value = value;
        this.formula = switch (value) {
            case "S + A" -> Formula.S_A;
            case "S + A - P - 8" -> Formula.S_A_WORD;
            case "S + A - DP" -> Formula.S_A_B;
            case "LR'(S, A)" -> Formula.LR;
            case "RR'(S, A)" -> Formula.RR;
            case "LR'(S - DP, A)" -> Formula.LR_B;
            case "RR'(S - DP, A)" -> Formula.RR_B;
            default -> Formula.CUSTOM;
        };
        this.field = field;
        this.fit = fit;
        this.kernels = kernels;
        this.beyond = beyond;
    }

    /** The types that this kernel applies, and as {@code beyondKernel} the other types of the ABI that GNU ld applies. */
    static RelocationTable table(Width width, KernelProfile profile) {
        int bits = width.bytes() * Byte.SIZE;
        Predicate<PariscReloc> isApplied = type -> (type.kernels & bits) != 0 && type.isIn(profile);
        RelocationTable table = RelocationTable.of(where(isApplied))
                .beyondKernel(where(isApplied.negate().and(type -> ((type.kernels | type.beyond) & bits) != 0)));
        boolean isEachStubbed = profile.layoutRules() == LayoutRules.STUBS_AT_HEAD;
        // why: wide kernels go out of the module through a stub even where the distance fits
        return width == Width.BITS_32 && !isEachStubbed ? table.directInReach() : table;
    }

    private boolean isIn(KernelProfile profile) {
        return switch (this) {
            case R_PARISC_PCREL32 -> profile.has(PariscChange.RELATIVE_EXCEPTIONS);
            case R_PARISC_SECREL32 -> profile.has(PariscChange.SHORT_CRCS);
            case R_PARISC_PCREL64 -> profile.has(PariscChange.JUMP_LABELS);
            default -> true;
        };
    }

    private static List<PariscReloc> where(Predicate<PariscReloc> is) {
        return Arrays.stream(values()).filter(is).toList();
    }

    /** The addend as LR' and RR' round it: to the nearest multiple of 8192. */
    private static long rounded(long A) {
        return A + HALF_ROUNDING & -2 * HALF_ROUNDING;
    }

    /** LR'(S, A) with its low 11 bits cleared, but without the shift by 11, which the field does. */
    static long left(long S, long A) {
        return S + rounded(A) & ~RIGHT_MASK;
    }

    /** RR'(S, A): what is left of S + A after LR', between -0x1000 and 0x17fe. */
    static long right(long S, long A) {
        return (S + rounded(A) & RIGHT_MASK) + (A - rounded(A));
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
    public long bias() {
        return value.equals("S + A - P - 8") ? FROM_P : 0;
    }

    @Override
    public String formulaText() {
        return value;
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
    public SymbolUse use(long place, CodeReader code, long addend) {
        return switch (this) {
            case R_PARISC_DIR17R, R_PARISC_PCREL17F, R_PARISC_PCREL22F, R_PARISC_FPTR64 -> SymbolUse.code();
            case R_PARISC_PLABEL32, R_PARISC_PLABEL21L, R_PARISC_PLABEL14R -> SymbolUse.code();
            case R_PARISC_DIR14R, R_PARISC_DPREL14R -> access(code.codeAt(place) >>> 26, addend);
            default -> SymbolUse.unknown();
        };
    }

    /** What an instruction with a displacement of 14 bits does, by its major opcode. */
    private static SymbolUse access(int opcode, long addend) {
        return switch (opcode) {
            case 0x10, 0x18 -> SymbolUse.access(addend, Byte.BYTES); // ldb, stb
            case 0x11, 0x19 -> SymbolUse.access(addend, Short.BYTES); // ldh, sth
            case 0x12, 0x1a -> SymbolUse.access(addend, Integer.BYTES); // ldw, stw
            default -> SymbolUse.unknown(); // ldo
        };
    }

    @Override
    public boolean routed() {
        return this == R_PARISC_PCREL17F || this == R_PARISC_PCREL22F;
    }
}
