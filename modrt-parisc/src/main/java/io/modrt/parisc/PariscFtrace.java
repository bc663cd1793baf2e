package io.modrt.parisc;

import io.modrt.kernel.KernelVersion;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.Width;

/**
 * The places for the function tracer that {@code -fpatchable-function-entry=N,N-1} leaves: N nops, the last of which is the
 * function's first word. The table has the address of the first nop, the kernel knows a site by the last. Nothing is written when a
 * module is loaded: the compiler's nops are a site that is off. Source: Linux 6.1 {@code arch/parisc/kernel/ftrace.c}.
 *
 * @param width 5 nops on 32 bit, 8 on 64 bit
 * @param skipsZero whether the kernel looks for entries of 0 before it adjusts them; most do so after, and find none
 */
record PariscFtrace(Width width, boolean skipsZero) implements FtraceTrampoline {
    private static final KernelVersion FIRST_TO_SKIP = new KernelVersion(6, 12, 95);
    private static final KernelVersion FIRST_NOT_TO = new KernelVersion(6, 13, 0);

    static PariscFtrace of(Width width, KernelVersion version) {
        return new PariscFtrace(width, version.isAtLeast(FIRST_TO_SKIP) && !version.isAtLeast(FIRST_NOT_TO));
    }

    /** How many nops a site has. */
    private int words() {
        return width == Width.BITS_32 ? 5 : 8;
    }

    @Override
    public String tableSection() {
        return "__patchable_function_entries";
    }

    @Override
    public long site(long entry) {
        return width.wrap(entry + (words() - 1L) * Integer.BYTES);
    }

    @Override
    public void writeOff(long site, ModuleImage words) {}
}
