package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The calls of {@code _mcount}, whose forms are in {@link MipsSite}, and the trampolines of those that do not reach, which are
 * {@link MipsTrampoline}s. Source: Linux 6.1 {@code arch/mips/kernel/ftrace.c}.
 *
 * @param width 32 bits for o32
 * @param skipped the branch offset, in words, that skips the disabled long call, counted from the delay slot
 * @param order the byte order of code
 */
record MipsTracing(Width width, int skipped, ByteOrder order) implements TracingSites, FtraceTrampoline {
    static final String TABLE = "__mcount_loc";

    private static final int B = 0x1000_0000; // b .+4
    private static final int NOP = 0;
    private static final int OPCODE = 0xfc00_0000;
    private static final int JAL = 0x0c00_0000;

    /** o32 kernels with the graph tracer have one more instruction in a site, which tells where {@code ra} is kept. */
    static MipsTracing of(Width width, boolean graphTracer, ByteOrder order) {
        return new MipsTracing(width, width == Width.BITS_32 && graphTracer ? 5 : 4, order);
    }

    @Override
    public String tableSection() {
        return TABLE;
    }

    /**
     * The kernel compares no old word. On o32 it also clears the second word, in whose place it later writes the lower half of an
     * address.
     */
    @Override
    public void writeOff(long site, ModuleImage image) {
        // why: a branch over a short call would skip instructions of the function. No kernel gets here: it has refused
        // the module
        boolean isShort = (image.codeAt(site) & OPCODE) == JAL;
        image.putCodeAt(site, isShort ? NOP : B | skipped);
        if (width == Width.BITS_32) {
            image.putCodeAt(site + Integer.BYTES, NOP);
        }
    }

    @Override
    public List<MipsSite.InOrder> kinds(PlacedSections placed) {
        return MipsSite.of(this);
    }

    @Override
    public Set<String> kernelEntries() {
        return Set.of("_mcount");
    }

    @Override
    public Optional<FtraceTrampoline> trampoline() {
        return Optional.of(this);
    }

    @Override
    public int sizeBytes() {
        return MipsTrampoline.sizeBytes(width);
    }

    /** The trampolines lie at the head of the region, in front of the stubs. */
    @Override
    public List<Address> places(PlacedSections placed, RegionKind region) {
        Optional<AddressRange> range = placed.range(region);
        if (range.isEmpty()) {
            return List.of();
        }
        long bytes = ((MipsPlan) placed.archPlan()).trampolineBytes(region);
        return LongStream.range(0, bytes / sizeBytes())
                .mapToObj(i -> range.get().start().plus(i * sizeBytes()))
                .toList();
    }

    @Override
    public byte[] code(Address at) {
        return MipsTrampoline.code(width, order, at.value());
    }
}
