package io.modrt.engine;

import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.address.Address;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.engine.layout.SmallModule;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.PlainKernel;
import io.modrt.spi.PlainType;
import io.modrt.spi.RelocationTable;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A module of a plain architecture, from its plan to live memory. */
class PlacingTest {
    private static final PlainType WORD = new PlainType("R_WORD", 1, Formula.S_A, 0, Field.WORD32, Fit.TRUNCATED);

    private static final PlainType LOW_16 =
            new PlainType("R_LOW16", 2, Formula.S_A, 0, Field.low("low16", 16), Fit.TRUNCATED);

    private static final LoadPolicy POLICY = LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS);

    /** Takes every file; applies two types. */
    static final class PlainArch implements Arch {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public int spiVersion() {
            return SPI_VERSION;
        }

        @Override
        public boolean accepts(ElfHeader header) {
            return true;
        }

        @Override
        public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
            return Map.of();
        }

        @Override
        public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
            return new PlainKernel() {
                @Override
                public RelocationTable relocations(AddendKind addends) {
                    return addends == AddendKind.EXPLICIT
                            ? RelocationTable.of(List.of(WORD, LOW_16))
                            : super.relocations(addends);
                }
            };
        }
    }

    /** A kernel that knows no symbol and makes up those that it is asked for. */
    private static Kernel kernel() {
        return new Kernel(
                List.of(new PlainArch()),
                PACKED,
                KernelSymbols.synthetic(),
                TargetMemory.heap(),
                null,
                null,
                null,
                null);
    }

    /** Text of four words, which hold f, printk, a per-CPU variable and f again; per-CPU data is aligned to two pages. */
    private static ModuleFile module() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10); // 1
        module.section(".data..percpu", WA, 0x2000, 8); // 2
        ElfBytes.Part relocations = module.section(
                ".rela.text",
                0,
                4,
                module.ints(
                        0,
                        1 << 8 | 1,
                        4, // f + 4
                        4,
                        2 << 8 | 1,
                        0, // printk
                        8,
                        3 << 8 | 1,
                        0, // counter
                        12,
                        2 << 8 | 1,
                        0, // printk
                        12,
                        1 << 8 | 1,
                        8)); // and, where that was, f + 8
        relocations.type = Section.SHT_RELA;
        relocations.info(1).link(4).entryBytes(12);
        return module.symbol("f", 0, SmallModule.FUNC, 1)
                .symbol("printk", 0, SmallModule.FUNC, 0)
                .symbol("counter", 4, SmallModule.OBJECT, 2)
                .withSymbols()
                .open();
    }

    private static List<String> told(List<Diagnostic> diagnostics) {
        return diagnostics.stream()
                .filter(each -> each.kind() != Diagnostic.Kind.TAINT)
                .map(each -> each.kind() + ": " + each.text())
                .toList();
    }

    @Test
    void placingOnePlanThreeTimesGivesEachWarningOnce() {
        LayoutPlan plan = kernel().plan(module(), POLICY);
        for (int i = 0; i < 3; i++) {
            try (PlacedModule placed = plan.place()) {
                List<Diagnostic> told = placed.resolve().relocate().diagnostics();
                assertEquals(
                        List.of(
                                "RELAXED_RULE: no section .gnu.linkonce.this_module",
                                "KERNEL_WARNING: per-CPU alignment 8192 is cut to a page",
                                "PLACEHOLDERS: 1 of its symbols have made-up addresses, since neither the kernel nor a loaded module"
                                        + " exports them: printk"),
                        told(told));
                assertEquals(told, placed.resolve().relocate().diagnostics(), "each relocation tells the same");
            }
        }
    }

    @Test
    void placementsAtTheSameTimeShareThePlanAndNotTheirAddresses() {
        LayoutPlan plan = kernel().plan(module(), POLICY);
        try (PlacedModule one = plan.place();
                PlacedModule other = plan.place()) {
            long start = one.range(RegionKind.CORE).orElseThrow().start().value();
            assertEquals(0xc000_0000L, start);
            // core and init, each with a guard page
            assertEquals(
                    0xc000_4000L,
                    other.range(RegionKind.CORE).orElseThrow().start().value());
            assertEquals(
                    "c0000004",
                    HexFormat.of().formatHex(one.resolve().relocate().bytes(RegionKind.CORE), 0, 4));
            assertEquals(
                    "c0004004",
                    HexFormat.of().formatHex(other.resolve().relocate().bytes(RegionKind.CORE), 0, 4));
        }
    }

    @Test
    void madeUpSymbolsStartTheKernelAreaAndPerCpuBasesItsLast16Megabytes() {
        try (PlacedModule placed = kernel().plan(module(), POLICY).place()) {
            byte[] text = placed.resolve().relocate().bytes(RegionKind.CORE);
            // the area is [0x60000000, 0x62000000); counter is 4 bytes into its section
            assertEquals("60000000", HexFormat.of().formatHex(text, 4, 8));
            assertEquals("61000004", HexFormat.of().formatHex(text, 8, 12));
        }
    }

    @Test
    void aLiveModuleTellsTheRelocationsOfAPlaceInTheOrderOfApplication() {
        Kernel kernel = kernel();
        Placement at = Placement.regions(
                Map.of(RegionKind.CORE, Address.of(0xc012_0000L), RegionKind.INIT, Address.of(0xc013_0000L)));
        LiveModule live =
                kernel.plan(module(), POLICY).place(at).resolve().relocate().commit();
        assertEquals(
                List.of(
                        "small.o: .text+0xc: R_WORD against printk+0x0: 0xeeeeeeee becomes 0x60000000",
                        "small.o: .text+0xc: R_WORD against f+0x8: 0x60000000 becomes 0xc0120008"),
                live.relocationsAt(Address.of(0xc012_000cL)).stream()
                        .map(Object::toString)
                        .toList());
        assertEquals(List.of(), live.relocationsAt(Address.of(0xc012_000aL)));
        assertEquals(1, live.relocationsAt(Address.of(0xc012_0008L)).size());
        byte[] word = new byte[4];
        kernel.memory().read(Address.of(0xc012_000cL), word, 0, 4);
        assertEquals("c0120008", HexFormat.of().formatHex(word));
    }

    /** The kernel's code is big-endian, this file's data is little-endian. */
    @Test
    void instructionsAndDataEachHaveTheirOwnByteOrder() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x8); // 1
        ElfBytes.Part relocations = module.section(
                ".rela.text", 0, 4, module.ints(0, 1 << 8 | LOW_16.number(), 0, 4, 1 << 8 | WORD.number(), 0));
        relocations.type = Section.SHT_RELA;
        relocations.info(1).link(3).entryBytes(12);
        ModuleFile file = module.symbol("f", 0x1234_5678, SmallModule.FUNC, Symbol.SHN_ABS)
                .withSymbols()
                .open();
        try (PlacedModule placed = kernel().plan(file, POLICY).place()) {
            byte[] text = placed.resolve().relocate().bytes(RegionKind.CORE);
            assertEquals("eeee5678" + "78563412", HexFormat.of().formatHex(text, 0, 8));
        }
    }
}
