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
    private final Width width;
    private final SymbolTable symbols;
    private final SymbolValues values;
    private final PariscStub[] kinds;
    private final long[] addresses;
    private final long[] targets;
    private final int[] symbolIndices;
    private final int[] slotOffsets;
    private int count;

    /** No stubs yet, and room for {@code most}. */
    PariscStubs(int most, Width width, SymbolTable symbols, SymbolValues values) {
        this.width = width;
        this.symbols = symbols;
        this.values = values;
        kinds = new PariscStub[most];
        addresses = new long[most];
        targets = new long[most];
        symbolIndices = new int[most];
        slotOffsets = new int[width == Width.BITS_64 ? most : 0];
    }

    /** Adds a stub for {@code branch}, which leads to its S + A. */
    void add(PariscStub kind, Fixup branch, long address, int slotOffset) {
        kinds[count] = kind;
        addresses[count] = address;
        targets[count] = width.wrap(branch.S() + branch.A());
        symbolIndices[count] = branch.symbol();
        if (kind.hasSlot()) {
            slotOffsets[count] = slotOffset;
        }
        count++;
    }

    private long base(int stub) {
        return kinds[stub].hasSlot() ? slotOffsets[stub] : values.value(symbolIndices[stub]);
    }

    private long addend(int stub) {
        return kinds[stub].hasSlot() ? 0 : targets[stub] - values.value(symbolIndices[stub]);
    }

    /** Writes the code of all. Returns how many there are. */
    int write(ModuleImage image) {
        for (int i = 0; i < count; i++) {
            PariscStub kind = kinds[i];
            long S = base(i);
            long A = addend(i);
            for (int word = 0; word < kind.wordCount(); word++) {
                image.putCodeAt(addresses[i] + (long) word * Integer.BYTES, kind.word(word, S, A));
            }
        }
        return count;
    }

    /** A record of each. */
    List<Stub> list() {
        List<Stub> list = new ArrayList<>(count);
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; i < count; i++) {
            list.add(Stub.of(
                    Address.of(addresses[i]),
                    Address.of(targets[i]),
                    names.computeIfAbsent(symbolIndices[i], symbols::label),
                    kinds[i].template(base(i), addend(i))));
        }
        return list;
    }
}
