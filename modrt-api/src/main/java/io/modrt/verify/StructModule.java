package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.bytes.Pointers;
import io.modrt.elf.Section;
import io.modrt.error.MemoryException;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks a {@code struct module} that the kernel has filled in: it holds the base of each region that stays, and the region's size directly
 * behind it, or, in old kernels, not far behind it.
 */
final class StructModule {
    /** Longs behind a base among which old kernels have the size: those of init and core, as int or long, and their code's. */
    private static final int SIZES = 4;

    private final PlacedModule placed;
    private final List<Span> spans;
    private final MemoryReader memory;

    StructModule(PlacedModule placed, List<Span> spans, MemoryReader memory) {
        this.placed = placed;
        this.spans = spans;
        this.memory = memory;
    }

    /** One difference for each region whose base and size are not there. */
    List<Difference> check() {
        boolean isFilled = spans.stream().anyMatch(span -> span.why().equals(Leeway.STRUCT_MODULE.why()));
        // why: a file may have several sections of that name, of which the kernel takes the first that is loaded
        Optional<Section> section = placed.plan()
                .file()
                .thisModule()
                .filter(own -> placed.address(own).isPresent());
        List<Difference> missing = new ArrayList<>();
        if (isFilled && section.isPresent()) {
            Address address = placed.address(section.get()).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(section.get().sizeBytes())];
            try {
                memory.read(address, bytes, 0, bytes.length);
            } catch (MemoryException unreadable) {
                return missing; // why: its words are reported as unreadable already
            }
            for (RegionKind kind : RegionKind.values()) {
                placed.range(kind)
                        .filter(range -> !kind.isInit() && !hasLayout(bytes, range))
                        .ifPresent(range -> missing.add(new Difference(
                                address,
                                Leeway.THIS_MODULE,
                                Optional.empty(),
                                (int) range.start().value(),
                                0,
                                "struct module does not hold the base of " + kind + " followed by its size, "
                                        + range.sizeBytes())));
            }
        }
        return missing;
    }

    private boolean hasLayout(byte[] bytes, AddressRange range) {
        boolean bigEndian = placed.file().elf().isBigEndian();
        int wordBytes = placed.plan().archKernel().width().bytes();
        int within = placed.profile().has(LoaderChange.SIZE_BEHIND_BASE) ? Integer.BYTES : SIZES * wordBytes;
        for (int at = 0; at + wordBytes <= bytes.length; at += wordBytes) {
            if (Pointers.get(bytes, at, wordBytes, bigEndian) == range.start().value()) {
                int end = Math.min(at + wordBytes + within, bytes.length);
                for (int size = at + wordBytes; size + Integer.BYTES <= end; size += Integer.BYTES) {
                    if (Bytes.getInt(bytes, size, bigEndian) == range.sizeBytes()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
