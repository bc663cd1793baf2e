package io.modrt.mips;

import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.Width;

/**
 * The words of a traced function's call of {@code _mcount}. Compiled, a site loads the address into {@code $3} and calls
 * through it ({@code lui; addiu; or $1,$31,$0; jalr $3} and a delay slot); switched off, it branches over all that. Source:
 * Linux 6.1 {@code arch/mips/kernel/ftrace.c}.
 *
 * @param width 32 bits for o32
 * @param instructions how many words, from the first on, the branch of a site that is off passes, less one: its offset
 */
record MipsFtrace(Width width, int instructions) implements FtraceTrampoline {
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
        return "__mcount_loc";
    }

    /**
     * o32 also clears the second word, in whose place the kernel later writes the lower half of an address. No old word is
     * compared.
     */
    @Override
    public void writeOff(long site, ModuleImage words) {
        // why: a short call is one word, and its delay slot the next; a branch would pass instructions of the function.
        // No
        // kernel gets here, for it has refused the module: this is the form of its own, short, sites.
        boolean isShort = (words.wordAt(site) & OPCODE) == JAL;
        words.putWordAt(site, isShort ? NOP : B | instructions);
        if (width == Width.BITS_32) {
            words.putWordAt(site + Integer.BYTES, NOP);
        }
    }
}
