package io.modrt.parisc;

import io.modrt.kernel.MachineFacts;
import io.modrt.spi.*;
import java.util.Map;

/**
 * Code that {@code apply_alternatives} rewrites for the machine at hand. An entry of {@code .altinstructions} has four fields: where the
 * code is, from the entry (s32); the number of its words (s16), negative where words are copied; condition bits (u16), one of which must
 * hold; the new word, or, from this field, where the words to copy are (u32). Source: Linux 6.1
 * {@code arch/parisc/kernel/alternative.c}.
 */
record PariscAlternatives(MachineFacts machine, Width width) {
    private static final int ENTRY_BYTES = 12;
    private static final int LENGTH_OFFSET = 4;
    private static final int REPLACEMENT_OFFSET = 8;

    private static final int ALWAYS = 0x80;
    private static final int ONE_CPU = 0x01;

    static final String QEMU = "qemu";
    private static final String LOCAL_TLB_PURGE = "local-tlb-purge";
    private static final String NO_ALTERNATIVES = "no-alternatives";

    // spotless:off
    /** The features that package-info lists, with the condition bit that each makes hold; 0 for those that are no condition. */
    private static final Map<String, Integer> FEATURES = Map.of(
            "no-data-cache",         0x02,
            "no-instruction-cache",  0x04,
            "combined-tlb",          0x08,
            "coherent-io-directory", 0x10,
            QEMU,                    0x20,
            LOCAL_TLB_PURGE,         0,
            NO_ALTERNATIVES,         0);
    // spotless:on

    private static final int NOP = 0x0800_0240;
    private static final int BRANCH_OVER = 0xe800_0002; // b,n .+8
    private static final int PURGE_TLB = 2; // no instruction: stands for pdtlb or pitlb of one CPU
    private static final int LOCAL = 1 << 10;

    PariscAlternatives {
        machine.requireFeaturesAmong(FEATURES.keySet());
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
        int ofFeatures = machine.features().stream()
                .mapToInt(name -> FEATURES.getOrDefault(name, 0))
                .sum();
        return ALWAYS | (machine.isUniprocessor() ? ONE_CPU : 0) | ofFeatures;
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
