package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.MachineFacts;
import io.modrt.spi.*;
import java.util.Map;

/**
 * Code that {@code apply_alternatives} rewrites for the machine at hand. An entry of {@code .altinstructions} has four fields: where the
 * code is, from the entry (s32); the number of its words, negative where words are copied; condition bits, one of which must hold; the new
 * word, or, from this field, where the words to copy are (u32). Number and conditions have 16 bits each, in older kernels 32. Source: Linux
 * 6.1 {@code arch/parisc/kernel/alternative.c}; 5.10 by the tables in its modules.
 *
 * @param isShort whether number and conditions have 16 bits
 */
record PariscAlternatives(MachineFacts machine, Width width, boolean isShort) {
    static final String TABLE = ".altinstructions";
    private static final int LENGTH_OFFSET = 4;

    private static final int ALWAYS = 0x80;
    private static final int ONE_CPU = 0x01;

    static final String QEMU = "qemu";
    static final String LOCAL_TLB_PURGE = "local-tlb-purge";
    static final String NO_ALTERNATIVES = "no-alternatives";
    static final String COMBINED_TLB = "combined-tlb";
    static final String NO_DATA_CACHE = "no-data-cache";
    static final String COHERENT_IO = "coherent-io-directory";
    static final String NO_INSTRUCTION_CACHE = "no-instruction-cache";

    // spotless:off
    /** The features that package-info lists, with the condition bit that each makes hold; 0 for those that are no condition. */
    private static final Map<String, Integer> FEATURES = Map.of(
            NO_DATA_CACHE,           0x02,
            NO_INSTRUCTION_CACHE,    0x04,
            COMBINED_TLB,            0x08,
            COHERENT_IO,             0x10,
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
        for (SectionImage table : image.sections(TABLE)) {
            apply(
                    image,
                    new AddressRange(
                            Address.of(table.address()), table.section().sizeBytes()));
        }
    }

    /** The same with one table. */
    void apply(CodeImage image, AddressRange table) {
        int holding = conditions();
        int entryBytes = replacementOffset() + Integer.BYTES;
        for (long at = 0; at <= table.sizeBytes() - entryBytes; at += entryBytes) {
            long entry = table.start().value() + at;
            int length = image.wordAt(entry + LENGTH_OFFSET);
            int conditions = isShort ? length & 0xffff : image.wordAt(entry + LENGTH_OFFSET + Integer.BYTES);
            if ((conditions & holding) != 0) {
                rewrite(image, entry, isShort ? length >> Short.SIZE : length);
            }
        }
    }

    private int replacementOffset() {
        return LENGTH_OFFSET + (isShort ? 1 : 2) * Integer.BYTES;
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

    private void rewrite(CodeImage image, long entry, int length) {
        long code = width.wrap(entry + image.wordAt(entry));
        int replacement = image.wordAt(entry + replacementOffset());
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
        long from = width.wrap(entry + replacementOffset() + Integer.toUnsignedLong(replacement));
        for (long i = 0; i < -length; i++) {
            image.putCodeAt(code + i * Integer.BYTES, image.codeAt(width.wrap(from + i * Integer.BYTES)));
        }
    }
}
