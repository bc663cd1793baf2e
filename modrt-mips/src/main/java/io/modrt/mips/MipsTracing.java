package io.modrt.mips;

import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.*;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The call sites of {@code _mcount}; {@link MipsSite} has their forms. Source: Linux 6.1 {@code arch/mips/kernel/ftrace.c}.
 *
 * @param isRaTold whether long calls on o32 have one more instruction, which tells where {@code ra} is kept
 * @param skipped the branch offset, in words, that skips the disabled long call, counted from the delay slot
 * @param second what the kernel does with the second word of a long call
 */
record MipsTracing(MipsKernel kernel, boolean isRaTold, int skipped, MipsSite.Second second) implements TracingSites {
    static final String TABLE = "__mcount_loc";

    /** On o32, kernels with the graph tracer compile the instruction that tells where {@code ra} is kept into a site. */
    static MipsTracing of(MipsKernel kernel) {
        KernelProfile profile = kernel.profile();
        boolean isWide = kernel.width() == Width.BITS_64;
        boolean isRaTold = !isWide && profile.has(ConfigOption.FUNCTION_GRAPH_TRACER);
        int skipped = isRaTold && profile.has(MipsChange.RA_ADDRESS_SKIPPED) ? 5 : 4;
        if (isWide || !profile.has(MipsChange.SECOND_WORD_CLEARED)) {
            return new MipsTracing(kernel, isRaTold, skipped, MipsSite.Second.KEPT);
        }
        boolean isWritten = profile.has(MipsChange.SECOND_WORD_WRITTEN);
        return new MipsTracing(kernel, isRaTold, skipped, isWritten ? MipsSite.Second.WRITTEN : MipsSite.Second.LOST);
    }

    /** The byte order of code. */
    ByteOrder order() {
        return kernel.codeOrder();
    }

    @Override
    public int alignmentBytes() {
        return Integer.BYTES;
    }

    @Override
    public String tableSection() {
        return TABLE;
    }

    /**
     * Like {@code ftrace_make_nop}, compares no old word. On o32, kernels since 3.8 also clear the second word, where
     * {@code ftrace_make_call} of kernels since 3.18 writes the lower half of an address.
     */
    @Override
    public void writeOff(long site, ModuleImage image) {
        // why: the kernel would write the branch over a short call too, and skip instructions of the function; but it
        // never loads a module with short calls, since they do not reach
        boolean isShort = (image.codeAt(site) & ~MipsSite.TARGET) == MipsSite.JAL;
        image.putCodeAt(site, isShort ? MipsSite.NOP : MipsSite.B | skipped);
        if (isShort ? kernel.width() == Width.BITS_32 : second != MipsSite.Second.KEPT) {
            image.putCodeAt(site + Integer.BYTES, MipsSite.NOP);
        }
    }

    @Override
    public List<MipsSite.InKernel> kinds(PlacedSections placed) {
        return kernelKinds();
    }

    /** The sites in the kernel itself are short calls, which reach {@code _mcount} there. */
    @Override
    public List<MipsSite.InKernel> kernelKinds() {
        return Arrays.stream(MipsSite.values())
                .filter(form -> form.isOf(kernel.width(), isRaTold))
                .map(form -> new MipsSite.InKernel(form, this))
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
