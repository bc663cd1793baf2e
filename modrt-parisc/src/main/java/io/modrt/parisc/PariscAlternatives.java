package io.modrt.parisc;

import io.modrt.kernel.MachineFacts;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.SectionImage;
import io.modrt.spi.Width;
import java.util.Set;

/**
 * Code that is rewritten for the machine at hand. An entry of {@code .altinstructions} has four fields: where the code is, from the
 * entry (s32); its length in words (s16), negative where words are copied; conditions (u16), one of which must hold; the new word,
 * or where the words to copy are, from the field (u32). Source: Linux 6.1 {@code arch/parisc/kernel/alternative.c}.
 */
record PariscAlternatives(MachineFacts machine, Width width) {
    private static final int ENTRY_BYTES = 12;
    private static final int LENGTH_OFFSET = 4;
    private static final int REPLACEMENT_OFFSET = 8;

    private static final int ALWAYS = 0x80;
    private static final int ONE_CPU = 0x01;
    private static final int NO_DCACHE = 0x02;
    private static final int NO_ICACHE = 0x04;
    private static final int NO_SPLIT_TLB = 0x08;
    private static final int NO_IO_FLUSH = 0x10;
    private static final int RUNS_ON_QEMU = 0x20;

    private static final int NOP = 0x0800_0240;
    private static final int BRANCH_OVER = 0xe800_0002; // b,n .+8
    private static final int PURGE_TLB = 2; // no instruction: stands for pdtlb or pitlb of one CPU
    private static final int LOCAL = 1 << 10;

    // The names of machine features; package-info documents them.
    static final String NO_DATA_CACHE = "no-data-cache";
    static final String NO_INSTRUCTION_CACHE = "no-instruction-cache";
    static final String COMBINED_TLB = "combined-tlb";
    static final String COHERENT_IO_DIRECTORY = "coherent-io-directory";
    static final String LOCAL_TLB_PURGE = "local-tlb-purge";
    static final String QEMU = "qemu";
    static final String NO_ALTERNATIVES = "no-alternatives";

    private static final Set<String> FEATURES = Set.of(
            NO_DATA_CACHE,
            NO_INSTRUCTION_CACHE,
            COMBINED_TLB,
            COHERENT_IO_DIRECTORY,
            LOCAL_TLB_PURGE,
            QEMU,
            NO_ALTERNATIVES);

    PariscAlternatives {
        machine.requireFeaturesAmong(FEATURES);
    }

    /** Rewrites what the machine's conditions ask for. */
    void apply(ModuleImage image) {
        int holding = conditions();
        for (SectionImage table : image.sections(".altinstructions")) {
            for (long entry = 0; entry <= table.section().sizeBytes() - ENTRY_BYTES; entry += ENTRY_BYTES) {
                int lengthAndConditions = table.word(entry + LENGTH_OFFSET);
                if ((lengthAndConditions & 0xffff & holding) != 0) {
                    rewrite(image, table, entry, lengthAndConditions >> Short.SIZE);
                }
            }
        }
    }

    private int conditions() {
        if (machine.hasFeature(NO_ALTERNATIVES)) {
            return ALWAYS;
        }
        return ALWAYS
                | (machine.isUniprocessor() ? ONE_CPU : 0)
                | (machine.hasFeature(NO_DATA_CACHE) ? NO_DCACHE : 0)
                | (machine.hasFeature(NO_INSTRUCTION_CACHE) ? NO_ICACHE : 0)
                | (machine.hasFeature(COMBINED_TLB) ? NO_SPLIT_TLB : 0)
                | (machine.hasFeature(COHERENT_IO_DIRECTORY) ? NO_IO_FLUSH : 0)
                | (machine.hasFeature(QEMU) ? RUNS_ON_QEMU : 0);
    }

    private void rewrite(ModuleImage image, SectionImage table, long entry, int length) {
        long code = width.wrap(table.address() + entry + table.word(entry));
        int replacement = table.word(entry + REPLACEMENT_OFFSET);
        if (replacement == PURGE_TLB) {
            replacement = image.codeAt(code) | (machine.hasFeature(LOCAL_TLB_PURGE) ? LOCAL : 0);
        }
        if (replacement == NOP && length > 1) {
            replacement = PariscField.W17.insert(BRANCH_OVER, (length - 2L) * Integer.BYTES);
        }
        if (length >= 0) {
            image.putCodeAt(code, replacement);
            return;
        }
        // why: the field is unsigned, so 64-bit kernels copy from higher addresses alone
        long from = width.wrap(table.address() + entry + REPLACEMENT_OFFSET + Integer.toUnsignedLong(replacement));
        for (long i = 0; i < -length; i++) {
            image.putCodeAt(code + i * Integer.BYTES, image.codeAt(width.wrap(from + i * Integer.BYTES)));
        }
    }
}
