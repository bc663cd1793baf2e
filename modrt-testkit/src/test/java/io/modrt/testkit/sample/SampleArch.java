package io.modrt.testkit.sample;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Formula;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The architecture of this package's page. */
public final class SampleArch implements Arch {
    private static final int EM_AARCH64 = 183;

    @Override
    public String name() {
        return "aarch64-subset";
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == EM_AARCH64 && header.elfClass() == ElfClass.ELF64 && !header.isBigEndian();
    }

    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.ofEntries(
                Map.entry("CONFIG_SMP", true),
                Map.entry("CONFIG_MODULE_UNLOAD", true),
                Map.entry("CONFIG_MODVERSIONS", true),
                Map.entry("CONFIG_KALLSYMS", true),
                Map.entry("CONFIG_KALLSYMS_ALL", true),
                Map.entry("CONFIG_STRICT_MODULE_RWX", true),
                Map.entry("CONFIG_JUMP_LABEL", true));
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new Kernel();
    }

    private static final class Kernel implements ArchKernel {
        // Modules have the first 128 MB of the upper half with 48-bit addresses: Documentation/arm64/memory.rst, Linux
        // 6.1.
        private static final AddressRange MODULES = new AddressRange(Address.of(0xffff_8000_0000_0000L), 128L << 20);
        /** Behind the modules; the kernel's image starts there. */
        private static final AddressRange KERNEL = new AddressRange(Address.of(0xffff_8000_0800_0000L), 128L << 20);

        private static final RelocationTable NONE = RelocationTable.of(List.<SampleReloc>of());
        private static final RelocationTable RELA = RelocationTable.of(SampleReloc.OF_MODULES);
        private static final TableShapes TABLES = new TableShapes(
                new TableShapes.ExportTable(4, TableShapes.Reference.FROM_FIELD),
                new TableShapes.ExceptionTable(12, 4, TableShapes.Reference.FROM_FIELD, 2),
                new TableShapes.JumpTable(4, 8, TableShapes.Reference.FROM_FIELD));
        private static final StaticBranches BRANCHES = StaticBranches.ofWords(
                ByteOrder.LITTLE_ENDIAN,
                0xd503_201f,
                new StaticBranches.Jump(0x1400_0000, SampleField.IMM26.from(2), Formula.S_A_P, 0));

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
            return addends == AddendKind.EXPLICIT ? RELA : NONE;
        }

        @Override
        public TableShapes tables() {
            return TABLES;
        }

        @Override
        public TracingSites tracing() {
            return new SampleTracing();
        }

        @Override
        public Optional<StaticBranches> staticBranches() {
            return Optional.of(BRANCHES);
        }

        @Override
        public ArchPlan plan(PlanInput input) {
            return new SamplePlan(input.file());
        }
    }
}
