package io.modrt.parisc;

import io.modrt.kernel.KernelProfile;
import io.modrt.spi.*;
import java.util.List;
import java.util.Set;

/**
 * The call sites that {@code -fpatchable-function-entry=N,N-1} compiles: N nops, the last of which is the function's first word. The
 * table lists the address of the first nop; the kernel's record of a site has the address of the last ({@code ftrace_call_adjust}). The
 * compiler's nops are a site that is off, so loading writes nothing. When a site is on, its last word branches back to the words in front
 * of it, which make a stack frame and jump to the tracer; {@code %r1}, which the branch sets, tells the tracer which site called. The
 * tracer's address is in the first words, so every tracer is in reach.
 *
 * <p>On 64 bit the doubleword of that address is aligned. The kernel also has code for sites where it would not be; compilers do not
 * make such sites, and the code would not work: they are foreign here. Source: Linux 6.1 {@code arch/parisc/kernel/ftrace.c}.
 *
 * @param width a site has 5 nops on 32 bit, 8 on 64 bit
 * @param tableSection the section that lists the sites
 * @param skipsZero whether the kernel tests for entries of 0 before it adjusts them; most kernels test afterwards, and find none
 */
record PariscTracing(Width width, String tableSection, boolean skipsZero) implements TracingSites {
    // spotless:off
    // 0x08000240 is nop. A site that is on:
    // .word tracer;  stw,ma %r1,0x40(%sp);  ldw -0x18(%r1),%r1 (the tracer);  bv,n %r0(%r1)
    // and, as the function's first word,  b,l,n .-0xc,%r1 (to the second word)
    private static final LiteralSite NARROW = new LiteralSite("parisc32 patchable entry", Width.BITS_32, 0x0800_0240,
            0, 0x6fc1_0080, 0x4821_3fd1, 0xe820_c002, 0xe83f_1fdf);
    // .dword tracer;  ldo 0x100(%sp),%sp;  std %r1,-0x100(%sp);  ldo -4(%r1),%r1;  ldd -0x20(%r1),%r1 (the tracer);  bve,n (%r1)
    // and, as the function's first word,  b,l,n .-0x14,%r1 (to the third word)
    private static final LiteralSite WIDE = new LiteralSite("parisc64 patchable entry", Width.BITS_64, 0x0800_0240,
            0, 0, 0x37de_0200, 0x73c1_3e01, 0x3421_3ff9, 0x5021_3fc1, 0xe820_d002, 0xe83f_1fcf);
    // spotless:on

    static PariscTracing of(Width width, KernelProfile profile) {
        String table =
                profile.has(PariscChange.SITE_TABLE_OF_COMPILER) ? "__patchable_function_entries" : "__mcount_loc";
        return new PariscTracing(width, table, profile.has(PariscChange.ZERO_SITES_SKIPPED));
    }

    @Override
    public int alignmentBytes() {
        return Integer.BYTES;
    }

    @Override
    public long site(long entry, CodeReader code) {
        return entry + kind().bytesInFront();
    }

    /** {@code ftrace_regs_caller} is for tracers that ask for registers. */
    @Override
    public Set<String> kernelEntries() {
        return Set.of("ftrace_caller", "ftrace_regs_caller");
    }

    @Override
    public List<LiteralSite> kinds(PlacedSections placed) {
        return kernelKinds();
    }

    @Override
    public List<LiteralSite> kernelKinds() {
        return List.of(kind());
    }

    private LiteralSite kind() {
        return width == Width.BITS_32 ? NARROW : WIDE;
    }
}
