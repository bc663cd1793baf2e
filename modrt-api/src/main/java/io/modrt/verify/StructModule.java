package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.error.MemoryException;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.Width;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the kernel has filled in {@code struct module}, it has the base of each region that stays, with its size right behind. */
final class StructModule {
    private final PlacedModule placed;
    private final List<Span> spans;
    private final MemoryReader memory;

    StructModule(PlacedModule placed, List<Span> spans, MemoryReader memory) {
        this.placed = placed;
        this.spans = spans;
        this.memory = memory;
    }

    /** What is missing. */
    List<Difference> check() {
        boolean isFilled = spans.stream().anyMatch(span -> span.why().equals(Leeway.STRUCT_MODULE.why()));
        Optional<Section> section = placed.plan().file().elf().section(Leeway.THIS_MODULE);
        List<Difference> missing = new ArrayList<>();
        if (isFilled && section.isPresent()) {
            Address address = placed.address(section.get()).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(section.get().sizeBytes())];
            try {
                memory.read(address, bytes, 0, bytes.length);
            } catch (MemoryException unreadable) {
                return missing; // why: holes are told of as such
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
                                "struct module has not the base of " + kind + " followed by its size, "
                                        + range.sizeBytes())));
            }
        }
        return missing;
    }

    private boolean hasLayout(byte[] bytes, AddressRange range) {
        boolean bigEndian = placed.plan().file().elf().isBigEndian();
        Width width = placed.plan().arch().width();
        for (int at = 0; at + width.bytes() + Integer.BYTES <= bytes.length; at += width.bytes()) {
            long base = width == Width.BITS_32
                    ? Integer.toUnsignedLong(Bytes.getInt(bytes, at, bigEndian))
                    : Bytes.getLong(bytes, at, bigEndian);
            if (base == range.start().value()
                    && Bytes.getInt(bytes, at + width.bytes(), bigEndian) == range.sizeBytes()) {
                return true;
            }
        }
        return false;
    }
}
