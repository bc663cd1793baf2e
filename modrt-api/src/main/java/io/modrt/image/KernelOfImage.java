package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.spi.ArchKernel;
import java.util.Comparator;
import java.util.Map;
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
        Map<String, Address> values = known.values();
        Optional<Address> start = value("_text").or(() -> value("_stext"));
        if (start.isEmpty()) {
            return known.or(more);
        }
        Address base = start.get().plus(-(start.get().value() & PAGE_BYTES - 1));
        Address limit = base.plus(MOST_BYTES);
        Address end = value("_end")
                .orElseGet(() -> values.values().stream()
                        .map(arch::canonical)
                        .filter(address -> address.compareTo(base) > 0 && address.compareTo(limit) < 0)
                        .max(Comparator.naturalOrder())
                        .orElse(base)
                        .plus(BEHIND_BYTES));
        long sizeBytes = Math.max(PAGE_BYTES, Math.min(MOST_BYTES, end.minus(base)));
        byte[] bytes = new byte[(int) sizeBytes];
        for (int at = 0; at < bytes.length; at += PAGE_BYTES) {
            int from = at;
            int length = Math.min(PAGE_BYTES, bytes.length - at);
            memory.bytes(base.plus(at), length).ifPresent(page -> System.arraycopy(page, 0, bytes, from, length));
        }
        return KernelSymbols.memoryImage(bytes, base, memory.wordBytes(), memory.isBig(), values)
                .or(known)
                .or(more);
    }

    private Optional<Address> value(String name) {
        return known.find(name).or(() -> more.find(name)).map(symbol -> arch.canonical(symbol.value()));
    }
}
