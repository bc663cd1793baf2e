package io.modrt.mips;

import io.modrt.kernel.ConfigOption;
import io.modrt.spi.*;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The call sites of {@code _mcount}; {@link MipsSite} has their forms. Source: Linux 6.1 {@code arch/mips/kernel/ftrace.c}.
 *
 * @param skipped the branch offset, in words, that skips the disabled long call, counted from the delay slot
 */
record MipsTracing(MipsKernel kernel, int skipped) implements TracingSites {
    static final String TABLE = "__mcount_loc";

    /** On o32, kernels with the graph tracer compile one more instruction into a site, which tells where {@code ra} is kept. */
    static MipsTracing of(MipsKernel kernel) {
        boolean isRaTold = kernel.width() == Width.BITS_32 && kernel.profile().has(ConfigOption.FUNCTION_GRAPH_TRACER);
        return new MipsTracing(kernel, isRaTold ? 5 : 4);
    }

    @Override
    public String tableSection() {
        return TABLE;
    }

    /**
     * Like {@code ftrace_make_nop}, compares no old word. On o32 it also clears the second word, where {@code ftrace_make_call} later
     * writes the lower half of an address.
     */
    @Override
    public void writeOff(long site, ModuleImage image) {
        // why: the kernel would write the branch over a short call too, and skip instructions of the function; but it
        // never loads a module with short calls, since they do not reach
        boolean isShort = (image.codeAt(site) & ~MipsSite.TARGET) == MipsSite.JAL;
        image.putCodeAt(site, isShort ? MipsSite.NOP : MipsSite.B | skipped);
        if (kernel.width() == Width.BITS_32) {
            image.putCodeAt(site + Integer.BYTES, MipsSite.NOP);
        }
    }

    @Override
    public List<MipsSite.InOrder> kinds(PlacedSections placed) {
        return Arrays.stream(MipsSite.values())
                .filter(form -> form.isOf(kernel.width(), skipped))
                .map(form -> new MipsSite.InOrder(form, kernel.codeOrder()))
                .toList();
    }

    @Override
    public Set<String> kernelEntries() {
        return Set.of("_mcount");
    }

    @Override
    public Optional<FtraceTrampoline> trampoline() {
        return Optional.of(kernel.trampoline());
    }
}
