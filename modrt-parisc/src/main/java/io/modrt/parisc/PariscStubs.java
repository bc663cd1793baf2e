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
    private static final PariscStub[] KINDS = PariscStub.values();

    private final Width width;
    private final int stubBytes;
    private final SymbolTable symbols;
    private final SymbolValues values;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private int count;

    /** The columns of up to {@link #BLOCK} stubs. */
    private final class Block {
        /** The ordinal of each stub's {@link PariscStub}. */
        private final byte[] kinds = new byte[BLOCK];
        /** The number of each stub's symbol. */
        private final int[] symbols = new int[BLOCK];

        private final int[] slotOffsets = new int[width == Width.BITS_64 ? BLOCK : 0];
    }

    /** Stubs that follow each other in memory, made for branches with one addend; {@code first} is the number of the first. */
    private record Run(long address, long addend, int first) {}

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

    /** Adds a stub for {@code branch}, which leads to its S + A; {@code slotOffset} is that of its GOT slot if it has one. */
    void add(PariscStub kind, Fixup branch, long address, int slotOffset) {
        long addend = branch.S() + branch.A() - values.value(branch.symbol());
        Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (last == null
                || last.addend != addend
                || last.address + (long) (count - last.first) * stubBytes != address) {
            runs.add(new Run(address, addend, count));
        }
        int index = count % BLOCK;
        if (index == 0) {
            blocks.add(new Block());
        }
        Block block = blocks.get(blocks.size() - 1);
        block.kinds[index] = (byte) kind.ordinal();
        block.symbols[index] = branch.symbol();
        if (kind.hasSlot()) {
            block.slotOffsets[index] = slotOffset;
        }
        count++;
    }

    private void visit(Visitor visitor) {
        for (int r = 0; r < runs.size(); r++) {
            Run run = runs.get(r);
            int end = r + 1 < runs.size() ? runs.get(r + 1).first : count;
            for (int stub = run.first; stub < end; stub++) {
                Block block = blocks.get(stub / BLOCK);
                int index = stub % BLOCK;
                PariscStub kind = KINDS[block.kinds[index]];
                int symbol = block.symbols[index];
                long value = values.value(symbol);
                long target = width.wrap(value + run.addend);
                boolean hasSlot = kind.hasSlot();
                visitor.visit(
                        kind,
                        run.address + (long) (stub - run.first) * stubBytes,
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
