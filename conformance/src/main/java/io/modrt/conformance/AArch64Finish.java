package io.modrt.conformance;

import io.modrt.conformance.Words.Placed;
import java.util.Map;
import java.util.Set;

/**
 * What an AArch64 kernel does to a module after relocation, written a second time for the sake of comparison: from what live kernels' memory
 * shows, without a line of modrt's engine. It turns words that GNU ld made into words as a running kernel has them, also of the sections that
 * the loader fills by itself.
 */
final class AArch64Finish {
    /** A kernel symbol that a loaded module's trampolines lead to. */
    static final String CALLER = "ftrace_caller";
    /** The one that kernels before 6.4 have as well. */
    static final String REGS_CALLER = "ftrace_regs_caller";
    /** With call operations: what the doubleword in front of a function that is not traced holds. */
    static final String NOP_OPS = "ftrace_nop_ops";

    private static final String PATCH_NOPS = "alt_cb_patch_nops";

    private static final int NOP = 0xd503_201f;
    private static final int MOV_X9_X30 = 0xaa1e_03e9;
    private static final int CALLBACK = 0x8000;
    private static final int ENTRY_BYTES = 12;
    private static final long PAGE_BYTES = 4096;

    /** The capabilities of a machine, by their numbers in one build; the first two are every machine's. */
    enum Machine {
        /** Nothing is known of it. */
        UNKNOWN(Set.of(0, 1)),
        /** With LSE atomics, at EL2, with interrupt priorities: 26, 37 and 24 in Debian's 6.1.192; 37, 51 and 31 in its 6.12.117. */
        CAPABLE(Set.of(0, 1, 24, 26, 31, 37, 51));

        private final Set<Integer> capabilities;

        Machine(Set<Integer> capabilities) {
            this.capabilities = capabilities;
        }

        /** Those that are not every machine's. */
        int[] capabilities() {
            return capabilities.stream()
                    .mapToInt(Integer::intValue)
                    .filter(number -> number > 1)
                    .sorted()
                    .toArray();
        }
    }

    /** The ways in which kernels trace functions. */
    enum Tracing {
        /** Linux 6.1: two nops at a function's start. */
        TWO_NOPS,
        /** Debian's 6.12: the same, and in front of the function a doubleword that tells whose the call is. */
        CALL_OPS
    }

    private final Words words;
    private final boolean isBigEndian;
    private final Tracing tracing;
    private final Machine machine;
    private final Map<String, Long> kernel;

    /**
     * For the loaded sections of one module.
     *
     * @param target the module's, for the byte order of its data
     * @param kernel the addresses of kernel symbols, those of this class among them
     */
    AArch64Finish(Words words, Target target, Tracing tracing, Machine machine, Map<String, Long> kernel) {
        this.words = words;
        this.isBigEndian = target.isBigEndian();
        this.tracing = tracing;
        this.machine = machine;
        this.kernel = kernel;
    }

    /** Changes the words. */
    void apply() {
        words.section("__ex_table").ifPresent(RelativeTables::sortExceptions);
        words.section(".altinstructions").ifPresent(this::rewrite);
        fillTrampolines();
        RelativeTables tables = new RelativeTables(words);
        words.section("__patchable_function_entries").ifPresent(section -> {
            switchOff(section);
            tables.sortAddresses(section);
        });
        words.section("__jump_table").ifPresent(tables::orderJumpTable);
    }

    /** Instructions are little-endian in either order of data. */
    private int code(long place) {
        int word = words.word(place);
        return isBigEndian ? Integer.reverseBytes(word) : word;
    }

    private void putCode(long place, int instruction) {
        words.putWord(place, isBigEndian ? Integer.reverseBytes(instruction) : instruction);
    }

    private long symbol(String name) {
        Long value = kernel.get(name);
        if (value == null) {
            throw new IllegalStateException("no address for " + name);
        }
        return value;
    }

