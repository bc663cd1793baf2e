package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.Width;
import java.util.Arrays;
import java.util.Optional;

/** The addresses in a module's table of call sites, as they are in the target's memory: sorted when the module was loaded. */
final class SiteTable {
    private static final long[] NONE = {};

    private SiteTable() {}

    /** The sites in ascending order, those that the kernel skips left out; none where its tracing is not dynamic. */
    static long[] read(LiveModule module, FtraceTrampoline tracing, TargetMemory memory) {
        String name = tracing.tableSection();
        Optional<Section> table =
                name.isEmpty() ? Optional.empty() : module.file().elf().section(name);
        Optional<Address> start = table.flatMap(module.placed()::address);
        if (start.isEmpty() || !module.placed().plan().profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return NONE;
        }
        Width width = module.placed().plan().arch().width();
        boolean bigEndian = module.file().elf().isBigEndian();
        byte[] bytes = new byte[(int) table.get().sizeBytes() / width.bytes() * width.bytes()];
        memory.read(start.get(), bytes, 0, bytes.length);
        long[] sites = new long[bytes.length / width.bytes()];
        int count = 0;
        for (int at = 0; at < bytes.length; at += width.bytes()) {
            long entry = pointer(bytes, at, width, bigEndian);
            long site = width.wrap(tracing.site(entry));
            if (site != 0 && !(entry == 0 && tracing.skipsZero())) {
                sites[count++] = site ^ Long.MIN_VALUE;
            }
        }
        long[] sorted = Arrays.copyOf(sites, count);
        Arrays.sort(sorted); // why: adding to the entries may have wrapped one
        for (int i = 0; i < count; i++) {
            sorted[i] ^= Long.MIN_VALUE;
        }
        return sorted;
    }

    private static long pointer(byte[] bytes, int at, Width width, boolean bigEndian) {
        long first = Integer.toUnsignedLong(CodeMemory.word(bytes, at, bigEndian));
        if (width == Width.BITS_32) {
            return first;
        }
        long second = Integer.toUnsignedLong(CodeMemory.word(bytes, at + Integer.BYTES, bigEndian));
        return bigEndian ? first << Integer.SIZE | second : second << Integer.SIZE | first;
    }

    /** The bytes of a range, a new array. */
    static byte[] bytes(TargetMemory memory, AddressRange range) {
        byte[] bytes = new byte[(int) range.sizeBytes()];
        memory.read(range.start(), bytes, 0, bytes.length);
        return bytes;
    }
}
