package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.load.LinkedModule;
import io.modrt.load.PlacedModule;
import io.modrt.spi.CodeReader;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What loading leaves in a module's regions. */
final class ExpectedBytes implements CodeReader {
    private final Map<RegionKind, byte[]> bytes = new EnumMap<>(RegionKind.class);
    private final PlacedModule placed;
    private final boolean bigEndianCode;

    ExpectedBytes(LinkedModule module) {
        placed = module.resolved().placed();
        bigEndianCode = placed.plan().archKernel().codeOrder() == ByteOrder.BIG_ENDIAN;
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

    /** The region that holds all of {@code sizeBytes} bytes from {@code address} on. */
    Optional<RegionKind> region(Address address, int sizeBytes) {
        for (RegionKind kind : bytes.keySet()) {
            long ahead = address.minus(start(kind));
            if (ahead >= 0 && ahead <= of(kind).length - sizeBytes) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** The address of a region's first byte. */
    Address start(RegionKind kind) {
        return placed.range(kind).orElseThrow().start();
    }

    /** The {@code sizeBytes} bytes from {@code address} on, a new array; empty where no region holds all of them. */
    Optional<byte[]> bytes(Address address, int sizeBytes) {
        return region(address, sizeBytes).map(kind -> {
            int from = offset(kind, address);
            return Arrays.copyOfRange(of(kind), from, from + sizeBytes);
        });
    }

    @Override
    public boolean holds(long address, int sizeBytes) {
        return region(Address.of(address), sizeBytes).isPresent();
    }

    @Override
    public int codeAt(long address) {
        RegionKind kind = require(address, Integer.BYTES);
        return Bytes.getInt(of(kind), offset(kind, Address.of(address)), bigEndianCode);
    }

    @Override
    public byte byteAt(long address) {
        RegionKind kind = require(address, Byte.BYTES);
        return of(kind)[offset(kind, Address.of(address))];
    }

    private RegionKind require(long address, int sizeBytes) {
        return region(Address.of(address), sizeBytes)
                .orElseThrow(() ->
                        new FormatException(Refusal.beyondKernel(placed.file().name() + ": the module has no "
                                + sizeBytes + " bytes at 0x" + Long.toHexString(address))));
    }

    private int offset(RegionKind kind, Address address) {
        return (int) address.minus(start(kind));
    }
}
