package io.modrt.engine.relocation;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;

/** The tables that the architecture has for one kernel. They are asked for once. */
public final class KernelTables {
    private final ArchKernel kernel;
    private final RelocationRows inPlace;
    private final RelocationRows explicit;
    private final TracingSites tracing;

    /**
     * The tables of {@code kernel}.
     *
     * @param header the header of one of its modules, which shows the byte order of data
     */
    public KernelTables(ArchKernel kernel, ElfHeader header) {
        this.kernel = kernel;
        this.inPlace = rows(AddendKind.IN_PLACE, header);
        this.explicit = rows(AddendKind.EXPLICIT, header);
        this.tracing = kernel.tracing();
    }

    private RelocationRows rows(AddendKind addends, ElfHeader header) {
        RelocationRows.ByteOrders orders =
                new RelocationRows.ByteOrders(kernel.codeOrder() == ByteOrder.BIG_ENDIAN, header.isBigEndian());
        return new RelocationRows(kernel.relocations(addends), addends, kernel.width(), orders);
    }

    /** The kernel's architecture. */
    public ArchKernel kernel() {
        return kernel;
    }

    Width width() {
        return kernel.width();
    }

    RelocationRows rows(AddendKind addends) {
        return addends == AddendKind.IN_PLACE ? inPlace : explicit;
    }

    /** The call sites of the function tracer. */
    public TracingSites tracing() {
        return tracing;
    }
}
