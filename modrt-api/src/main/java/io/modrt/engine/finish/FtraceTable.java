package io.modrt.engine.finish;

import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.SectionImage;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import io.modrt.version.LoaderChange;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Does what the kernel's {@code ftrace_module_init} does: sorts the table of call sites, if the kernel is new enough for that, then switches
 * each site off, in table order.
 */
public final class FtraceTable {

    private FtraceTable() {}

    /**
     * Sorts the table and switches the sites off, on kernels with DYNAMIC_FTRACE. At the first site that cannot be written, the kernel
     * disables tracing ({@code ftrace_bug}), leaves the remaining sites as they were compiled, and goes on with the load. So does this, and
     * reports it to {@code report}. At a site that is no instruction of the module the kernel would write elsewhere, or fault.
     */
    public static void finish(ImageBytes image, TracingSites tracing, Consumer<Diagnostic> report) {
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
        EntryTable table = new EntryTable(image, section, wordBytes, Reference.ABSOLUTE, report);
        long[] entries = new long[table.count()];
        Arrays.setAll(entries, i -> table.raw(i, 0, wordBytes));
        if (image.layout().profile().has(LoaderChange.TRACING_SITES_SORTED)) {
            sort(entries);
            for (int i = 0; i < entries.length; i++) {
                table.putRaw(i, 0, wordBytes, entries[i]);
            }
        }
        for (int i = 0; i < entries.length; i++) {
            if (!switchOff(image, tracing, entries[i], report, section)) {
                return;
            }
        }
    }

    /** Sorts unsigned numbers. */
    private static void sort(long[] entries) {
        for (int i = 0; i < entries.length; i++) {
            entries[i] ^= Long.MIN_VALUE;
        }
        Arrays.sort(entries);
        for (int i = 0; i < entries.length; i++) {
            entries[i] ^= Long.MIN_VALUE;
        }
    }

    private static boolean switchOff(
            ImageBytes image, TracingSites tracing, long entry, Consumer<Diagnostic> report, Section section) {
        Width width = image.wordBytes() == Integer.BYTES ? Width.BITS_32 : Width.BITS_64;
        long site = 0;
        try {
            site = tracing.listed(entry, width, image);
            if (site == 0) {
                if (entry != 0 && tracing.skipsZero()) {
                    // why: such kernels skip entries of 0, which linkers leave for dropped code, but not such sites
                    report.accept(new Diagnostic(
                            Diagnostic.Kind.KERNEL_CRASH,
                            section.where(),
                            "the site of entry 0x" + Long.toHexString(entry) + " is 0, where the kernel would write"));
                }
                return true;
            }
            if (site % tracing.alignmentBytes() != 0) {
                throw new FormatException(Refusal.beyondKernel("no instruction begins there"));
            }
            tracing.writeOff(site, image);
            return true;
        } catch (ModrtException e) {
            boolean isCode = image.holds(site, tracing.alignmentBytes()) && site % tracing.alignmentBytes() == 0;
            report.accept(new Diagnostic(
                    isCode ? Diagnostic.Kind.KERNEL_WARNING : Diagnostic.Kind.KERNEL_CRASH,
                    section.where(),
                    (site == 0 ? "the site of entry 0x" + Long.toHexString(entry) : "site 0x" + Long.toHexString(site))
                            + " cannot be written; it and those behind it stay as compiled: "
                            + e.getMessage()));
            return false;
        }
    }
}
