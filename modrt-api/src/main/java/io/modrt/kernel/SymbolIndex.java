package io.modrt.kernel;

import io.modrt.bytes.ByteName;
import java.util.Arrays;
import java.util.Collection;

/**
 * Symbols by name, in few arrays that stay in the processor's caches: hashes, all names in one array, and the symbols. A load looks up hundreds of
 * names among tens of thousands, and would wait for memory at each object on the way.
 */
final class SymbolIndex {
    private static final int AVERAGE_NAME = 16;

    /** Pairs of a hash and the number of a symbol, which is from 1 on; 0 for none. At least half of them are empty. */
    private final int[] slots;

    private final int mask;
    private final byte[] names;
    /** Where the name of the symbol of this number ends, and that of the next one begins. */
    private final int[] ends;

    private final KernelSymbol[] symbols;

    /** The index of symbols that have different names. */
    SymbolIndex(Collection<KernelSymbol> all) {
        symbols = all.toArray(new KernelSymbol[0]);
        ends = new int[symbols.length + 1];
        mask = Math.max(1, Integer.highestOneBit(symbols.length)) * 4 - 1;
        slots = new int[(mask + 1) * 2];
        byte[] room = new byte[symbols.length * AVERAGE_NAME];
        for (int i = 0; i < symbols.length; i++) {
            ByteName name = ByteName.of(symbols[i].name());
            int end = Math.addExact(ends[i], name.length());
            if (end > room.length) {
                room = Arrays.copyOf(room, Math.addExact(end, end / 2));
            }
            System.arraycopy(name.array(), name.start(), room, ends[i], name.length());
            ends[i + 1] = end;
            put(name.hashCode(), i + 1);
        }
        names = Arrays.copyOf(room, ends[symbols.length]);
    }

    private void put(int hash, int number) {
        int slot = hash & mask;
        while (slots[2 * slot + 1] != 0) {
            slot = slot + 1 & mask;
        }
        slots[2 * slot] = hash;
        slots[2 * slot + 1] = number;
    }

    /** Answers the open names that it has. */
    void answer(SymbolQuery query) {
        int count = query.count();
        int[] numbers = new int[count];
        // why: names by themselves need not wait for each other, so memory is read for several of them at once
        for (int i = 0; i < count; i++) {
            numbers[i] = query.isOpen(i) ? first(query.hash(i)) : 0;
        }
        for (int i = 0; i < count; i++) {
            int number = numbers[i];
            if (number != 0 && query.isAt(i, names, ends[number - 1], ends[number])) {
                query.answer(i, symbols[number - 1]);
            } else if (number != 0) {
                answerLater(query, i);
            }
        }
    }

    /** The number of the first symbol whose name has this hash; 0 if there is none. */
    private int first(int hash) {
        int slot = hash & mask;
        while (slots[2 * slot] != hash && slots[2 * slot + 1] != 0) {
            slot = slot + 1 & mask;
        }
        return slots[2 * slot + 1];
    }

    /** Answers a name whose hash another name has, too. */
    private void answerLater(SymbolQuery query, int i) {
        int hash = query.hash(i);
        for (int slot = hash & mask; slots[2 * slot + 1] != 0; slot = slot + 1 & mask) {
            int number = slots[2 * slot + 1];
            if (slots[2 * slot] == hash && query.isAt(i, names, ends[number - 1], ends[number])) {
                query.answer(i, symbols[number - 1]);
                return;
            }
        }
    }
}
