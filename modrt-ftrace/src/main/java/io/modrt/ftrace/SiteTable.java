package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.CodeReader;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** A module's table of call sites, as the target's memory holds it: relocated and sorted when the module was loaded. */
final class SiteTable {
    private static final long[] NONE = {};

    private SiteTable() {}

    /**
     * Reads the addresses of the sites that the kernel keeps, in ascending order. There are none in a kernel without DYNAMIC_FTRACE.
     *
     * @param code the module's code, at which the kernel of some architectures looks to find a site
     */
    static long[] read(LiveModule module, TargetMemory memory, CodeReader code) {
        PlacedModule placed = module.placed();
        TracingSites tracing = placed.plan().archKernel().tracing();
        String name = tracing.tableSection();
        Optional<Section> table =
                name.isEmpty() ? Optional.empty() : module.file().elf().section(name);
        Optional<Address> start = table.flatMap(placed::address);
        if (start.isEmpty() || !placed.profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return NONE;
        }
        Width width = placed.plan().archKernel().width();
        byte[] bytes = new byte[(int) table.get().sizeBytes() / width.bytes() * width.bytes()];
        memory.read(start.get(), bytes, 0, bytes.length);
        ByteBuffer entries = ByteBuffer.wrap(bytes)
                .order(module.file().elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        long[] sites = new long[bytes.length / width.bytes()];
        int count = 0;
        while (entries.hasRemaining()) {
            long entry = width == Width.BITS_64 ? entries.getLong() : Integer.toUnsignedLong(entries.getInt());
            long site = tracing.listed(entry, width, code);
            if (site != 0) {
                sites[count++] = site;
            }
        }
        return sorted(Arrays.copyOf(sites, count));
    }

    /** Sorts addresses as unsigned numbers. The table is sorted, but a site's address need not be its entry. */
    private static long[] sorted(long[] sites) {
        for (int i = 0; i < sites.length; i++) {
            sites[i] ^= Long.MIN_VALUE;
        }
        Arrays.sort(sites);
        for (int i = 0; i < sites.length; i++) {
            sites[i] ^= Long.MIN_VALUE;
        }
        return sites;
    }
}
