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

/** The stubs of one load, in order of allocation. A module may have ten thousand, so there is no object for each. */
final class PariscStubs {
    private static final int BLOCK = 64;

    private final Width width;
    private final SymbolTable symbols;
    private final SymbolValues values;
    private final List<Block> blocks = new ArrayList<>();
    private int count;

    /** The columns of up to {@link #BLOCK} stubs. */
    private final class Block {
        private final PariscStub[] kinds = new PariscStub[BLOCK];
        private final long[] addresses = new long[BLOCK];
        private final long[] targets = new long[BLOCK];
        private final int[] symbolIndices = new int[BLOCK];
        private final int[] slotOffsets = new int[width == Width.BITS_64 ? BLOCK : 0];

        long S(int stub) {
            return kinds[stub].hasSlot() ? slotOffsets[stub] : values.value(symbolIndices[stub]);
        }

        long A(int stub) {
            return kinds[stub].hasSlot() ? 0 : targets[stub] - values.value(symbolIndices[stub]);
        }
    }

    /** No stubs yet. */
    PariscStubs(Width width, SymbolTable symbols, SymbolValues values) {
        this.width = width;
        this.symbols = symbols;
        this.values = values;
    }

    /** Adds a stub for {@code branch}, which leads to its S + A; {@code slotOffset} is that of its GOT slot if it has one. */
    void add(PariscStub kind, Fixup branch, long address, int slotOffset) {
        int index = count % BLOCK;
        if (index == 0) {
            blocks.add(new Block());
        }
        Block block = blocks.get(blocks.size() - 1);
        block.kinds[index] = kind;
        block.addresses[index] = address;
        block.targets[index] = width.wrap(branch.S() + branch.A());
        block.symbolIndices[index] = branch.symbol();
        if (kind.hasSlot()) {
            block.slotOffsets[index] = slotOffset;
        }
        count++;
    }

    /** Writes the code of all. Returns how many there are. */
    int write(ModuleImage image) {
        for (int i = 0; i < count; i++) {
            Block block = blocks.get(i / BLOCK);
            int index = i % BLOCK;
            PariscStub kind = block.kinds[index];
            long S = block.S(index);
            long A = block.A(index);
            for (int word = 0; word < kind.wordCount(); word++) {
                image.putCodeAt(block.addresses[index] + (long) word * Integer.BYTES, kind.word(word, S, A));
            }
        }
        return count;
    }

    /** A record of each. */
    List<Stub> list() {
        List<Stub> list = new ArrayList<>(count);
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Block block = blocks.get(i / BLOCK);
            int index = i % BLOCK;
            list.add(Stub.of(
                    Address.of(block.addresses[index]),
                    Address.of(block.targets[index]),
                    names.computeIfAbsent(block.symbolIndices[index], symbols::label),
                    block.kinds[index].template(block.S(index), block.A(index))));
        }
        return list;
    }
}
