package io.modrt.testkit.riscv;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Formula;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** A RISC-V 64 kernel that is not relocatable, as Debian's are. */
class RiscvKernel implements ArchKernel {
    /** Whether code has absolute addresses in it, within 2 GB of 0. */
    static final String ABSOLUTE_CODE = "CONFIG_CMODEL_MEDLOW";

    /** Where the kernel is linked to. */
    private static final Address START = Address.of(0xffff_ffff_8000_0000L);

    private static final long KERNEL_BYTES = 0x0200_0000L;
    private static final AddressRange KERNEL = new AddressRange(START, KERNEL_BYTES);
    /** What lies within 2 GB of all of the kernel. */
    private static final AddressRange MODULES =
            AddressRange.between(KERNEL.end().plus(-0x8000_0000L), START);

    /** The last {@code MAX_ERRNO} addresses stand for errors. */
    private static final AddressRange ERROR_VALUES = new AddressRange(Address.of(-4095), 4095);

    private static final int ALIGN = 43;

    private static final TableShapes TABLES = new TableShapes(
            new TableShapes.ExportTable(Long.BYTES, Reference.ABSOLUTE),
            new TableShapes.ExceptionTable(3 * Integer.BYTES, Integer.BYTES, Reference.FROM_FIELD, 2),
            new TableShapes.JumpTable(Integer.BYTES, Long.BYTES, Reference.FROM_FIELD));

    private static final int NOP = 0x0000_0013;
    private static final StaticBranches.Jump JAL = new StaticBranches.Jump(0x0000_006f, RiscvField.J, Formula.S_A_P, 0);

    private final boolean hasAbsoluteCode;

    RiscvKernel(KernelProfile profile) {
        this.hasAbsoluteCode = profile.has(ABSOLUTE_CODE);
    }

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
        return types(addends)
                .errorValues(ERROR_VALUES, RelocationTable.WeakErrorValue.SKIPPED)
                .unknownType(RiscvKernel::unknownType);
    }

    private RelocationTable types(AddendKind addends) {
        if (addends == AddendKind.IN_PLACE) {
            return RelocationTable.of(List.<RiscvReloc>of());
        }
        return hasAbsoluteCode
                ? RelocationTable.of(List.of(RiscvReloc.values()))
                : RelocationTable.of(RiscvReloc.OF_USUAL_KERNELS).beyondKernel(List.of(RiscvReloc.HI20));
    }

    private static Refusal unknownType(String module, int number) {
        String line =
                number == ALIGN ? "unexpected relocation type 'R_RISCV_ALIGN'" : "Unknown relocation type " + number;
        return Refusal.of(Errno.EINVAL, "relocation type " + number + " is none that the kernel applies")
                .logged(module + ": " + line);
    }

    @Override
    public TableShapes tables() {
        return TABLES;
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(StaticBranches.ofWords(codeOrder(), NOP, JAL));
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return (placed, values) -> new RiscvLoad(values);
    }
}
