package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.Export;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A module's exports with their final values: what relocation left in the table, which may be a descriptor's address. */
final class Exports {
    private Exports() {}

    static List<KernelSymbol> of(Resolved resolved, ImageBytes image) {
        Planned plan = resolved.placed().plan();
        Width width = plan.target().arch().width();
        List<KernelSymbol> symbols = new ArrayList<>();
        for (Export export : plan.file().exports()) {
            Address symbol = width.address(resolved.array()[export.valueSymbol()] + export.valueAddend());
            Address value = Address.of(image.section(export.table()).pointer(export.tableOffset()));
            symbols.add(new KernelSymbol(
                    export.name(),
                    value,
                    value.equals(symbol) ? Optional.empty() : Optional.of(symbol),
                    export.crc(),
                    export.namespace(),
                    export.gplOnly(),
                    plan.file().name()));
        }
        return List.copyOf(symbols);
    }
}
