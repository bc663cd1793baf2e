package io.modrt.testkit.aarch64;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.SectionSizer;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Map;

/** The architecture of this package's page. */
public final class Aarch64Arch implements Arch {
    static final int EM_AARCH64 = 183;

    // Modules have the first 128 MB of the upper half with 48-bit addresses: Documentation/arm64/memory.rst, Linux 6.1.
    private static final AddressRange MODULES = new AddressRange(Address.of(0xffff_8000_0000_0000L), 128L << 20);

    private static final RelocationTable NONE = RelocationTable.of(List.<Aarch64Reloc>of());
    private static final RelocationTable RELA = RelocationTable.of(Aarch64Reloc.OF_MODULES);

    @Override
    public String name() {
        return "aarch64-subset";
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == EM_AARCH64 && header.elfClass() == ElfClass.ELF64 && !header.isBigEndian();
    }

    @Override
    public Width width() {
        return Width.BITS_64;
    }

    @Override
    public Map<String, Boolean> usualConfiguration() {
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
    public AddressRange moduleArea(KernelProfile profile) {
        return MODULES;
    }

    @Override
    public RelocationTable relocations(KernelProfile profile, AddendKind addends) {
        return addends == AddendKind.EXPLICIT ? RELA : NONE;
    }

    @Override
    public TableShapes tables(KernelProfile profile) {
        return new TableShapes(
                new TableShapes.ExceptionTable(12, 4, TableShapes.Reference.FROM_FIELD, 2),
                new TableShapes.JumpTable(4, 8, TableShapes.Reference.FROM_FIELD));
    }

    @Override
    public SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
        return new Aarch64StubAreas(file);
    }

    @Override
    public ArchLoad begin(PlacedModule placed, LoadPolicy policy) {
        Aarch64Stubs stubs =
                new Aarch64Stubs(placed, new Aarch64StubAreas(placed.plan().file()));
        return new ArchLoad() {
            @Override
            public StubAllocator stubs() {
                return stubs;
            }
        };
    }
}
