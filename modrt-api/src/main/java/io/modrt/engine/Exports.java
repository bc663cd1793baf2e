package io.modrt.engine;

import io.modrt.Export;
import io.modrt.kernel.KernelSymbol;
import io.modrt.memory.Address;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A module's exports with their final values. */
final class Exports {
    private Exports() {}

    static List<KernelSymbol> of(Resolved resolved) {
        Planned plan = resolved.placed().plan();
        Width width = plan.target().arch().width();
        List<KernelSymbol> symbols = new ArrayList<>();
        for (Export export : plan.file().exports()) {
            Address value = width.address(resolved.array()[export.valueSymbol()] + export.valueAddend());
            symbols.add(new KernelSymbol(
                    export.name(),
                    value,
                    Optional.empty(),
                    export.crc(),
                    export.namespace(),
                    export.gplOnly(),
                    plan.file().name()));
        }
        return List.copyOf(symbols);
    }
}
