package com.example.i386;

import static io.modrt.spi.TableShapes.Reference.FROM_FIELD;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** One kernel: the same for all its modules. */
final class I386Kernel implements ArchKernel {
    @Override
    public Width width() {
        return Width.BITS_32;
    }

    @Override
    public ByteOrder codeOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    /** The vmalloc area of a machine with 1 GB of memory. */
    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(AddressRange.between(Address.of(0xf800_0000L), Address.of(0xff00_0000L)));
    }

    /** From where the kernel is linked to. */
    @Override
    public AddressRange kernelArea() {
        return AddressRange.between(Address.of(0xc100_0000L), Address.of(0xc500_0000L));
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return RelocationTable.of(addends == AddendKind.IN_PLACE ? List.of(I386Reloc.values()) : List.of())
                .unknownType((module, number) -> Refusal.of(Errno.ENOEXEC, "relocation type " + number + " is unknown")
                        .logged("module: " + module + ": Unknown relocation: " + number));
    }

    @Override
    public TableShapes tables() {
        return new TableShapes(
                new TableShapes.ExportTable(4, FROM_FIELD),
                new TableShapes.ExceptionTable(12, 4, FROM_FIELD, 2),
                new TableShapes.JumpTable(4, 4, FROM_FIELD));
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(new I386Code());
    }

    @Override
    public TracingSites tracing() {
        return new I386Tracing();
    }

    @Override
    public boolean protectsModules() {
        return true;
    }
}
