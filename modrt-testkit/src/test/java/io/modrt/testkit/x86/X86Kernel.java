package io.modrt.testkit.x86;

import static io.modrt.spi.TableShapes.Reference.FROM_FIELD;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An x86-64 kernel that address randomisation leaves where it was linked. */
final class X86Kernel implements ArchKernel {
    /** From 1 GB above the start of the kernel's mapping up to the fixed mappings. */
    private static final AddressRange MODULES =
            AddressRange.between(Address.of(0xffff_ffff_c000_0000L), Address.of(0xffff_ffff_ff00_0000L));
    /** The kernel's own mapping, from where it is linked to. */
    private static final AddressRange KERNEL =
            AddressRange.between(Address.of(0xffff_ffff_8100_0000L), MODULES.start());

    private static final TableShapes TABLES = new TableShapes(
            new TableShapes.ExportTable(Integer.BYTES, FROM_FIELD),
            new TableShapes.ExceptionTable(3 * Integer.BYTES, Integer.BYTES, FROM_FIELD, 2),
            new TableShapes.JumpTable(Integer.BYTES, Long.BYTES, FROM_FIELD));

    @Override
    public Width width() {
        return Width.BITS_64;
    }

    @Override
    public ByteOrder codeOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(MODULES);
    }

    @Override
    public AddressRange kernelArea() {
        return KERNEL;
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return RelocationTable.of(addends == AddendKind.EXPLICIT ? X86Reloc.OF_MODULES : List.of())
                .unknownType((module, number) -> Refusal.of(Errno.ENOEXEC, "relocation type " + number + " is unknown")
                        .logged("module: " + module + ": Unknown rela relocation: " + number));
    }

    @Override
    public TableShapes tables() {
        return TABLES;
    }

    @Override
    public TracingSites tracing() {
        return X86Tracing.SITES;
    }

    @Override
    public Set<String> anchors() {
        return Set.of(X86Tracing.FENTRY);
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(X86Branches.INSTANCE);
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new X86Stubs(input);
    }
}
