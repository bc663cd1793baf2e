package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.Export;
import io.modrt.module.ExportList;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.AbstractList;
import java.util.Optional;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A module's exports with their final values, which are read from the relocated table, where a function may be given by a descriptor's
 * address. An export becomes an object when somebody asks for it. Immutable, and safe for use by many threads.
 */
public final class Exports extends AbstractList<KernelSymbol> implements RandomAccess {
    private final Linkage linkage;
    private final ExportList inFile;
    private final long[] values;
    /** Those that were asked for. */
    private final @Nullable KernelSymbol[] made;

    private Exports(Linkage linkage, ExportList inFile, ImageBytes image) {
        this.linkage = linkage;
        this.inFile = inFile;
        this.values = new long[inFile.size()];
        this.made = new @Nullable KernelSymbol[values.length];
        TableShapes.ExportTable shape = linkage.shapes().exports();
        SectionBytes table = null;
        for (int i = 0; i < values.length; i++) {
            int section = inFile.table(i);
            if (table == null || table.section().index() != section) {
                table = image.section(section);
            }
            values[i] = linkage.kernel().width().wrap(value(table, inFile.tableOffset(i), shape));
        }
    }

    /** The exports of the module that was relocated to {@code image}. */
    public static Exports of(Linkage linkage, ImageBytes image) {
        try {
            check(linkage.file().exports(), linkage, image);
            return new Exports(linkage, linkage.file().exports(linkage.placed().profile()), image);
        } catch (FormatException malformed) {
            if (linkage.placed().policy().isBestEffort()) { // why: planning has told of it
                return new Exports(linkage, ExportList.none(), image);
            }
            throw malformed;
        }
    }

    /**
     * Checks that the records of the file's tables have the size that the kernel reads. Otherwise it would read wrong values.
     *
     * @throws FormatException if they do not
     */
    private static void check(ExportList all, Linkage linkage, ImageBytes image) {
        int fieldBytes = linkage.shapes().exports().fieldBytes();
        int recordBytes = fieldBytes * (linkage.file().hasExportNamespaces().orElse(true) ? 3 : 2);
        int first = 0;
        for (int end = 1; end <= all.size(); end++) {
            if (end < all.size() && all.table(end) == all.table(first)) {
                continue;
            }
            Section table = image.section(all.table(first)).section();
            if (table.sizeBytes() != (long) (end - first) * recordBytes) {
                throw new FormatException(Refusal.beyondKernel(table.where() + ": " + (end - first)
                        + " exports in 0x" + Long.toHexString(table.sizeBytes())
                        + " bytes, but the kernels of the architecture have records of " + recordBytes
                        + " bytes"));
            }
            first = end;
        }
    }

    private static long value(SectionBytes table, long tableOffset, TableShapes.ExportTable shape) {
        long stored = shape.fieldBytes() == Integer.BYTES ? table.word(tableOffset) : table.pointer(tableOffset);
        return shape.reference() == TableShapes.Reference.FROM_FIELD ? table.address() + tableOffset + stored : stored;
    }

    /** The same exports as the file has them, with the same indices. */
    public ExportList inFile() {
        return inFile;
    }

    @Override
    public KernelSymbol get(int index) {
        KernelSymbol known = made[index];
        if (known == null) {
            known = symbol(index);
            made[index] = known;
        }
        return known;
    }

    private KernelSymbol symbol(int index) {
        Export export = inFile.get(index);
        Width width = linkage.kernel().width();
        Address symbol = width.address(linkage.values()[export.valueSymbol()] + export.valueAddend());
        Address value = width.address(values[index]);
        return new KernelSymbol(
                export.name(),
                value,
                value.equals(symbol) ? Optional.empty() : Optional.of(symbol),
                export.crc(),
                export.namespace(),
                export.kind(),
                linkage.file().name());
    }

    @Override
    public int size() {
        return values.length;
    }
}
