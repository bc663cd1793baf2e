package io.modrt.conformance;

import io.modrt.conformance.Words.Placed;
import java.util.List;

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
        words.section("__ex_table").ifPresent(RelativeTables::sortExceptions);
        List<Placed> unwind = words.sections().stream()
                .filter(section -> section.name().startsWith(".PARISC.unwind"))
                .toList();
        if (!unwind.isEmpty()) {
            Placed last = unwind.get(unwind.size() - 1);
            RelativeTables.sort(last, 16, at -> last.bytes().getInt(at) & 0xffff_ffffL);
        }
        for (Placed section : words.sections()) {
            if (section.name().equals(".altinstructions")) {
                rewrite(section);
            }
        }
        RelativeTables tables = new RelativeTables(words);
        words.section("__patchable_function_entries").ifPresent(tables::sortAddresses);
        words.section("__jump_table").ifPresent(tables::orderJumpTable);
    }

    /** Entries {code, from this field (s32); length in words (s16); conditions (u16); new word, or code to copy, from this field}. */
    private void rewrite(Placed table) {
        for (int at = 0; at + 12 <= table.bytes().capacity(); at += 12) {
            if ((table.bytes().getShort(at + 6) & machine.conditions) == 0) {
                continue;
            }
            long code = RelativeTables.target(table, at);
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
}
