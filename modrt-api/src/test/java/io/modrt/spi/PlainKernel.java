package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import java.nio.ByteOrder;
import java.util.List;

/** A 32-bit kernel that adds nothing to the engine: no relocation types, no tracing, the default names of init and exit sections. */
public class PlainKernel implements ArchKernel {
    /** Where its modules lie. */
    public static final AddressRange MODULES = new AddressRange(Address.of(0xc000_0000L), 0x100_0000);
    /** Where it makes symbols up; the last 16 MB are for per-CPU bases. */
    public static final AddressRange SYMBOLS = new AddressRange(Address.of(0x6000_0000L), 0x200_0000);

    @Override
    public Width width() {
        return Width.BITS_32;
    }

    @Override
    public ByteOrder codeOrder() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(MODULES);
    }

    @Override
    public AddressRange kernelArea() {
        return SYMBOLS;
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return RelocationTable.of(List.of());
    }

    @Override
    public TableShapes tables() {
        return new TableShapes(
                new TableShapes.ExportTable(4, TableShapes.Reference.ABSOLUTE),
                new TableShapes.ExceptionTable(8, 4, TableShapes.Reference.ABSOLUTE, 2),
                new TableShapes.JumpTable(4, 4, TableShapes.Reference.ABSOLUTE));
    }
}
