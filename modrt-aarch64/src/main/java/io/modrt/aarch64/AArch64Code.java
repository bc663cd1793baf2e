package io.modrt.aarch64;

import io.modrt.spi.Field;
import org.jspecify.annotations.Nullable;

/** A64 instructions that the kernel reads and writes. Source: Arm Architecture Reference Manual for A-profile, chapter C4. */
final class AArch64Code {
    static final int NOP = 0xd503_201f;
    static final int MOV_X9_X30 = 0xaa1e_03e9; // keeps the return address while a tracer is called
    static final int B = 0x1400_0000;
    static final int BL = 0x9400_0000;
    static final int ADRP = 0x9000_0000;
    /** The bits that tell {@code adr} and {@code adrp}, and the one of them that is set in {@code adrp}. */
    static final int ADR_OPCODE = 0x9f00_0000;

    static final int COUNTS_PAGES = 1 << 31;
    /** {@code brk #0x100}, which the kernel's generators of instructions return for a target out of reach. */
    static final int TRAP = 0xd420_2000;

    /** The pages of {@code adrp}, whatever the kernel's page size is. */
    static final int PAGE_BYTES = 4096;

    private AArch64Code() {}

    /** The start of the page that holds {@code address}. */
    static long page(long address) {
        return address & -PAGE_BYTES;
    }

    /** Whether {@code adrp} at {@code place} is in the last two words of a page, where Cortex-A53 may get it wrong. */
    static boolean isUnsafe(long place) {
        return place - page(place) >= PAGE_BYTES - 2 * Integer.BYTES;
    }

    /** Whether a value is in a field's signed range. */
    static boolean fits(Field field, long value) {
        return field.leastSigned() <= value && value < -field.leastSigned();
    }

    /** Whether {@code b} or {@code bl} at {@code place} reaches {@code target}. */
    static boolean reaches(long place, long target) {
        return fits(AArch64Reloc.IMM26, target - place);
    }

    /** {@code b} or {@code bl} at {@code place} to {@code target}, or the trap. */
    static int branch(int opcode, long place, long target) {
        return reaches(place, target) ? AArch64Reloc.IMM26.insert(opcode, target - place) : TRAP;
    }

    /** Where a branch with an immediate holds its distance; null for any other instruction. */
    static @Nullable Field distance(int word) {
        boolean isPlain = (word & 0x7c00_0000) == B; // b, bl
        boolean isTest = (word & 0x7e00_0000) == 0x3600_0000; // tbz, tbnz
        boolean isCompare = (word & 0x7e00_0000) == 0x3400_0000; // cbz, cbnz
        boolean isConditional = (word & 0xff00_0010) == 0x5400_0000; // b.cond
        Field conditional = isTest ? AArch64Reloc.IMM14 : isCompare || isConditional ? AArch64Reloc.IMM19 : null;
        return isPlain ? AArch64Reloc.IMM26 : conditional;
    }
}
