package io.modrt.aarch64;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.Arrays;
import java.util.Comparator;

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
     * @param indices the numbers of its relocations, in the order of application
     * @param entries how many PLT entries its branches may need
     */
    record Ordered(int[] indices, int entries) {}

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
        int[] order = new int[count];
        int[] leaving = new int[count];
        int leavingCount = 0;
        for (int i = 0; i < count; i++) {
            requireSymbol(relocations, i);
            order[i] = i;
            if (leaves(relocations, i, symbols)) {
                leaving[leavingCount++] = i;
            }
        }
        // why: where nothing else is, the kernel's two pointers meet at the last such branch, which then is not sorted
        int front = Math.max(0, Math.min(leavingCount, count - 1));
        int next = 0;
        int back = leavingCount;
        for (int i = 0; i < front; i++) {
            if (leaving[next] == i) {
                next++;
            } else {
                int moved = leaving[--back];
                order[i] = moved;
                order[moved] = i;
            }
        }
        int entries = sort(relocations, order, front, leaving);
        boolean isOneMore = leavingCount > front && (front == 0 || !shareEntry(relocations, order[front - 1], front));
        return new Ordered(order, isOneMore ? entries + 1 : entries);
    }

    /** The kernel reads the symbol of each relocation, whatever its type, before it applies any. */
    private void requireSymbol(RelocationSection relocations, int i) {
        int symbol = relocations.symbol(i);
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
     * Sorts the first {@code count} of {@code order}; those with one target keep their order. Returns how many entries they need.
     *
     * @param keys room for as many numbers
     */
    private int sort(RelocationSection relocations, int[] order, int count, int[] keys) {
        int different = 0;
        for (int i = 0; i < count; i++) {
            int key = key(relocations, order[i]);
            if (places[key]++ == 0) {
                keys[different++] = key;
            }
        }
        Arrays.sort(keys, 0, different);
        int place = 0;
        for (int i = 0; i < different; i++) {
            int ofKey = places[keys[i]];
            places[keys[i]] = place;
            place += ofKey;
        }
        int[] before = Arrays.copyOf(order, count);
        for (int index : before) {
            order[places[key(relocations, index)]++] = index;
        }
        int entries = 0;
        int from = 0;
        for (int i = 0; i < different; i++) {
            int to = places[keys[i]];
            entries += sortByAddend(relocations, order, from, to);
            places[keys[i]] = 0;
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
