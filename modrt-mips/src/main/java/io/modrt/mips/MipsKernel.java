package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
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

/** One MIPS kernel: its ABI, byte order and release of the instruction set. */
final class MipsKernel implements ArchKernel {
    private static final int EF_MIPS_ARCH = 0xf000_0000;
    private static final int EF_MIPS_ARCH_32R6 = 0x9000_0000;
    private static final int EF_MIPS_ARCH_64R6 = 0xa000_0000;

    /** The last {@code MAX_ERRNO} addresses stand for errors. */
    private static final int ERROR_VALUES = 4095;

    /** The vmalloc area, up to two pages below the fixed mappings; as /proc/kcore of a 4kc-malta kernel shows it. */
    private static final AddressRange O32_AREA =
            AddressRange.between(Address.of(0xc000_0000L), Address.of(0xfffc_d000L));
    /**
     * CKSSEG, for kernels with 32-bit symbols, the usual ones; as /proc/kcore of a 5kc-malta kernel shows it. Kernels linked to XKPHYS have
     * the vmalloc area at 0xc000000000002000 instead: give the runtime an allocator over that.
     */
    private static final AddressRange N64_AREA =
            AddressRange.between(Address.of(0xffff_ffff_c000_0000L), Address.of(0xffff_ffff_fffc_d000L));
    /** The same numbers sign- and zero-extended, so that address pairs of 32-bit code on 64-bit machines reach them too. */
    private static final AddressRange KERNEL_AREA = new AddressRange(Address.of(0x6000_0000L), 0x1000_0000L);

    private final Width width;
    private final ByteOrder order;
    private final boolean isRelease6;
    private final boolean hasJumpLabels;
    private final MipsTracing tracing;
    private final TableShapes tables;

    MipsKernel(Width width, KernelProfile profile, ElfHeader header) {
        this.width = width;
        this.order = header.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int arch = header.flags() & EF_MIPS_ARCH;
        this.isRelease6 = arch == EF_MIPS_ARCH_32R6 || arch == EF_MIPS_ARCH_64R6;
        this.hasJumpLabels = profile.has(ConfigOption.JUMP_LABEL);
        this.tracing = MipsTracing.of(width, profile.has(ConfigOption.FUNCTION_GRAPH_TRACER), order);
        int bytes = width.bytes();
        this.tables = new TableShapes(
                new TableShapes.ExportTable(bytes, TableShapes.Reference.ABSOLUTE),
                new TableShapes.ExceptionTable(2 * bytes, bytes, TableShapes.Reference.ABSOLUTE, 2),
                new TableShapes.JumpTable(bytes, bytes, TableShapes.Reference.ABSOLUTE));
    }

    @Override
    public Width width() {
        return width;
    }

    @Override
    public ByteOrder codeOrder() {
        return order;
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(width == Width.BITS_32 ? O32_AREA : N64_AREA);
    }

    @Override
    public AddressRange kernelArea() {
        return KERNEL_AREA;
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        AddressRange errors = new AddressRange(width.address(-ERROR_VALUES), ERROR_VALUES);
        return types(addends).errorValues(errors, RelocationTable.WeakErrorValue.ENDS_SECTION);
    }

    private RelocationTable types(AddendKind addends) {
        if (addends == AddendKind.IN_PLACE) {
            return RelocationTable.of(MipsReloc.OF_REL).unknownType(MipsKernel::unknownType);
        }
        return width == Width.BITS_64
                ? RelocationTable.of(MipsReloc.OF_RELA).unknownType(MipsKernel::unknownType)
                : RelocationTable.of(List.<MipsReloc>of())
                        .unknownType((module, number) ->
                                Refusal.of(Errno.ENOEXEC, "SHT_RELA section: 32-bit kernels take SHT_REL alone"));
    }

    private static Refusal unknownType(String module, int number) {
        // why: of a type that is known, the kernel warns of itself, not of the module
        return MipsReloc.of(number)
                .map(row -> Refusal.of(Errno.EINVAL, row.psabiName() + " is for SHT_RELA sections, this is SHT_REL"))
                .orElseGet(() -> Refusal.of(
                                Errno.EINVAL,
                                "relocation type " + number
                                        + " is none that the kernel applies; build with -fno-pic -mno-abicalls -G 0, as the"
                                        + " kernel is")
                        .logged(module + ": Unknown relocation type " + number));
    }

    @Override
    public TableShapes tables() {
        return tables;
    }

    @Override
    public TracingSites tracing() {
        return tracing;
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(MipsJumpLabels.branches(isRelease6, order));
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new MipsPlan(input, this);
    }

    boolean hasJumpLabels() {
        return hasJumpLabels;
    }

    /** The stubs of this ABI and release. */
    MipsStubs.Kind stubs() {
        return MipsStubs.Kind.of(width, isRelease6);
    }
}
