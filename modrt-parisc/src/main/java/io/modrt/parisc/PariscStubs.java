package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.elf.SymbolTable;
import io.modrt.spi.Fixup;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.Stub;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The stubs of one load, in order of allocation. A module may have ten thousand, so there is no object for each, and what most have in common
 * with the one before is kept once.
 */
final class PariscStubs {
    private static final int BLOCK = 256;
    private static final int RUNS = 64;
    private static final long[] NO_ADDENDS = {};
    private static final PariscStub[] KINDS = PariscStub.values();

    private final Width width;
    private final int stubBytes;
    private final SymbolTable symbols;
    private final SymbolValues values;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Runs> runs = new ArrayList<>();
    private int runCount;
    private int count;

    /** The columns of up to {@link #BLOCK} stubs. */
    private final class Block {
        /** The ordinal of each stub's {@link PariscStub}; on 32 bit there is one kind. */
        private final byte[] kinds = new byte[isWide() ? BLOCK : 0];
        /** The number of each stub's symbol. */
        private final int[] symbols = new int[BLOCK];

        private final int[] slotOffsets = new int[isWide() ? BLOCK : 0];
    }

    /** The columns of up to {@link #RUNS} runs: stubs that follow each other in memory, made for branches with one addend. */
    private static final class Runs {
        /** The number of each run's first stub. */
        private final int[] firsts = new int[RUNS];

        private final long[] addresses = new long[RUNS];
        /** Of few runs another than 0. */
        private long[] addends = NO_ADDENDS;

        long addend(int run) {
            return addends.length == 0 ? 0 : addends[run];
        }
    }

    /** Takes what the code of a stub is filled with: {@code S} and {@code A} are those of its slot if it has one. */
    private interface Visitor {
        void visit(PariscStub kind, long address, long S, long A, int symbol, long target);
    }

    /** No stubs yet. */
    PariscStubs(Width width, int stubBytes, SymbolTable symbols, SymbolValues values) {
        this.width = width;
        this.stubBytes = stubBytes;
        this.symbols = symbols;
        this.values = values;
    }

    private boolean isWide() {
        return width == Width.BITS_64;
    }

    /** Adds a stub for {@code branch}, which leads to its S + A; {@code slotOffset} is that of its GOT slot if it has one. */
    void add(PariscStub kind, Fixup branch, long address, int slotOffset) {
        long addend = branch.S() + branch.A() - values.value(branch.symbol());
        if (!isNext(address, addend)) {
            startRun(address, addend);
        }
        int index = count % BLOCK;
        if (index == 0) {
            blocks.add(new Block());
        }
        Block block = blocks.get(blocks.size() - 1);
        if (isWide()) {
            block.kinds[index] = (byte) kind.ordinal();
        }
        block.symbols[index] = branch.symbol();
        if (kind.hasSlot()) {
            block.slotOffsets[index] = slotOffset;
        }
        count++;
    }

    /** Whether a stub is one of the last run. */
    private boolean isNext(long address, long addend) {
        if (runCount == 0) {
            return false;
        }
        Runs block = runs.get(runs.size() - 1);
        int last = (runCount - 1) % RUNS;
        return block.addend(last) == addend
                && block.addresses[last] + (long) (count - block.firsts[last]) * stubBytes == address;
    }

    private void startRun(long address, long addend) {
        int run = runCount++ % RUNS;
        if (run == 0) {
            runs.add(new Runs());
        }
        Runs block = runs.get(runs.size() - 1);
        block.firsts[run] = count;
        block.addresses[run] = address;
        if (addend != 0) {
            block.addends = block.addends.length == 0 ? new long[RUNS] : block.addends;
            block.addends[run] = addend;
        }
    }

    private int firstOf(int run) {
        return run < runCount ? runs.get(run / RUNS).firsts[run % RUNS] : count;
    }

    private void visit(Visitor visitor) {
        for (int run = 0; run < runCount; run++) {
            Runs common = runs.get(run / RUNS);
            int first = firstOf(run);
            long addend = common.addend(run % RUNS);
            long address = common.addresses[run % RUNS];
            for (int stub = first; stub < firstOf(run + 1); stub++) {
                Block block = blocks.get(stub / BLOCK);
                int index = stub % BLOCK;
                PariscStub kind = isWide() ? KINDS[block.kinds[index]] : PariscStub.LONG_BRANCH;
                int symbol = block.symbols[index];
                long value = values.value(symbol);
                long target = width.wrap(value + addend);
                boolean hasSlot = kind.hasSlot();
                visitor.visit(
                        kind,
                        address + (long) (stub - first) * stubBytes,
                        hasSlot ? block.slotOffsets[index] : value,
                        hasSlot ? 0 : target - value,
                        symbol,
                        target);
            }
        }
    }

    /** Writes the code of all. Returns how many there are. */
    int write(ModuleImage image) {
        visit((kind, address, S, A, symbol, target) -> {
            for (int word = 0; word < kind.wordCount(); word++) {
                image.putCodeAt(address + (long) word * Integer.BYTES, kind.word(word, S, A));
            }
        });
        return count;
    }

    /** A record of each. */
    List<Stub> list() {
        List<Stub> list = new ArrayList<>(count);
        Map<Integer, String> names = new HashMap<>();
        visit((kind, address, S, A, symbol, target) -> list.add(Stub.of(
                Address.of(address),
                Address.of(target),
                names.computeIfAbsent(symbol, symbols::label),
                kind.template(S, A))));
        return list;
    }
}
