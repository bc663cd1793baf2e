package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.Export;
import io.modrt.module.ModuleFile;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A module's exports with their final values, read from the relocated table, where a function may be given by a descriptor's address. */
public final class Exports {
    private Exports() {}

    /** The exports of the module that was relocated to {@code image}. */
    public static List<KernelSymbol> of(Linkage linkage, ImageBytes image) {
        try {
            return read(linkage, image);
        } catch (FormatException malformed) {
            if (linkage.placed().policy().isBestEffort()) { // why: planning has told of it
                return List.of();
            }
            throw malformed;
        }
    }

    private static List<KernelSymbol> read(Linkage linkage, ImageBytes image) {
        Width width = linkage.kernel().width();
        TableShapes.ExportTable shape = linkage.shapes().exports();
        check(linkage.file(), image, shape);
        List<KernelSymbol> symbols = new ArrayList<>();
        for (Export export : linkage.file().exports(linkage.placed().profile())) {
            Address symbol = width.address(linkage.values()[export.valueSymbol()] + export.valueAddend());
            Address value = width.address(value(image, export, shape));
            symbols.add(new KernelSymbol(
                    export.name(),
                    value,
                    value.equals(symbol) ? Optional.empty() : Optional.of(symbol),
                    export.crc(),
                    export.namespace(),
                    export.kind(),
                    linkage.file().name()));
        }
        return List.copyOf(symbols);
    }

    /**
     * Checks that the records of the file's tables have the size that the kernel reads. Otherwise it would read wrong values.
     *
     * @throws FormatException if they do not
     */
    private static void check(ModuleFile file, ImageBytes image, TableShapes.ExportTable shape) {
        Map<Integer, Long> records = new HashMap<>();
        file.exports().forEach(export -> records.merge(export.table(), 1L, Long::sum));
        int recordBytes = shape.fieldBytes() * (file.hasExportNamespaces().orElse(true) ? 3 : 2);
        records.forEach((table, count) -> {
            Section section = image.section(table).section();
            if (section.sizeBytes() != count * recordBytes) {
                throw new FormatException(Refusal.beyondKernel(section.where() + ": " + count + " exports in 0x"
                        + Long.toHexString(section.sizeBytes())
                        + " bytes, but the kernels of the architecture have records of " + recordBytes
                        + " bytes"));
            }
        });
    }

    private static long value(ImageBytes image, Export export, TableShapes.ExportTable shape) {
        SectionBytes table = image.section(export.table());
        long stored = shape.fieldBytes() == Integer.BYTES
                ? table.word(export.tableOffset())
                : table.pointer(export.tableOffset());
        return shape.reference() == TableShapes.Reference.FROM_FIELD
                ? table.address() + export.tableOffset() + stored
                : stored;
    }
}
