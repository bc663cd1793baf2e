package io.modrt.aarch64;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.function.IntUnaryOperator;

/**
 * The order in which the kernel relocates a section with code, and the PLT entries that it counts for it: {@code
 * partition_branch_plt_relas} brings the branches that leave the section to the front, {@code module_frob_arch_sections} sorts those by type,
 * symbol and addend, and {@code count_plts} counts how often the target changes. Source: Linux 6.1 {@code arch/arm64/kernel/module-plts.c}.
 */
final class AArch64BranchOrder {
    private final SymbolTable symbols;
    /** For each type and symbol, how many branches there are, and then where the next one goes; all 0 between two sections. */
    private final int[] places;

    /** The orders of sections of a file with these symbols. */
    AArch64BranchOrder(SymbolTable symbols) {
        this.symbols = symbols;
        this.places = new int[2 * symbols.count()];
    }

    /**
     * The order of one section.
     *
     * @param order gives the number of each relocation, in the order of application
     * @param entries how many PLT entries its branches may need
     */
    record Ordered(IntUnaryOperator order, int entries) {}

    /**
     * A permutation that first has some relocations in any order. Of the others, a few have the places of those; the rest stay in place.
     *
     * @param front the first relocations
     * @param moved the places behind them at which another relocation is than in the file
     * @param before for each 64 places how many of those lie in front of them
     * @param others the relocations at those places
     */
    @SuppressWarnings("ArrayRecordComponent") // such records are never compared
    private record Partition(int[] front, long[] moved, int[] before, int[] others) implements IntUnaryOperator {

        static Partition of(int[] front, BitSet places, int[] others, int count) {
            long[] moved = Arrays.copyOf(places.toLongArray(), count / Long.SIZE + 1);
            int[] before = new int[moved.length];
            for (int word = 1; word < moved.length; word++) {
                before[word] = before[word - 1] + Long.bitCount(moved[word - 1]);
            }
            return new Partition(front, moved, before, others);
        }

        @Override
        public int applyAsInt(int i) {
            if (i < front.length) {
                return front[i];
            }
            long word = moved[i / Long.SIZE];
            return (word >>> i & 1) == 0 ? i : others[before[i / Long.SIZE] + Long.bitCount(word & ~(-1L << i))];
        }
    }

    /** Whether it is a branch to a symbol that its section does not define. */
    static boolean leaves(RelocationSection relocations, int i, SymbolTable symbols) {
        int symbol = relocations.symbol(i);
        return AArch64Reloc.isBranch(relocations.type(i))
                && Integer.compareUnsigned(symbol, symbols.count()) < 0
                && symbols.rawSectionIndex(symbol) != relocations.target().index();
    }

    /**
     * The order of a section.
     *
     * @throws FormatException if a relocation names no symbol of the file
     */
    Ordered of(RelocationSection relocations) {
        int count = relocations.count();
        int target = relocations.target().index();
        BitSet leaving = new BitSet(count);
        for (int i = 0; i < count; i++) {
            int symbol = relocations.symbol(i);
            requireSymbol(relocations, i, symbol);
            if (AArch64Reloc.isBranch(relocations.type(i)) && symbols.rawSectionIndex(symbol) != target) {
                leaving.set(i);
            }
        }
        int leavingCount = leaving.cardinality();
        // why: where nothing else is, the kernel's two pointers meet at the last such branch, which then is not sorted
        int[] front = new int[Math.max(0, Math.min(leavingCount, count - 1))];
        int[] others = partition(leaving, front, count);
        int[] sorted = new int[front.length];
        int entries = sort(relocations, front, sorted);
        boolean isOneMore = leavingCount > sorted.length
                && (sorted.length == 0 || !shareEntry(relocations, sorted[sorted.length - 1], sorted.length));
        return new Ordered(Partition.of(sorted, leaving, others, count), isOneMore ? entries + 1 : entries);
    }

    /**
     * Brings the leaving branches to the front, each to where another relocation is, the last first. Afterwards {@code leaving} has the
     * places that those have taken.
     *
     * @return the relocations at these places
     */
    private static int[] partition(BitSet leaving, int[] front, int count) {
        int length = front.length;
        int swaps = length - leaving.get(0, length).cardinality();
        int[] others = new int[swaps];
        int back = count;
        Arrays.setAll(front, i -> i);
        for (int i = leaving.nextClearBit(0); i < length; i = leaving.nextClearBit(i + 1)) {
            back = leaving.previousSetBit(back - 1);
            front[i] = back;
            others[--swaps] = i;
        }
        leaving.clear(0, back); // why: those left are in front already, or the one that is not sorted
        return others;
    }

    /** The kernel reads the symbol of each relocation, whatever its type, before it applies any. */
    private void requireSymbol(RelocationSection relocations, int i, int symbol) {
        if (Integer.compareUnsigned(symbol, symbols.count()) >= 0) {
            throw new FormatException(
                    Refusal.beyondKernel(relocations.section().where() + ": entry " + i + ": symbol index "
                            + Integer.toUnsignedString(symbol) + ", the file has " + symbols.count() + " symbols"));
        }
    }

    /** The place of a branch's type and symbol among all. */
    private int key(RelocationSection relocations, int i) {
        boolean isJump = relocations.type(i) == AArch64Reloc.JUMP26.number();
        return relocations.symbol(i) + (isJump ? 0 : symbols.count());
    }

    /**
     * Sorts branches; those with one target keep their order. Returns how many entries they need.
     *
     * @param sorted takes them
     */
    private int sort(RelocationSection relocations, int[] branches, int[] sorted) {
        int different = 0;
        for (int branch : branches) {
            int key = key(relocations, branch);
            if (places[key]++ == 0) {
                sorted[different++] = key; // why: there is room until the branches take it
            }
        }
        Arrays.sort(sorted, 0, different);
        int place = 0;
        for (int i = 0; i < different; i++) {
            int ofKey = places[sorted[i]];
            places[sorted[i]] = place;
            place += ofKey;
        }
        for (int branch : branches) {
            sorted[places[key(relocations, branch)]++] = branch;
        }
        int entries = 0;
        for (int from = 0; from < sorted.length; ) {
            int key = key(relocations, sorted[from]);
            int to = places[key]; // why: behind the last branch of the key by now
            entries += sortByAddend(relocations, sorted, from, to);
            places[key] = 0;
            from = to;
        }
        return entries;
    }

    /** Sorts branches of one type to one symbol. Returns how many entries they need: one in all, and one for each with an addend. */
    private static int sortByAddend(RelocationSection relocations, int[] order, int from, int to) {
        int withAddend = 0;
        for (int i = from; i < to; i++) {
            withAddend += relocations.addend(order[i]) != 0 ? 1 : 0;
        }
        if (withAddend > 0) {
            int[] byAddend = Arrays.stream(order, from, to)
                    .boxed()
                    .sorted(Comparator.comparingLong(relocations::addend))
                    .mapToInt(Integer::intValue)
                    .toArray();
            System.arraycopy(byAddend, 0, order, from, byAddend.length);
        }
        return withAddend < to - from ? withAddend + 1 : withAddend;
    }

    /** Whether the kernel counts one entry for both; it takes it that branches with an addend share none. */
    private static boolean shareEntry(RelocationSection relocations, int one, int other) {
        return relocations.type(one) == relocations.type(other)
                && relocations.symbol(one) == relocations.symbol(other)
                && relocations.addend(one) == 0
                && relocations.addend(other) == 0;
    }
}
