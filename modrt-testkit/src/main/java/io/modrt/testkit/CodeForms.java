package io.modrt.testkit;

import io.modrt.elf.ElfHeader;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Instructions of a machine for random modules, and the relocations that complete them. All reach their target wherever module and kernel
 * lie, or go through a stub that every kernel of the machine makes.
 *
 * @param nop an instruction without effect, which is also a static branch that is off
 * @param filler an instruction that loads a number
 * @param exit the instructions that end a function
 * @param calls calls of functions of the same module; of the kernel's too if {@code farCalls}
 * @param farCalls whether a call of the kernel's functions arrives
 * @param addresses instructions that load the address of any symbol
 */
record CodeForms(
        int nop,
        IntFunction<Integer> filler,
        List<Integer> exit,
        List<Piece> calls,
        boolean farCalls,
        List<List<Piece>> addresses) {

    /** An instruction, and the relocation that completes it. */
    record Piece(int word, String type) {}

    private static final int IMM16 = 0xffff;

    private static final List<Piece> MIPS_CALLS = List.of(new Piece(0x0c00_0000, "R_MIPS_26"));
    private static final Piece MIPS_HI = new Piece(0x3c02_0000, "R_MIPS_HI16");
    private static final Piece MIPS_LO = new Piece(0x2442_0000, "R_MIPS_LO16");

    private static CodeForms mips(List<Piece> address) {
        return new CodeForms(
                0,
                number -> 0x2402_0000 | number & IMM16, // li v0,number
                List.of(0x03e0_0008, 0),
                MIPS_CALLS,
                false,
                List.of(address));
    }

    private static CodeForms parisc(List<Piece> calls, List<List<Piece>> addresses) {
        return new CodeForms(
                0x0800_0240,
                number -> 0x3400_0000 | 28 << 16 | (number & 0x1fff) << 1, // ldi number,%ret0
                List.of(0xe840_c000, 0x0800_0240), // bv %r0(%rp)
                calls,
                true,
                addresses);
    }

    /** The forms of {@code target}; a machine without forms of its own has modules without code. */
    static CodeForms of(ElfTarget target) {
        boolean wide = target.encoding().is64Bit();
        return switch (target.machine()) {
            case ElfHeader.EM_MIPS ->
                mips(
                        wide
                                ? List.of(
                                        new Piece(0x3c02_0000, "R_MIPS_HIGHEST"),
                                        new Piece(0x6442_0000, "R_MIPS_HIGHER"),
                                        MIPS_HI,
                                        MIPS_LO)
                                : List.of(MIPS_HI, MIPS_LO));
            case ElfHeader.EM_PARISC ->
                wide
                        ? parisc(List.of(new Piece(0xe800_a000, "R_PARISC_PCREL22F")), List.of())
                        : parisc(
                                List.of(
                                        new Piece(0xe840_0000, "R_PARISC_PCREL17F"),
                                        new Piece(0xe800_a000, "R_PARISC_PCREL22F")),
                                List.of(List.of(
                                        new Piece(0x2380_0000, "R_PARISC_DIR21L"),
                                        new Piece(0x379c_0000, "R_PARISC_DIR14R"))));
            case ElfHeader.EM_AARCH64 ->
                new CodeForms(
                        0xd503_201f,
                        number -> 0xd280_0000 | (number & IMM16) << 5, // mov x0,#number
                        List.of(0xd65f_03c0),
                        List.of(new Piece(0x9400_0000, "R_AARCH64_CALL26")),
                        true,
                        List.of(List.of(
                                new Piece(0x9000_0000, "R_AARCH64_ADR_PREL_PG_HI21"),
                                new Piece(0x9100_0000, "R_AARCH64_ADD_ABS_LO12_NC"))));
            default -> new CodeForms(0, number -> number, List.of(), List.of(), false, List.of());
        };
    }

    boolean hasCode() {
        return !exit.isEmpty();
    }
}
