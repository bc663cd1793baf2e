package io.modrt.conformance;

import io.modrt.conformance.Words.Placed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What kernels do after relocation to tables whose entries count from their own fields, written a second time for the sake of comparison:
 * from what live kernels' memory shows, without a line of modrt's engine.
 */
final class RelativeTables {
    private final Words words;

    RelativeTables(Words words) {
        this.words = words;
    }

    /** What the key of an entry at an offset is. */
    interface Key {
        long at(int offset);
    }

    /** Sorts entries of {@code entryBytes} as they are by an unsigned key. */
    static void sort(Placed table, int entryBytes, Key key) {
        record Sorted(long key, byte[] bytes) {}
        List<Sorted> entries = new ArrayList<>();
        for (int at = 0; at + entryBytes <= table.bytes().capacity(); at += entryBytes) {
            byte[] bytes = new byte[entryBytes];
            table.bytes().get(at, bytes);
            entries.add(new Sorted(key.at(at), bytes));
        }
        entries.sort(Comparator.comparing(Sorted::key, Long::compareUnsigned));
        for (int i = 0; i < entries.size(); i++) {
            table.bytes().put(i * entryBytes, entries.get(i).bytes());
        }
    }

    /** Sorts the addresses that a table lists. */
    void sortAddresses(Placed table) {
        sort(table, words.pointerBytes(), at -> words.pointer(table, at));
    }

    /** Entries {instruction, continuation}, each from its own field on, and a word that goes along. */
    static void sortExceptions(Placed table) {
        record Fixup(long instruction, long continuation, int word) {}
        List<Fixup> entries = new ArrayList<>();
        for (int at = 0; at + 12 <= table.bytes().capacity(); at += 12) {
            entries.add(new Fixup(
                    target(table, at), target(table, at + 4), table.bytes().getInt(at + 8)));
        }
        entries.sort(Comparator.comparing(Fixup::instruction, Long::compareUnsigned));
        for (int i = 0; i < entries.size(); i++) {
            putTarget(table, 12 * i, entries.get(i).instruction());
            putTarget(table, 12 * i + 4, entries.get(i).continuation());
            table.bytes().putInt(12 * i + 8, entries.get(i).word());
        }
    }

    /** What the word at an offset points at, counted from itself. */
    static long target(Placed table, int at) {
        return table.address() + at + table.bytes().getInt(at);
    }

    private static void putTarget(Placed table, int at, long target) {
        table.bytes().putInt(at, (int) (target - table.address() - at));
    }

    private record Jump(long code, long target, long key) {}

    /**
     * Entries {code (s32), target (s32), key (long)}, each from its own field on, by key, then code; bit 1 of the key tells init code; a key of the
     * module's own gets the address of its first entry, behind its count.
     */
    void orderJumpTable(Placed table) {
        int pointer = words.pointerBytes();
        int entryBytes = 8 + pointer;
        List<Jump> jumps = new ArrayList<>();
        for (int at = 0; at + entryBytes <= table.bytes().capacity(); at += entryBytes) {
            long key = words.wrap(table.address() + at + 8 + words.pointer(table, at + 8));
            jumps.add(new Jump(target(table, at), target(table, at + 4), key));
        }
        jumps.sort(Comparator.<Jump, Long>comparing(jump -> jump.key() & ~3L, Long::compareUnsigned)
                .thenComparing(Jump::code, Long::compareUnsigned));
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < jumps.size(); i++) {
            Jump jump = jumps.get(i);
            int at = i * entryBytes;
            boolean isInit = words.at(jump.code(), Integer.BYTES).orElseThrow().isInit();
            long key = jump.key() & ~3L;
            putTarget(table, at, jump.code());
            putTarget(table, at + 4, jump.target());
            long flags = jump.key() & 1 | (isInit ? 2 : 0);
            words.putPointer(table, at + 8, (key | flags) - (table.address() + at + 8));
            if (seen.add(key)) {
                words.at(key, 2 * pointer).ifPresent(owner -> {
                    int offset = (int) (key - owner.address()) + pointer;
                    words.putPointer(owner, offset, table.address() + at | words.pointer(owner, offset) & 3);
                });
            }
        }
    }
}
