package io.modrt.aarch64;

import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.SymbolUse;
import io.modrt.spi.*;
import java.util.List;
import java.util.stream.Stream;

/**
 * The relocations of Linux/AArch64 modules; the package's page has the table in the psABI's notation. All are SHT_RELA. No type checks that
 * its target is aligned, and G0 to G3, LO12 and the branches drop low bits. Source: ELF for the Arm 64-bit Architecture, tables of static
 * relocations; Arm Architecture Reference Manual, chapter C4, for the fields; what Linux 6.1 checks.
 */
record AArch64Reloc(int number, String psabiName, Formula formula, Field field, Fit fit, Store store)
        implements RelocationType {
    /** The immediate of {@code movz}, {@code movk} and {@code movn}: 16 bits. */
    static final Field IMM16 = Field.run("imm16", 16, 5);
    /** The immediate of {@code add}, loads and stores: 12 bits. */
    static final Field IMM12 = Field.run("imm12", 12, 10);
    /** The word distance of {@code tbz} and {@code tbnz}: 14 bits. */
    static final Field IMM14 = Field.run("imm14", 14, 5).from(2);
    /** The word distance of {@code b.cond}, {@code cbz}, {@code cbnz} and literal loads: 19 bits. */
    static final Field IMM19 = Field.run("imm19", 19, 5).from(2);
    /** The word distance of {@code b} and {@code bl}: 26 bits. */
    static final Field IMM26 = Field.low("imm26", 26).from(2);
    /** The byte distance of {@code adr}, 21 bits: immhi has bits 20 to 2, immlo bits 1 and 0. */
    static final Field ADR = Field.scattered("immhi:immlo", 0x60ff_ffe0, 21, v -> (v & 3) << 29 | v >>> 2 << 5);
    /** The page distance of {@code adrp}, in the same bits. */
    static final Field PAGES = ADR.from(12);
    /**
     * The immediate of {@code movz} or {@code movn}, 17 bits with the sign: a negative value is stored inverted, and bit 30 of the word, set
     * in {@code movz}, is cleared for it.
     */
    static final Field SIGNED_IMM16 = Field.scattered(
                    "signed imm16", 0x401f_ffe0, 17, v -> ((v ^ -(v >>> 16)) & 0xffff) << 5 | v >>> 16 << 30)
            .flipping(1 << 30);
    /** The same for the top bits of a value, of which the sign is one. */
    private static final Field SIGNED_TOP = Field.scattered(
                    "signed top", 0x400f_ffe0, 16, v -> ((v ^ -(v >>> 15)) & 0x7fff) << 5 | v >>> 15 << 30)
            .flipping(1 << 30)
            .from(48);

    static final AArch64Reloc PG_HI21 = row(275, "ADR_PREL_PG_HI21", Formula.PAGE, PAGES, Fit.SIGNED);
    static final AArch64Reloc PG_HI21_NC = row(276, "ADR_PREL_PG_HI21_NC", Formula.PAGE, PAGES, Fit.TRUNCATED);
    static final AArch64Reloc ADD_LO12 = row(277, "ADD_ABS_LO12_NC", Formula.S_A, IMM12, Fit.TRUNCATED);
    static final AArch64Reloc JUMP26 = row(282, "JUMP26", Formula.S_A_P, IMM26, Fit.SIGNED);
    static final AArch64Reloc CALL26 = row(283, "CALL26", Formula.S_A_P, IMM26, Fit.SIGNED);

    // spotless:off
    private static final List<AArch64Reloc> ROWS = List.of(
            //  nr   R_AARCH64_             value          bits go to             must fit          place
            row(  0, "NONE",                Formula.NONE,  Field.WORD32,          Fit.TRUNCATED),
            row(256, "NULL",                Formula.NONE,  Field.WORD32,          Fit.TRUNCATED), // NONE in a draft of the ABI
            row(257, "ABS64",               Formula.S_A,   Field.WORD64,          Fit.TRUNCATED), // data
            row(258, "ABS32",               Formula.S_A,   Field.WORD32,          Fit.UNSIGNED),  // data; the psABI also takes -2^31
            row(259, "ABS16",               Formula.S_A,   Field.data("half", 2), Fit.UNSIGNED),  // data; the psABI also takes -2^15
            row(260, "PREL64",              Formula.S_A_P, Field.WORD64,          Fit.TRUNCATED), // data
            row(261, "PREL32",              Formula.S_A_P, Field.WORD32,          Fit.SIGNED),    // data
            row(262, "PREL16",              Formula.S_A_P, Field.data("half", 2), Fit.SIGNED),    // data
            row(263, "MOVW_UABS_G0",        Formula.S_A,   IMM16,                 Fit.UNSIGNED),  // movz
            row(264, "MOVW_UABS_G0_NC",     Formula.S_A,   IMM16,                 Fit.TRUNCATED), // movk
            row(265, "MOVW_UABS_G1",        Formula.S_A,   IMM16.from(16),        Fit.UNSIGNED),  // movz
            row(266, "MOVW_UABS_G1_NC",     Formula.S_A,   IMM16.from(16),        Fit.TRUNCATED), // movk
            row(267, "MOVW_UABS_G2",        Formula.S_A,   IMM16.from(32),        Fit.UNSIGNED),  // movz
            row(268, "MOVW_UABS_G2_NC",     Formula.S_A,   IMM16.from(32),        Fit.TRUNCATED), // movk
            row(269, "MOVW_UABS_G3",        Formula.S_A,   IMM16.from(48),        Fit.TRUNCATED), // movz or movk
            row(270, "MOVW_SABS_G0",        Formula.S_A,   SIGNED_IMM16,          Fit.SIGNED),    // becomes movz or movn
            row(271, "MOVW_SABS_G1",        Formula.S_A,   SIGNED_IMM16.from(16), Fit.SIGNED),    // as SABS_G0
            row(272, "MOVW_SABS_G2",        Formula.S_A,   SIGNED_IMM16.from(32), Fit.SIGNED),    // as SABS_G0
            row(273, "LD_PREL_LO19",        Formula.S_A_P, IMM19,                 Fit.SIGNED),    // ldr of a literal
            row(274, "ADR_PREL_LO21",       Formula.S_A_P, ADR,                   Fit.SIGNED),    // adr
            PG_HI21, PG_HI21_NC, ADD_LO12,                                                        // adrp, adrp, add
            row(278, "LDST8_ABS_LO12_NC",   Formula.S_A,   IMM12,                 Fit.TRUNCATED), // ldrb, strb
            row(279, "TSTBR14",             Formula.S_A_P, IMM14,                 Fit.SIGNED),    // tbz, tbnz
            row(280, "CONDBR19",            Formula.S_A_P, IMM19,                 Fit.SIGNED),    // b.cond, cbz, cbnz
            JUMP26, CALL26,                                                                       // b, bl
            row(284, "LDST16_ABS_LO12_NC",  Formula.S_A,   scaled(1),             Fit.TRUNCATED), // ldrh, strh
            row(285, "LDST32_ABS_LO12_NC",  Formula.S_A,   scaled(2),             Fit.TRUNCATED), // a load or store of 4 bytes
            row(286, "LDST64_ABS_LO12_NC",  Formula.S_A,   scaled(3),             Fit.TRUNCATED), // of 8 bytes
            row(287, "MOVW_PREL_G0",        Formula.S_A_P, SIGNED_IMM16,          Fit.SIGNED),    // as SABS_G0
            row(288, "MOVW_PREL_G0_NC",     Formula.S_A_P, IMM16,                 Fit.TRUNCATED), // movk
            row(289, "MOVW_PREL_G1",        Formula.S_A_P, SIGNED_IMM16.from(16), Fit.SIGNED),    // as SABS_G0
            row(290, "MOVW_PREL_G1_NC",     Formula.S_A_P, IMM16.from(16),        Fit.TRUNCATED), // movk
            row(291, "MOVW_PREL_G2",        Formula.S_A_P, SIGNED_IMM16.from(32), Fit.SIGNED),    // as SABS_G0
            row(292, "MOVW_PREL_G2_NC",     Formula.S_A_P, IMM16.from(32),        Fit.TRUNCATED), // movk
            row(293, "MOVW_PREL_G3",        Formula.S_A_P, SIGNED_TOP,            Fit.TRUNCATED), // as SABS_G0
            row(299, "LDST128_ABS_LO12_NC", Formula.S_A,   scaled(4),             Fit.TRUNCATED)); // of 16 bytes
    // spotless:on

    /** The upper bits of an offset below 4096, counted in units of {@code 1 << shift} bytes. */
    private static Field scaled(int shift) {
        return Field.run("scaled imm12", 12 - shift, 10).from(shift);
    }

    private static boolean isScaled(Field field) {
        return field.lowestBit() > 0 && (field.mask() & ~IMM12.mask()) == 0;
    }

    private static AArch64Reloc row(int number, String name, Formula formula, Field field, Fit fit) {
        // why: these have bit 30, but not 29, which tells movz from movn
        boolean isReplaced = isScaled(field) || field.mask() >>> 29 == 2;
        return new AArch64Reloc(
                number, "R_AARCH64_" + name, formula, field, fit, isReplaced ? Store.REPLACE : Store.SET);
    }

    /**
     * The types that kernels apply, none in SHT_REL; with erratum 843419 the load looks where an {@code adrp} is.
     *
     * @param logPrefix what the kernel's lines about relocations begin with
     */
    static RelocationTable table(AddendKind addends, boolean hasErratum, String logPrefix) {
        Stream<AArch64Reloc> rows = ROWS.stream()
                .filter(row -> addends == AddendKind.EXPLICIT)
                .map(row -> hasErratum && isAdrp(row.number) ? row.byLoad() : row);
        return RelocationTable.of(rows.toList())
                .directInReach()
                .unknownType((module, number) -> Refusal.of(Errno.ENOEXEC, "unknown relocation type " + number)
                        .logged(logPrefix + "module " + module + ": unsupported RELA relocation: "
                                + Integer.toUnsignedString(number)));
    }

    private AArch64Reloc byLoad() {
        return new AArch64Reloc(number, psabiName, formula, field, fit, Store.BY_LOAD);
    }

    static boolean isAdrp(int number) {
        return number == PG_HI21.number || number == PG_HI21_NC.number;
    }

    static boolean isBranch(int number) {
        return number == JUMP26.number || number == CALL26.number;
    }

    @Override
    public boolean routed() {
        return isBranch(number);
    }

    @Override
    public SymbolUse use(long place, CodeReader code, long addend) {
        boolean isAccess = number == 278 || isScaled(field);
        return isAccess
                ? SymbolUse.access(addend, 1 << field.lowestBit())
                : isBranch(number) ? SymbolUse.code() : SymbolUse.unknown();
    }

    /** A scaled offset leaves the upper bits of its field zero; a signed immediate clears bit 29, set in {@code movk}, and its own top bit. */
    @Override
    public int replace(int before, long value) {
        return field.insert(before & ~(isScaled(field) ? IMM12.mask() : 1 << 29 | 1 << 20), value);
    }
}
