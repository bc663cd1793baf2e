package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.Export;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A module's exports with their final values: what relocation left in the table, which may be a descriptor's address. */
public final class Exports {
    private Exports() {}

    /** The exports of the module that was relocated to {@code image}. */
    public static List<KernelSymbol> of(Linkage linkage, ImageBytes image) {
        Width width = linkage.kernel().width();
        TableShapes.ExportTable shape = linkage.kernel().shapes().exports();
        List<KernelSymbol> symbols = new ArrayList<>();
        for (Export export : linkage.file().exports()) {
            Address symbol = width.address(linkage.values()[export.valueSymbol()] + export.valueAddend());
            Address value = width.address(value(image, export, shape));
            symbols.add(new KernelSymbol(
                    export.name(),
                    value,
                    value.equals(symbol) ? Optional.empty() : Optional.of(symbol),
                    export.crc(),
                    export.namespace(),
                    export.gplOnly(),
                    linkage.file().name()));
        }
        return List.copyOf(symbols);
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
