package com.example.toy;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import io.modrt.version.KernelChange;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** A made-up machine with REL, split fields, branches of limited reach and stubs. */
final class ToyArch implements Arch {
    /** An option that decides what a load does. */
    private static final String PLTS = "CONFIG_TOY_MODULE_PLTS";

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public int spiVersion() {
        return Arch.SPI_VERSION;
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == 0x7a7a && header.elfClass() == ElfClass.ELF32 && !header.isBigEndian();
    }

    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.of(PLTS, true);
    }

    @Override
    public List<KernelChange> history() {
        return List.of(ToyChange.values());
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        boolean hasPlts = profile.has(PLTS);
        boolean hasInitPlt = profile.has(ToyChange.INIT_PLT);
        return new ArchKernel() {
            @Override
            public Width width() {
                return Width.BITS_32;
            }

            @Override
            public ByteOrder codeOrder() {
                return ByteOrder.LITTLE_ENDIAN;
            }

            @Override
            public List<AddressRange> moduleAreas() {
                return List.of(new AddressRange(Address.of(0x4000_0000), 16 << 20));
            }

            @Override
            public AddressRange kernelArea() {
                return new AddressRange(Address.of(0x8000_0000L), 64 << 20);
            }

            @Override
            public RelocationTable relocations(AddendKind addends) {
                return RelocationTable.of(addends == AddendKind.IN_PLACE ? List.of(ToyReloc.values()) : List.of());
            }

            @Override
            public TableShapes tables() {
                return new TableShapes(
                        new TableShapes.ExportTable(4, TableShapes.Reference.ABSOLUTE),
                        new TableShapes.ExceptionTable(8, 4, TableShapes.Reference.ABSOLUTE, 2),
                        new TableShapes.JumpTable(4, 4, TableShapes.Reference.ABSOLUTE));
            }

            @Override
            public List<String> initSections() {
                return List.of(".init", ".toy.unwind.init");
            }

            @Override
            public boolean isMappingSymbol(String name) {
                return name.matches("\\$[cd](\\..*)?");
            }

            @Override
            public void check(ModuleFile file) {
                if (hasPlts && file.elf().section(".plt").isEmpty()) {
                    throw new FormatException(Refusal.of(Errno.ENOEXEC, file.name() + ": has no section .plt")
                            .logged(file.name() + ": module PLT section(s) missing"));
                }
            }

            @Override
            public ArchPlan plan(PlanInput input) {
                return new ToyPlan(input, hasInitPlt);
            }
        };
    }
}
