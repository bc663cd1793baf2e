package io.modrt.parisc;

import io.modrt.layout.RegionKind;
import io.modrt.spi.PlacedSections;
import io.modrt.testkit.contract.ModuleMemory;

/**
 * Runs the few instructions of which stubs are made, to tell where they lead. Source: PA-RISC 2.0 architecture, appendix C, and the
 * functions {@code assemble_17}, {@code assemble_21} and {@code low_sign_ext} of its instruction descriptions.
 */
final class PariscStubReader {
    private static final int DP = 27;
    private static final int LDIL = 0x08;
    private static final int LDO = 0x0d;
    private static final int LDD_LONG = 0x14;
    private static final int LDD_SHORT = 0x03;
    private static final int BE = 0x38;
    private static final int BVE = 0x3a;
    private static final int DESCRIPTOR_CODE = 16;

    private PariscStubReader() {}

    /** The address of code or, where the stub loads it from one, of the descriptor to which the code at {@code stub} leads. */
    static long target(long stub, ModuleMemory memory) {
        long[] registers = new long[32];
        boolean isAtTable = false;
        for (long pc = stub; ; pc += Integer.BYTES) {
            int word = memory.codeAt(pc);
            int base = word >>> 21 & 31;
            int to = word >>> 16 & 31;
            switch (word >>> 26) {
                case LDIL -> registers[base] = (long) assemble21(word) << 11;
                case LDO -> registers[to] = registers[base] + displacement16(word);
                case LDD_SHORT, LDD_LONG -> {
                    boolean isShort = word >>> 26 == LDD_SHORT;
                    long offset = isShort ? lowSignExtended(word >>> 16 & 31, 5) : displacement16(word);
                    if (base == DP && !isAtTable) {
                        registers[DP] = memory.pointerAt(tableStart(memory.placed()) + offset);
                        isAtTable = true;
                    } else if (offset == DESCRIPTOR_CODE) {
                        return registers[base];
                    } else {
                        throw new AssertionError("no load of a stub: 0x" + Integer.toHexString(word));
                    }
                }
                case BE -> {
                    return registers[base] + 4L * assemble17(word);
                }
                case BVE -> {
                    return registers[base];
                }
                default -> throw new AssertionError("no instruction of a stub: 0x" + Integer.toHexString(word));
            }
        }
    }

    /** Where {@code %dp} points: the start of a module's own tables. */
    private static long tableStart(PlacedSections placed) {
        return placed.range(RegionKind.CORE)
                .or(() -> placed.range(RegionKind.TEXT))
                .orElseThrow()
                .start()
                .value();
    }

    /** The 21 bits of {@code ldil}: 20, 19 to 9, 8 and 7, 6 to 2, 1 and 0 of the value, in another order. */
    private static int assemble21(int word) {
        int value = (word & 1) << 20
                | (word >>> 1 & 0x7ff) << 9
                | (word >>> 14 & 3) << 7
                | (word >>> 16 & 31) << 2
                | word >>> 12 & 3;
        return value << 11 >> 11;
    }

    /** The 17 bits of a branch's words: the sign, then 5, 1 and 10 bits. */
    private static int assemble17(int word) {
        int value = (word & 1) << 16 | (word >>> 16 & 31) << 11 | (word >>> 2 & 1) << 10 | word >>> 3 & 0x3ff;
        return value << 15 >> 15;
    }

    /** A displacement of wide mode: 13 bits behind the sign, and two that have it added. */
    private static int displacement16(int word) {
        int sign = word & 1;
        int upper = (word >>> 15 & 1 ^ sign) << 1 | word >>> 14 & 1 ^ sign;
        return -sign << 15 | upper << 13 | word >>> 1 & 0x1fff;
    }

    /** A number whose lowest bit is its sign. */
    private static int lowSignExtended(int bits, int count) {
        return -(bits & 1) << (count - 1) | bits >>> 1;
    }
}
