package io.modrt.mips;

import static java.util.Map.entry;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Addends;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.SectionImage;
import io.modrt.spi.SectionSizer;
import io.modrt.spi.StaticBranch;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** MIPS kernels of either byte order: {@link O32} and {@link N64}. The package's page describes the architecture. */
public abstract sealed class MipsArch implements Arch {
    private static final int EF_MIPS_ARCH = 0xf000_0000;
    private static final int EF_MIPS_ARCH_32R6 = 0x9000_0000;
    private static final int EF_MIPS_ARCH_64R6 = 0xa000_0000;

    /** The last {@code MAX_ERRNO} addresses stand for errors. */
    private static final int ERROR_VALUES = 4095;

    private final Width width;
    private final AddressRange moduleArea;
    private final RelocationTable rel;
    private final RelocationTable rela;
    private final TableShapes tables;

    private MipsArch(Width width, Address areaStart, Address areaEnd, RelocationTable rela) {
        this.width = width;
        this.moduleArea = AddressRange.between(areaStart, areaEnd);
        this.rel = withErrorValues(RelocationTable.of(MipsReloc.OF_REL).unknownType(MipsArch::unknownType));
        this.rela = withErrorValues(rela);
        int bytes = width.bytes();
        this.tables = new TableShapes(
                new TableShapes.ExceptionTable(2 * bytes, bytes, TableShapes.Reference.ABSOLUTE, 2),
                new TableShapes.JumpTable(bytes, bytes, TableShapes.Reference.ABSOLUTE));
    }

    private RelocationTable withErrorValues(RelocationTable table) {
        AddressRange values = new AddressRange(width.address(-ERROR_VALUES), ERROR_VALUES);
        return table.errorValues(values, RelocationTable.WeakErrorValue.ENDS_SECTION);
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

    /** 32-bit kernels: ELF32 with SHT_REL. */
    public static final class O32 extends MipsArch {
        private static final int EF_MIPS_ABI2 = 0x20;
        private static final int EF_MIPS_ABI = 0xf000;
        private static final int E_MIPS_ABI_O32 = 0x1000;

        /** For {@link java.util.ServiceLoader}. */
        public O32() {
            // The vmalloc area, up to two pages below the fixed mappings; as /proc/kcore of a 4kc-malta kernel shows
            // it.
            super(
                    Width.BITS_32,
                    Address.of(0xc000_0000L),
                    Address.of(0xfffc_d000L),
                    RelocationTable.of(List.<MipsReloc>of())
                            .unknownType((module, number) ->
                                    Refusal.of(Errno.ENOEXEC, "SHT_RELA section: 32-bit kernels take SHT_REL alone")));
        }

        @Override
        public String name() {
            return "mips-o32";
        }

        /** No n32, no other ABI. Kernels without MIPS_O32_FP64_SUPPORT refuse 64-bit floating point registers too; distributions' have it. */
        @Override
        public boolean accepts(ElfHeader header) {
            int abi = header.flags() & EF_MIPS_ABI;
            return header.machine() == ElfHeader.EM_MIPS
                    && header.elfClass() == ElfClass.ELF32
                    && (header.flags() & EF_MIPS_ABI2) == 0
                    && (abi == 0 || abi == E_MIPS_ABI_O32);
        }
    }

    /** 64-bit kernels: ELF64 with SHT_RELA, or SHT_REL. */
    public static final class N64 extends MipsArch {

        /** For {@link java.util.ServiceLoader}. */
        public N64() {
            // CKSSEG, for kernels with 32-bit symbols, the usual ones; as /proc/kcore of a 5kc-malta kernel shows it.
            // Kernels
            // linked to XKPHYS have the vmalloc area at 0xc000000000002000 instead: give the runtime an allocator over
            // that.
            super(
                    Width.BITS_64,
                    Address.of(0xffff_ffff_c000_0000L),
                    Address.of(0xffff_ffff_fffc_d000L),
                    RelocationTable.of(MipsReloc.OF_RELA).unknownType(MipsArch::unknownType));
        }

        @Override
        public String name() {
            return "mips-n64";
        }

        /** The level of the instruction set shows in the vermagic alone. */
        @Override
        public boolean accepts(ElfHeader header) {
            return header.machine() == ElfHeader.EM_MIPS && header.elfClass() == ElfClass.ELF64;
        }
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Width width() {
        return width;
    }

    @Override
    public Map<String, Boolean> usualConfiguration() {
        return Map.ofEntries(
                entry("CONFIG_SMP", true),
                entry("CONFIG_MODULE_UNLOAD", true),
                entry("CONFIG_MODVERSIONS", true),
                entry("CONFIG_KALLSYMS", true),
                entry("CONFIG_KALLSYMS_ALL", false),
                entry("CONFIG_STRICT_MODULE_RWX", false),
                entry("CONFIG_JUMP_LABEL", true),
                entry("CONFIG_DYNAMIC_FTRACE", true),
                entry("CONFIG_FUNCTION_GRAPH_TRACER", true),
                entry("CONFIG_MODULE_SIG", true),
                entry("CONFIG_MODULE_FORCE_LOAD", true),
                entry("CONFIG_MODULE_FORCE_UNLOAD", true),
                entry("CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS", false));
    }

    @Override
    public AddressRange moduleArea(KernelProfile profile) {
        return moduleArea;
    }

    @Override
    public RelocationTable relocations(KernelProfile profile, AddendKind addends) {
        return addends == AddendKind.IN_PLACE ? rel : rela;
    }

    @Override
    public TableShapes tables(KernelProfile profile) {
        return tables;
    }

    @Override
    public SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
        return policy.stubs() == StubPolicy.KERNEL_EXACT && policy.trampolines() == 0
                ? SectionSizer.none()
                : new MipsStubArea(file, profile, policy, width);
    }

    private MipsStubs.Kind stubs(ModuleFile file) {
        return MipsStubs.Kind.of(width, isRelease6(file.elf().header()));
    }

    private static boolean isRelease6(ElfHeader header) {
        int arch = header.flags() & EF_MIPS_ARCH;
        return arch == EF_MIPS_ARCH_32R6 || arch == EF_MIPS_ARCH_64R6;
    }

    @Override
    public ArchLoad begin(PlacedModule placed, LoadPolicy policy) {
        ModuleFile file = placed.plan().file();
        KernelProfile profile = placed.plan().profile();
        StubAllocator stubs = policy.stubs() == StubPolicy.KERNEL_EXACT
                ? StubAllocator.none()
                : new MipsStubs(placed, new MipsStubArea(file, profile, policy, width), width, stubs(file));
        List<Finisher> finishers = profile.has(ConfigOption.JUMP_LABEL)
                ? List.of(Finisher.of("jump labels", image -> MipsJumpLabels.finish(image, tables.jumpTable())))
                : List.of();
        return new Load(file.name(), stubs, finishers);
    }

    private record Load(String module, StubAllocator stubs, List<Finisher> finishers) implements ArchLoad {
        @Override
        public void completeAddends(
                RelocationSection relocations, int count, SectionImage words, SymbolValues symbols, Addends addends) {
            MipsAddends.complete(module, relocations, count, symbols, addends);
        }
    }

    @Override
    public Optional<StaticBranch> staticBranch(ElfHeader header) {
        return Optional.of(isRelease6(header) ? MipsJumpLabels.RELEASE_6 : MipsJumpLabels.RELEASE_2);
    }

    @Override
    public FtraceTrampoline ftrace(KernelProfile profile) {
        return MipsFtrace.of(width, profile.has(ConfigOption.FUNCTION_GRAPH_TRACER));
    }
}
