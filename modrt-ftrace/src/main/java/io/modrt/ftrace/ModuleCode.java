package io.modrt.ftrace;

import io.modrt.address.AddressRange;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.CodeReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A module's code as the target's memory holds it. Each region is read once, when something in it is first asked for. */
final class ModuleCode implements CodeReader {
    private final String module;
    private final List<Region> regions = new ArrayList<>();

    /** One region, and what it held when it was read. */
    private static final class Region {
        private final RegionKind kind;
        private final AddressRange range;
        private final TargetMemory memory;
        private final ByteOrder order;
        private @Nullable ByteBuffer contents;

        Region(RegionKind kind, AddressRange range, TargetMemory memory, ByteOrder order) {
            this.kind = kind;
            this.range = range;
            this.memory = memory;
            this.order = order;
        }

        boolean holds(long address, int sizeBytes) {
            long offset = address - range.start().value();
            return offset >= 0 && offset <= range.sizeBytes() - sizeBytes;
        }

        int offset(long address) {
            return (int) (address - range.start().value());
        }

        ByteBuffer contents() {
            ByteBuffer known = contents;
            if (known == null) {
                byte[] bytes = new byte[(int) range.sizeBytes()];
                memory.read(range.start(), bytes, 0, bytes.length);
                known = ByteBuffer.wrap(bytes).order(order);
                contents = known;
            }
            return known;
        }
    }

    ModuleCode(LiveModule module, TargetMemory memory) {
        this.module = module.name();
        ByteOrder order = module.placed().plan().archKernel().codeOrder();
        for (RegionKind kind : RegionKind.values()) {
            module.placed().range(kind).ifPresent(range -> regions.add(new Region(kind, range, memory, order)));
        }
    }

    /** The region in which {@code address} lies, or null where that is none or one without code. */
    @Nullable
    RegionKind executableAt(long address) {
        Region region = find(address, Byte.BYTES);
        return region != null && region.kind.isExecutable() ? region.kind : null;
    }

    /** Copies the code from {@code address} on; returns false, and copies nothing, unless one region holds all of it. */
    boolean copy(long address, byte[] into) {
        Region region = find(address, into.length);
        if (region == null) {
            return false;
        }
        region.contents().get(region.offset(address), into);
        return true;
    }

    @Override
    public boolean holds(long address, int sizeBytes) {
        return find(address, sizeBytes) != null;
    }

    @Override
    public int codeAt(long address) {
        Region region = require(address, Integer.BYTES);
        return region.contents().getInt(region.offset(address));
    }

    @Override
    public byte byteAt(long address) {
        Region region = require(address, Byte.BYTES);
        return region.contents().get(region.offset(address));
    }

    private Region require(long address, int sizeBytes) {
        Region region = find(address, sizeBytes);
        if (region == null) {
            throw new FormatException(Refusal.beyondKernel(
                            "none of its regions has " + sizeBytes + " bytes at 0x" + Long.toHexString(address))
                    .at(module));
        }
        return region;
    }

    private @Nullable Region find(long address, int sizeBytes) {
        for (int i = 0;
                i < regions.size();
                i++) { // why: an iterator for each site would be most of what attaching allocates
            if (regions.get(i).holds(address, sizeBytes)) {
                return regions.get(i);
            }
        }
        return null;
    }
}