    /**
     * Entries {code (s32), replacement (s32), each from its own field on; capability (u16), with its top bit for a function instead of a
     * replacement; bytes of the code (u8) and of the replacement (u8)}. Modules name one such function, which writes nops.
     */
    private void rewrite(Placed table) {
        for (int at = 0; at + 12 <= table.bytes().capacity(); at += 12) {
            int capability = table.bytes().getShort(at + 8) & 0xffff;
            if (!machine.capabilities.contains(capability & ~CALLBACK)) {
                continue;
            }
            long code = RelativeTables.target(table, at);
            long replacement = RelativeTables.target(table, at + 4);
            int bytes = table.bytes().get(at + 10) & 0xff;
            if (capability >= CALLBACK && replacement != kernel.getOrDefault(PATCH_NOPS, -1L)) {
                continue; // nobody knows what that writes
            }
            for (int i = 0; i < bytes; i += Integer.BYTES) {
                putCode(code + i, capability >= CALLBACK ? NOP : copied(replacement, bytes, i, code + i));
            }
        }
    }

    /** An instruction of the replacement; a branch that leaves it, and a page that {@code adrp} counts, are aimed again from their new place. */
    private int copied(long replacement, int bytes, int offset, long to) {
        long from = replacement + offset;
        int word = code(from);
        for (Distance form : Distance.values()) {
            if ((word & form.opcodeMask) == form.opcode) {
                long target = from + form.bytes(word);
                boolean leaves = target < replacement || target > replacement + bytes;
                return leaves ? form.aimed(word, target - to) : word;
            }
        }
        if ((word & 0x9f00_0000) == 0x9000_0000) {
            int pages = (word >> 3 & 0x1f_fffc | word >> 29 & 3) << 11 >> 11; // 21 bits with a sign
            long moved = pages - (page(to) - page(from)) / PAGE_BYTES;
            return word & 0x9f00_001f | (int) (moved & 3) << 29 | (int) (moved >> 2 & 0x7_ffff) << 5;
        }
        return word;
    }

    /** Branches with a distance in words. */
    private enum Distance {
        B_AND_BL(0x7c00_0000, 0x1400_0000, 0, 26),
        CONDITIONAL(0xff00_0010, 0x5400_0000, 5, 19),
        COMPARE(0x7e00_0000, 0x3400_0000, 5, 19),
        TEST(0x7e00_0000, 0x3600_0000, 5, 14);

        private final int opcodeMask;
        private final int opcode;
        private final int lowest;
        private final int bits;

        Distance(int opcodeMask, int opcode, int lowest, int bits) {
            this.opcodeMask = opcodeMask;
            this.opcode = opcode;
            this.lowest = lowest;
            this.bits = bits;
        }

        long bytes(int word) {
            return (long) (word << 32 - lowest - bits >> 32 - bits) * 4;
        }

        int aimed(int word, long distance) {
            int mask = (1 << bits) - 1 << lowest;
            return word & ~mask | (int) (distance / 4) << lowest & mask;
        }
    }

    private void fillTrampolines() {
        for (Placed section : words.sections()) {
            if (section.name().endsWith(".text.ftrace_trampoline")) {
                jump(section.address(), symbol(CALLER));
                if (tracing == Tracing.TWO_NOPS) {
                    jump(section.address() + ENTRY_BYTES, symbol(REGS_CALLER));
                }
            }
        }
    }

    private static long page(long address) {
        return address & -PAGE_BYTES;
    }

    /** {@code adrp x16; add x16, x16; br x16}. */
    private void jump(long place, long target) {
        long pages = (page(target) - page(place)) / PAGE_BYTES;
        putCode(place, 0x9000_0010 | (int) (pages & 3) << 29 | (int) (pages >> 2 & 0x7_ffff) << 5);
        putCode(place + 4, 0x9100_0210 | (int) (target - page(target)) << 10);
        putCode(place + 8, 0xd61f_0200);
    }

    /** Each function listed keeps its return address in x9, and calls nobody. */
    private void switchOff(Placed table) {
        for (int at = 0; at + Long.BYTES <= table.bytes().capacity(); at += Long.BYTES) {
            long entry = words.pointer(table, at);
            long first = entry;
            if (tracing == Tracing.CALL_OPS) {
                if (entry % Long.BYTES != 0) {
                    continue; // the kernel warns of such a function, and leaves it alone
                }
                Placed section = words.at(entry, Long.BYTES).orElseThrow();
                words.putPointer(section, (int) (entry - section.address()), symbol(NOP_OPS));
                first = entry + Long.BYTES;
            }
            if (code(first) != NOP) {
                throw new IllegalStateException("no nop at 0x" + Long.toHexString(first));
            }
            putCode(first, MOV_X9_X30);
        }
    }
}
