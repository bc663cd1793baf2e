package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelVersion;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.SectionSizer;
import io.modrt.spi.StaticBranch;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** PA-RISC kernels: {@link Narrow} with 32-bit and {@link Wide} with 64-bit addresses. The package's page describes the architecture. */
public abstract sealed class PariscArch implements Arch {
    /** From here on an exception entry also has the instruction that names the register for the error. */
    private static final KernelVersion FIRST_WITH_ERROR_REGISTER = new KernelVersion(6, 1, 0);

    private static final StaticBranch STATIC_BRANCH =
            new StaticBranch(0x0800_0240, 0xe800_0002, PariscReloc.R_PARISC_PCREL17F, 0); // nop, b,n

    private final String name;
    private final Width width;
    private final AddressRange moduleArea;
    private final RelocationTable rela;

    private PariscArch(Width width, Address areaStart, Address areaEnd) {
        this.name = "parisc" + width.bytes() * Byte.SIZE;
        this.width = width;
        this.moduleArea = AddressRange.between(areaStart, areaEnd);
        this.rela = table(PariscReloc.table(width));
    }

    /** why: the kernel takes a symbol whose value is 0 for one that it could not find, weak or not. */
    private static RelocationTable table(RelocationTable types) {
        return types.errorValues(new AddressRange(Address.of(0), 1), RelocationTable.WeakErrorValue.REFUSED)
                .unknownType((module, number) -> Refusal.of(
                                Errno.ENOEXEC,
                                "relocation type " + number + " is none that kernels of this width apply")
                        .logged("module " + module + ": Unknown relocation: " + number));
    }

    /** 32-bit kernels. */
    public static final class Narrow extends PariscArch {

        /** For {@link java.util.ServiceLoader}. */
        public Narrow() {
            // The vmalloc area below the kernel; the first 8 MB may be for DMA (PCX-L, the B160 of QEMU).
            super(Width.BITS_32, Address.of(0x0081_0000L), Address.of(0x0f7f_e000L));
        }
    }

    /** 64-bit kernels. */
    public static final class Wide extends PariscArch {

        /** For {@link java.util.ServiceLoader}. */
        public Wide() {
            super(Width.BITS_64, Address.of(0x8000L), Address.of(0x3f7f_e000L));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    /** PA 1.1 or 2.0, the kernel does not look. */
    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == ElfHeader.EM_PARISC
                && header.elfClass().wordBytes() == width.bytes()
                && header.isBigEndian();
    }

    @Override
    public Width width() {
        return width;
    }

    /** Where Debian's kernels differ from {@link ConfigOption#assumed()}. */
    @Override
    public Map<String, Boolean> usualConfiguration() {
        return Map.of(
                "CONFIG_KALLSYMS_ALL", true,
                "CONFIG_STRICT_MODULE_RWX", true,
                "CONFIG_JUMP_LABEL", width == Width.BITS_64,
                "CONFIG_MODULE_SIG", false,
                "CONFIG_MODULE_FORCE_LOAD", false);
    }

    @Override
    public AddressRange moduleArea(KernelProfile profile) {
        return moduleArea;
    }

    @Override
    public RelocationTable relocations(KernelProfile profile, AddendKind addends) {
        return addends == AddendKind.EXPLICIT ? rela : table(RelocationTable.of(List.of()));
    }

    @Override
    public TableShapes tables(KernelProfile profile) {
        int entryBytes = profile.version().isAtLeast(FIRST_WITH_ERROR_REGISTER) ? 12 : 8;
        return new TableShapes(
                new TableShapes.ExceptionTable(entryBytes, Integer.BYTES, TableShapes.Reference.FROM_FIELD, 2),
                new TableShapes.JumpTable(Integer.BYTES, width.bytes(), TableShapes.Reference.FROM_FIELD));
    }

    @Override
    public Set<String> kernelAnchors(KernelProfile profile) {
        return width == Width.BITS_32 ? Set.of(PariscLoad.DATA_POINTER) : Set.of();
    }

    @Override
    public SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
        return new PariscAreas(file, profile, policy, width);
    }

    @Override
    public ArchLoad begin(PlacedModule placed, LoadPolicy policy) {
        return new PariscLoad(
                placed, new PariscAreas(placed.plan().file(), placed.plan().profile(), policy, width), width);
    }

    @Override
    public Optional<StaticBranch> staticBranch(ElfHeader header) {
        return Optional.of(STATIC_BRANCH);
    }

    @Override
    public FtraceTrampoline ftrace(KernelProfile profile) {
        return PariscFtrace.of(width, profile.version());
    }
}
