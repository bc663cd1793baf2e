package io.modrt.conformance;

import io.modrt.conformance.Words.Placed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a MIPS kernel 6.1 does to a module after relocation, written a second time for the sake of comparison: from what live kernels' memory
 * shows, without a line of modrt's engine. It turns words that GNU ld made into words as a running kernel has them.
 */
final class KernelFinish {
    private static final int BRANCH_OVER_NEXT = 0x1000_0001; // b .+8
    private static final int COMPACT_BRANCH_TO_NEXT = 0xc800_0000; // bc .+4, release 6
    private static final int BRANCH = 0x1000_0000;
    private static final int JUMP_AND_LINK = 0x0c00_0000;
    private static final int OFF_WORDS_O32 = 5; // with the graph tracer's $12 set-up
    private static final int OFF_WORDS_N64 = 4;

    private final Words words;
    private final Target target;

    KernelFinish(Words words, Target target) {
        this.words = words;
        this.target = target;
    }

    /** Changes the words in the kernel's order. */
    void apply() {
        sortPointers("__ex_table", 2);
        List<long[]> entries = jumpEntries();
        switchOffJumps(entries);
        switchOffTracing();
        sortPointers("__mcount_loc", 1);
        orderJumpTable(entries);
    }

    /** Sorts entries of some pointers by the first of them, unsigned. */
    private void sortPointers(String table, int pointers) {
        words.section(table)
                .ifPresent(section -> store(
                        section,
                        read(section, pointers).stream()
                                .sorted(Comparator.comparing(entry -> entry[0], Long::compareUnsigned))
                                .toList()));
    }

    /** Entries {code, target, key}. */
    private List<long[]> jumpEntries() {
        return words.section("__jump_table").map(table -> read(table, 3)).orElse(List.of());
    }

    /** A site that was compiled as a branch to the next instruction is a nop until its key says otherwise. */
    private void switchOffJumps(List<long[]> entries) {
        for (long[] entry : entries) {
            int word = words.word(entry[0]);
            if (word == (target.isR6() ? COMPACT_BRANCH_TO_NEXT : BRANCH_OVER_NEXT)) {
                words.putWord(entry[0], 0);
            }
        }
    }

    /**
     * Each traced function branches over its call of the tracer; o32 has a nop behind the branch, n64 keeps what is there. A call that is one
     * {@code jal} becomes a nop, as in the kernel's own text.
     */
    private void switchOffTracing() {
        words.section("__mcount_loc").ifPresent(sites -> {
            for (long[] entry : read(sites, 1)) {
                long site = entry[0];
                boolean isShort = (words.word(site) & 0xfc00_0000) == JUMP_AND_LINK;
                int length = target.is64Bit() ? OFF_WORDS_N64 : OFF_WORDS_O32;
                words.putWord(site, isShort ? 0 : BRANCH | length);
                if (!target.is64Bit()) {
                    words.putWord(site + 4, 0);
                }
            }
        });
    }

    /** By key, then code; bit 1 of the key field tells init code; a key of the module's own gets the address of its first entry. */
    private void orderJumpTable(List<long[]> entries) {
        words.section("__jump_table").ifPresent(table -> {
            List<long[]> sorted = new ArrayList<>(entries);
            sorted.sort(Comparator.<long[], Long>comparing(entry -> entry[2] & ~3L, Long::compareUnsigned)
                    .thenComparing(entry -> entry[0], Long::compareUnsigned));
            for (long[] entry : sorted) {
                boolean init = words.at(entry[0], Integer.BYTES).orElseThrow().isInit();
                entry[2] = (entry[2] & ~2L) | (init ? 2 : 0);
            }
            store(table, sorted);
            Set<Long> seen = new HashSet<>();
            int entryBytes = 3 * words.pointerBytes();
            for (int i = 0; i < sorted.size(); i++) {
                long key = sorted.get(i)[2] & ~3L;
                long first = table.address() + (long) i * entryBytes;
                if (seen.add(key)) {
                    words.at(key, 2 * words.pointerBytes()).ifPresent(owner -> {
                        int offset = (int) (key - owner.address()) + words.pointerBytes();
                        words.putPointer(owner, offset, first | (words.pointer(owner, offset) & 3));
                    });
                }
            }
        });
    }

    private List<long[]> read(Placed table, int pointers) {
        int entryBytes = pointers * words.pointerBytes();
        List<long[]> entries = new ArrayList<>();
        for (int at = 0; at + entryBytes <= table.bytes().capacity(); at += entryBytes) {
            long[] entry = new long[pointers];
            for (int i = 0; i < pointers; i++) {
                entry[i] = words.pointer(table, at + i * words.pointerBytes());
            }
            entries.add(entry);
        }
        return entries;
    }

    private void store(Placed table, List<long[]> entries) {
        int at = 0;
        for (long[] entry : entries) {
            for (long pointer : entry) {
                words.putPointer(table, at, pointer);
                at += words.pointerBytes();
            }
        }
    }
}
