package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.image.ImageModules.Entry;
import io.modrt.layout.RegionKind;
import io.modrt.link.Rewrite;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The symbols that a module keeps, of which {@code /proc/kallsyms} tells: a table, the names, and a letter for each behind all sections. */
final class KeptSymbols {
    private final RelocatedModule relocated;
    private final boolean isBig;
    private final Entry entry;
    private final int symbolBytes;

    KeptSymbols(MemoryImage image, RelocatedModule relocated, Entry entry) {
        this.relocated = relocated;
        this.isBig = image.kernelMemory().isBig();
        this.entry = entry;
        this.symbolBytes = relocated.resolved().placed().file().elf().elfClass().symbolBytes();
    }

    /** What of the tables is at {@code address}, for a person; empty if they are not there. */
    Optional<String> symbolAt(Address address) {
        PlacedModule placed = relocated.resolved().placed();
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> region = placed.range(kind);
            if (region.isPresent() && region.get().contains(address) && !kind.isInit()) {
                List<AddressRange> ranges = relocated.rewrites().stream()
                        .filter(rewrite -> rewrite.by().equals("kallsyms"))
                        .map(Rewrite::range)
                        .filter(range -> region.get().contains(range.start()))
                        .toList();
                return ranges.isEmpty() ? Optional.empty() : in(region.get(), kind, ranges, address);
            }
        }
        return Optional.empty();
    }

    private Optional<String> in(AddressRange region, RegionKind kind, List<AddressRange> ranges, Address address) {
        // why: the null symbol in front of the others is as it was, all zeros
        Address start = ranges.get(0).start().plus(-symbolBytes);
        Address end = ranges.get(ranges.size() - 1).end();
        if (address.compareTo(start) < 0 || address.compareTo(end) >= 0) {
            return Optional.empty();
        }
        byte[] bytes = relocated.bytes(kind);
        int table = (int) start.minus(region.start());
        int at = (int) address.minus(region.start());
        int symbol = table + (at - table) / symbolBytes * symbolBytes;
        return name(bytes, symbol, table)
                .map(name -> name + " of " + entry.module().name())
                .or(() -> Optional.of("a name or a letter"));
    }

    /**
     * The name of the symbol at an offset of the region. The names are behind the table, the first one, which is empty, right behind it: the
     * table ends where the next entry would not be one that has a name in front of the end.
     */
    private Optional<String> name(byte[] bytes, int symbol, int table) {
        int count = 1;
        int last = 0;
        while (table + (count + 1) * symbolBytes <= bytes.length) {
            int next = Bytes.getInt(bytes, table + count * symbolBytes, isBig);
            if (next <= last || next >= bytes.length) {
                break;
            }
            last = next;
            count++;
        }
        int strings = table + count * symbolBytes;
        if (symbol >= strings) {
            return Optional.empty();
        }
        int from = strings + Bytes.getInt(bytes, symbol, isBig);
        int end = from;
        while (end >= 0 && end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return from < 0 || from >= bytes.length
                ? Optional.empty()
                : Optional.of(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
    }
}
