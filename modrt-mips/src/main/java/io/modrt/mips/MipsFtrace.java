package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The calls of {@code _mcount}, whose forms are in {@link MipsSite}, and the trampolines of those that do not reach, which are
 * {@link MipsTrampoline}s. Source: Linux 6.1 {@code arch/mips/kernel/ftrace.c}.
 *
 * @param width 32 bits for o32
 * @param instructions how many words, from the first on, the branch of a long call that is off passes, less one: its offset
 */
record MipsFtrace(Width width, int instructions) implements FtraceTrampoline {
    static final String TABLE = "__mcount_loc";

    private static final int B = 0x1000_0000; // b .+4
    private static final int NOP = 0;
    private static final int OPCODE = 0xfc00_0000;
    private static final int JAL = 0x0c00_0000;

    /** o32 kernels with the graph tracer have one more instruction in a site, that tells where {@code ra} is kept. */
    static MipsFtrace of(Width width, boolean graphTracer) {
        return new MipsFtrace(width, width == Width.BITS_32 && graphTracer ? 5 : 4);
    }

    @Override
    public String tableSection() {
        return TABLE;
    }

    /**
     * o32 also clears the second word, in whose place the kernel later writes the lower half of an address. No old word is
     * compared.
     */
    @Override
    public void writeOff(long site, ModuleImage words) {
        // why: a branch would pass instructions of the function. No kernel gets here, for it has refused the module
        boolean isShort = (words.wordAt(site) & OPCODE) == JAL;
        words.putWordAt(site, isShort ? NOP : B | instructions);
        if (width == Width.BITS_32) {
            words.putWordAt(site + Integer.BYTES, NOP);
        }
    }

    @Override
    public List<MipsSite> kinds() {
        return MipsSite.of(width, instructions);
    }

    @Override
    public Set<String> kernelEntries() {
        return Set.of("_mcount");
    }

    @Override
    public int trampolineBytes() {
        return MipsTrampoline.sizeBytes(width);
    }

    /** At the head of the region, in front of the stubs. */
    @Override
    public List<Address> trampolines(PlacedModule placed, RegionKind region) {
        LayoutPlan plan = placed.plan();
        Optional<AddressRange> range = placed.range(region);
        if (plan.policy().trampolines() == 0 || range.isEmpty()) {
            return List.of();
        }
        LoadPolicy withoutStubs =
                LoadPolicy.kernelExact().trampolines(plan.policy().trampolines());
        long bytes = new MipsStubArea(plan.file(), plan.profile(), withoutStubs, width).trampolineBytes(region);
        Address start = range.get().start();
        return LongStream.range(0, bytes / trampolineBytes())
                .mapToObj(i -> start.plus(i * trampolineBytes()))
                .toList();
    }

    @Override
    public int[] trampoline(Address at) {
        return MipsTrampoline.code(width, at.value());
    }
}
