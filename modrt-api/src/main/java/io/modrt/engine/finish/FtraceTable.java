package io.modrt.engine.finish;

import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.error.ModrtException;
import io.modrt.kernel.ConfigOption;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import io.modrt.spi.SectionImage;
import io.modrt.spi.TableShapes.Reference;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** What the kernel's {@code ftrace_module_init} does: the table of sites is sorted, then each site is switched off, in table order. */
public final class FtraceTable {

    private FtraceTable() {}

    /**
     * Sorts the table and switches the sites off; with DYNAMIC_FTRACE only. At the first site that cannot be written the kernel switches
     * tracing off for good and leaves the others as they were compiled, and the load goes on: so it is here, and told of.
     */
    public static void finish(ImageBytes image, TracingSites tracing, Consumer<Diagnostic> told) {
        String name = tracing.tableSection();
        if (name.isEmpty() || !image.layout().profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return;
        }
        Optional<SectionImage> found = image.section(name);
        if (found.isEmpty()) {
            return;
        }
        Section section = found.get().section();
        int wordBytes = image.wordBytes();
        EntryTable table = new EntryTable(image, section, wordBytes, Reference.ABSOLUTE, told);
        long[] entries = sort(table, wordBytes);
        for (int i = 0; i < entries.length; i++) {
            if (!switchOff(image, tracing, entries[i], told, section)) {
                return;
            }
        }
    }

    /** Sorts the entries as unsigned numbers, in place; returns them. */
    private static long[] sort(EntryTable table, int wordBytes) {
        long[] entries = new long[table.count()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = table.raw(i, 0, wordBytes) ^ Long.MIN_VALUE;
        }
        Arrays.sort(entries);
        for (int i = 0; i < entries.length; i++) {
            entries[i] ^= Long.MIN_VALUE;
            table.putRaw(i, 0, wordBytes, entries[i]);
        }
        return entries;
    }

    private static boolean switchOff(
            ImageBytes image, TracingSites tracing, long entry, Consumer<Diagnostic> told, Section section) {
        Width width = image.wordBytes() == Integer.BYTES ? Width.BITS_32 : Width.BITS_64;
        long site = 0;
        try {
            site = tracing.listed(entry, width, image);
            // why: the kernel takes an address of 0 for an entry that the linker dropped
            if (site != 0) {
                tracing.writeOff(site, image);
            }
            return true;
        } catch (ModrtException e) {
            told.accept(new Diagnostic(
                    Diagnostic.Kind.KERNEL_WARNING,
                    section.where(),
                    (site == 0 ? "the site of entry 0x" + Long.toHexString(entry) : "site 0x" + Long.toHexString(site))
                            + " cannot be written; it and those behind it stay as compiled: "
                            + e.getMessage()));
            return false;
        }
    }
}
