package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.spi.ArchKernel;
import java.util.Comparator;
import java.util.Optional;

/** What an image says of its kernel's own exports. */
final class KernelOfImage {
    private static final int PAGE_BYTES = 4096;
    /** No kernel is larger than this. */
    private static final long MOST_BYTES = 256L << 20;

    /** So far behind the last symbol that is known, which may be that of the last function, tables of exports may lie. */
    private static final long BEHIND_BYTES = 8L << 20;

    private final KernelMemory memory;
    private final ArchKernel arch;
    private final SymbolMap known;
    private final KernelSymbols more;

    KernelOfImage(KernelMemory memory, ArchKernel arch, SymbolMap known, KernelSymbols more) {
        this.memory = memory;
        this.arch = arch;
        this.known = known;
        this.more = more;
    }

    /** The exports in the image, then the symbols that were given. */
    KernelSymbols symbols() {
        Optional<AddressRange> range = range();
        if (range.isEmpty()) {
            return known.or(more);
        }
        Address base = range.get().start();
        byte[] bytes = new byte[(int) range.get().sizeBytes()];
        for (int at = 0; at < bytes.length; at += PAGE_BYTES) {
            int from = at;
            int length = Math.min(PAGE_BYTES, bytes.length - at);
            memory.bytes(base.plus(at), length).ifPresent(page -> System.arraycopy(page, 0, bytes, from, length));
        }
        return KernelSymbols.memoryImage(bytes, base, memory.wordBytes(), memory.isBig(), known.values())
                .or(known)
                .or(more);
    }

    /** Where the kernel is, its data included, as far as its symbols tell. */
    Optional<AddressRange> range() {
        Optional<Address> start = value("_text").or(() -> value("_stext"));
        return start.map(first -> {
            Address base = first.plus(-(first.value() & PAGE_BYTES - 1));
            Address limit = base.plus(MOST_BYTES);
            Address end = value("_end")
                    .orElseGet(() -> known.values().values().stream()
                            .map(arch::canonical)
                            .filter(address -> address.compareTo(base) > 0 && address.compareTo(limit) < 0)
                            .max(Comparator.naturalOrder())
                            .orElse(base)
                            .plus(BEHIND_BYTES));
            return new AddressRange(base, Math.max(PAGE_BYTES, Math.min(MOST_BYTES, end.minus(base))));
        });
    }

    /** What of it is behind its code. Where no symbol says where its variables end, they may end later than tables of exports do. */
    Optional<AddressRange> data() {
        return range().map(all -> {
            Address end = value("_end").orElse(all.end().plus(BEHIND_BYTES));
            Address start = value("_etext")
                    .filter(code -> all.contains(code) && code.isAligned(memory.wordBytes()))
                    .orElse(all.start());
            return start.compareTo(end) < 0 ? AddressRange.between(start, end) : all;
        });
    }

    private Optional<Address> value(String name) {
        return known.find(name).or(() -> more.find(name)).map(symbol -> arch.canonical(symbol.value()));
    }
}
