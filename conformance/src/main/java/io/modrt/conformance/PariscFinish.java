package io.modrt.conformance;

import io.modrt.conformance.Words.Placed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a PA-RISC kernel 6.1 does to a module after relocation, written a second time for comparison: from what the memory of live kernels
 * shows, and without modrt's engine. It turns the words that GNU ld made into those of a running kernel.
 */
final class PariscFinish {
    private static final int NOP = 0x0800_0240;

    /** A machine that code is rewritten for: the condition bits that it makes hold, and whether it can purge the TLB of one CPU alone. */
    enum Machine {
        /** Only the condition holds that always does. */
        UNKNOWN(0x80, false),
        /** One CPU, PA 2.0, under QEMU. */
        ONE_CPU(0x80 | 0x01 | 0x20, true);

        private final int conditions;
        private final boolean purgesLocally;

        Machine(int conditions, boolean purgesLocally) {
            this.conditions = conditions;
            this.purgesLocally = purgesLocally;
        }
    }

    private final Words words;
    private final Machine machine;

    PariscFinish(Words words, Machine machine) {
        this.words = words;
        this.machine = machine;
    }

    /** Changes the words. */
    void apply() {
        words.section("__ex_table").ifPresent(this::sortExceptions);
        List<Placed> unwind = words.sections().stream()
                .filter(section -> section.name().startsWith(".PARISC.unwind"))
                .toList();
        if (!unwind.isEmpty()) {
            Placed last = unwind.get(unwind.size() - 1);
            sort(last, 16, at -> last.bytes().getInt(at) & 0xffff_ffffL);
        }
        for (Placed section : words.sections()) {
            if (section.name().equals(".altinstructions")) {
                rewrite(section);
            }
        }
        words.section("__patchable_function_entries")
                .ifPresent(section -> sort(section, words.pointerBytes(), at -> words.pointer(section, at)));
        words.section("__jump_table").ifPresent(this::orderJumpTable);
    }

    private interface Key {
        long at(int offset);
    }

    /** Sorts entries of {@code entryBytes} as they are by an unsigned key. */
    private static void sort(Placed table, int entryBytes, Key key) {
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

    /** Entries {instruction, continuation}, each from its own field on, and a word that goes along. */
    private void sortExceptions(Placed table) {
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
    private static long target(Placed table, int at) {
        return table.address() + at + table.bytes().getInt(at);
    }

    private static void putTarget(Placed table, int at, long target) {
        table.bytes().putInt(at, (int) (target - table.address() - at));
    }

    /** Entries {code, from this field (s32); length in words (s16); conditions (u16); new word, or code to copy, from this field}. */
    private void rewrite(Placed table) {
        for (int at = 0; at + 12 <= table.bytes().capacity(); at += 12) {
            if ((table.bytes().getShort(at + 6) & machine.conditions) == 0) {
                continue;
            }
            long code = target(table, at);
            int length = table.bytes().getShort(at + 4);
            int word = table.bytes().getInt(at + 8);
            if (length < 0) {
                long from = table.address() + at + 8 + (word & 0xffff_ffffL);
                for (int i = 0; i < -length; i++) {
                    words.putWord(code + 4L * i, words.word(from + 4L * i));
                }
            } else if (word == 2) { // 2 stands for a purge of the TLB
                words.putWord(code, words.word(code) | (machine.purgesLocally ? 0x400 : 0));
            } else if (word == NOP && length > 1) { // a b,n over all of them
                words.putWord(code, 0xe800_0002 + 8 * (length - 2));
            } else {
                words.putWord(code, word);
            }
        }
    }

    private record Jump(long code, long target, long key) {}

    /**
     * Entries {code (s32), target (s32), key (long)}, each from its own field on, by key, then code; bit 1 of the key tells init code; a key of the
     * module's own gets the address of its first entry, behind its count.
     */
    private void orderJumpTable(Placed table) {
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
