package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What loading leaves in a module's regions. */
final class ExpectedBytes {
    private final Map<RegionKind, byte[]> bytes = new EnumMap<>(RegionKind.class);
    private final PlacedModule placed;
    private final boolean bigEndian;

    ExpectedBytes(RelocatedModule module) {
        placed = module.resolved().placed();
        bigEndian = placed.plan().file().elf().isBigEndian();
        for (RegionKind kind : RegionKind.values()) {
            if (placed.range(kind).isPresent()) {
                bytes.put(kind, module.bytes(kind));
            }
        }
    }

    /** The regions that the module has, in the kernel's order. */
    Iterable<RegionKind> regions() {
        return bytes.keySet();
    }

    /** The bytes of one of those; not a copy. */
    byte[] of(RegionKind kind) {
        return Optional.ofNullable(bytes.get(kind)).orElseThrow();
    }

    /** The region that has all of {@code sizeBytes} bytes from {@code address} on. */
    Optional<RegionKind> region(Address address, int sizeBytes) {
        return bytes.keySet().stream()
                .filter(kind -> {
                    long ahead = address.minus(start(kind));
                    return ahead >= 0 && ahead <= of(kind).length - sizeBytes;
                })
                .findFirst();
    }

    /** The address of a region's first byte. */
    Address start(RegionKind kind) {
        return placed.range(kind).orElseThrow().start();
    }

    /** {@code count} words from {@code address} on, a new array; empty where the module has not all of them. */
    Optional<int[]> words(Address address, int count) {
        return region(address, count * Integer.BYTES).map(kind -> {
            int from = (int) address.minus(start(kind));
            int[] words = new int[count];
            for (int i = 0; i < count; i++) {
                words[i] = Bytes.getInt(of(kind), from + i * Integer.BYTES, bigEndian);
            }
            return words;
        });
    }
}
