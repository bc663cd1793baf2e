package io.modrt.engine.layout;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.BY_TYPE;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.OBJECT;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.LayoutException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Offsets are worked out by hand from the loader's passes; each row's sum stands beside it. */
class SectionLayoutTest {
    private static final KernelProfile STRICT = PACKED.with(ConfigOption.STRICT_MODULE_RWX, true);

    /** One section for each thing that the passes look at. */
    private static SmallModule everything() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x11); // 1
        module.section(".init.text", AX, 4, 0x9); // 2
        module.section(".rodata", A, 8, 0x6); // 3
        module.section(".data", WA, 4, 0x5); // 4
        module.bss(".bss", 16, 0x8); // 5
        module.section("__jump_table", WA, 4, 0xc); // 6
        module.section(".data..ro_after_init", WA, 4, 0x4); // 7
        module.section(".exit.text", AX, 4, 0x4); // 8
        module.section(".modinfo", A, 1, module.ints(0)); // 9
        module.section("__versions", A, 4, 0x40); // 10
        module.section(".data..percpu", WA, 64, 0x40); // 11
        module.section(".init.data", WA, 2, 0x3); // 12
        module.section(".comment", 0, 1, 0x10); // 13
        module.section(".empty", A, 32, 0); // 14
        return module.symbol("", 0, Symbol.STT_SECTION, 1)
                .symbol("f", 0, FUNC, 1)
                .symbol("d", 0, OBJECT, 4)
                .symbol("i", 0, FUNC, 2)
                .symbol("u", 0, FUNC, 0)
                .symbol("pc", 0, OBJECT, 11)
                .symbol("a", 0, OBJECT, 0xfff1)
                .symbol("m", 0, OBJECT, 9)
                .withSymbols(); // 15 of 9 * 16 bytes, 16 of "\0f\0d\0i\0u\0pc\0a\0m\0", 16 bytes
    }

    private static String lines(SectionLayout layout) {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i < layout.sectionCount(); i++) {
            if (layout.isLoaded(i)) {
                lines.add(layout.region(i) + " 0x" + Long.toHexString(layout.offset(i)) + " "
                        + layout.section(i).name());
            }
        }
        for (RegionKind kind : layout.regions()) {
            lines.add(kind + " is 0x" + Long.toHexString(layout.sizeBytes(kind)));
        }
        KallsymsLayout kallsyms = layout.kallsyms().orElseThrow();
        lines.add(String.format(
                Locale.ROOT,
                "%d symbols 0x%x names 0x%x types 0x%x struct 0x%x types 0x%x",
                kallsyms.coreCount(),
                kallsyms.coreSymbolsOffset(),
                kallsyms.coreStringsOffset(),
                kallsyms.coreTypesOffset(),
                kallsyms.structOffset(),
                kallsyms.initTypesOffset()));
        return String.join("\n", lines) + "\n";
    }

    @Test
    void coreAndInitArePackedWithoutStrictModuleRwx() {
        // core: text 0..11, exit text 14..18, rodata 18..1e, empty at 20, jump table 20..2c, ro 2c..30, data 30..35,
        // bss 40..48,
        // two symbols 48..68, names "\0f\0" 68..6b, types 6b..6d
        // init: text 0..9, data a..d, symtab 10..a0, strtab a0..b0, struct b0..c0, nine types c0..c9
        assertEquals("""
                CORE 0x0 .text
                INIT 0x0 .init.text
                CORE 0x18 .rodata
                CORE 0x30 .data
                CORE 0x40 .bss
                CORE 0x20 __jump_table
                CORE 0x2c .data..ro_after_init
                CORE 0x14 .exit.text
                INIT 0xa .init.data
                CORE 0x20 .empty
                INIT 0x10 .symtab
                INIT 0xa0 .strtab
                CORE is 0x6d
                INIT is 0xc9
                2 symbols 0x48 names 0x68 types 0x6b struct 0xb0 types 0xc0
                """, lines(everything().layout(PACKED)));
    }

    @Test
    void strictModuleRwxRoundsBetweenPasses() {
        // without unloading .exit.text is init; KALLSYMS_ALL keeps "", f, d, pc: 4 * 16 = 0x40, names 1 + 2 + 2 + 3 = 8
        // core: text 0..11, rodata 1000..1006, empty 1020, jump table 2000..200c, ro 200c..2010, data 3000..3005, bss
        // 3010..3018,
        // symbols 4000..4040, names ..4048, types ..404c, then a page
        // init: text 0..9, exit text c..10, data 1000..1003, symtab 2000..2090, strtab ..20a0, struct ..20b0, types
        // ..20b9, then a page
        assertEquals(
                """
                CORE 0x0 .text
                INIT 0x0 .init.text
                CORE 0x1000 .rodata
                CORE 0x3000 .data
                CORE 0x3010 .bss
                CORE 0x2000 __jump_table
                CORE 0x200c .data..ro_after_init
                INIT 0xc .exit.text
                INIT 0x1000 .init.data
                CORE 0x1020 .empty
                INIT 0x2000 .symtab
                INIT 0x2090 .strtab
                CORE is 0x5000
                INIT is 0x3000
                4 symbols 0x4000 names 0x4040 types 0x4048 struct 0x20a0 types 0x20b0
                """,
                lines(everything()
                        .layout(STRICT.with(ConfigOption.KALLSYMS_ALL, true).with(ConfigOption.MODULE_UNLOAD, false))));
    }

    @Test
    void memoryTypesEachStartAtZeroAndEndOnAPage() {
        // data: data 0..5, bss 10..18, symbols 18..38, names ..3b, types ..3d
        // init data: data 0..3, symtab 4..94, strtab ..a4, struct ..b4, types ..bd
        SectionLayout layout = everything().layout(BY_TYPE);
        assertEquals("""
                TEXT 0x0 .text
                INIT_TEXT 0x0 .init.text
                RODATA 0x0 .rodata
                DATA 0x0 .data
                DATA 0x10 .bss
                RO_AFTER_INIT 0x0 __jump_table
                RO_AFTER_INIT 0xc .data..ro_after_init
                TEXT 0x14 .exit.text
                INIT_DATA 0x0 .init.data
                RODATA 0x20 .empty
                INIT_DATA 0x4 .symtab
                INIT_DATA 0x94 .strtab
                TEXT is 0x1000
                DATA is 0x1000
                RODATA is 0x1000
                RO_AFTER_INIT is 0x1000
                INIT_TEXT is 0x1000
                INIT_DATA is 0x1000
                2 symbols 0x18 names 0x38 types 0x3b struct 0xa4 types 0xb4
                """, lines(layout));
        assertEquals(0x3d, layout.usedBytes(RegionKind.DATA));
        assertEquals(0xbd, layout.usedBytes(RegionKind.INIT_DATA));
    }

    @Test
    void withoutKallsymsOnlySectionsAreLoaded() {
        SectionLayout layout = everything().layout(PACKED.with(ConfigOption.KALLSYMS, false));
        assertEquals(0x48, layout.sizeBytes(RegionKind.CORE));
        assertEquals(0xd, layout.sizeBytes(RegionKind.INIT));
        assertFalse(layout.isLoaded(15));
        assertTrue(layout.kallsyms().isEmpty());
    }

    @Test
    void perCpuDataIsOrdinaryDataOnOneCpu() {
        SectionLayout smp = everything().layout(PACKED);
        assertEquals(11, smp.perCpuSection());
        assertFalse(smp.isLoaded(11));
        SectionLayout up = everything().layout(PACKED.with(ConfigOption.SMP, false));
        assertEquals(0, up.perCpuSection());
        // behind .bss, which ends at 0x48, at the next multiple of 64
        assertEquals(0x80, up.offset(11));
    }

    @Test
    void onlyTheFirstOfANameIsClearedOrMarked() {
        SmallModule module = new SmallModule(ElfClass.ELF64, true);
        module.section("__jump_table", 0, 8, 0x18); // 1: not loaded, so not the first
        module.section("__jump_table", WA, 8, 0x18); // 2
        module.section("__jump_table", WA, 8, 0x18); // 3
        module.section("__versions", A, 8, 0x40); // 4
        module.section("__versions", A, 8, 0x40); // 5
        SectionLayout layout = module.layout(BY_TYPE);
        assertEquals(RegionKind.RO_AFTER_INIT, layout.region(2));
        assertEquals(RegionKind.DATA, layout.region(3));
        assertFalse(layout.isLoaded(4));
        assertEquals(RegionKind.RODATA, layout.region(5));
        assertEquals(WA | Section.SHF_RO_AFTER_INIT, layout.effectiveFlags(2));
    }

    /** The PA-RISC shape: (relocations + 1) * 8 bytes in front of every section, here of an 8-byte stub and two branches in .text. */
    private static ArchPlan fronts() {
        return new SmallModule.Sizes() {
            @Override
            public long frontBytes(Section section) {
                return section.name().equals(".text") ? 24 : 8;
            }
        };
    }

    @Test
    void roomInFrontComesBeforeAlignment() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 16, 0x11); // 1
        module.section(".rodata", A, 32, 0x2); // 2
        module.section(".bare", WA, 1, 0); // 3
        SectionLayout layout = module.layout(PACKED, fronts());
        // 0 + 24 = 0x18, aligned 0x20, ends 0x31; + 8 = 0x39, aligned 0x40, ends 0x42; + 8 = 0x4a
        assertEquals(0x20, layout.offset(1));
        assertEquals(0x40, layout.offset(2));
        assertEquals(0x4a, layout.offset(3));
        assertEquals(24, layout.frontBytes(1));
        assertEquals(0x4a, layout.sizeBytes(RegionKind.CORE));
        // 6.12 charges each region: an empty section makes its region non-empty
        SectionLayout byType = module.layout(BY_TYPE, fronts());
        assertEquals(8, byType.offset(3));
        assertEquals(List.of(RegionKind.TEXT, RegionKind.DATA, RegionKind.RODATA), byType.regions());
    }

    @Test
    void headBehindAndShapeComeFromTheArchitecture() {
        SmallModule module = new SmallModule(ElfClass.ELF64, true);
        module.section(".text", AX, 4, 0x10); // 1
        module.section(".plt", AX, 1, 0x1); // 2
        module.section(".init.text", AX, 4, 0x10); // 3
        ArchPlan plan = new SmallModule.Sizes() {
            @Override
            public Section shape(Section section) {
                return section.name().equals(".plt") ? section.shaped(0x30, section.flags(), 16) : section;
            }

            @Override
            public long behindBytes(Section section) {
                return section.name().equals(".text") ? 5 : 0;
            }

            @Override
            public long headBytes(RegionKind region) {
                return switch (region) {
                    case CORE, TEXT -> 0x48;
                    case INIT, INIT_TEXT -> 0x20;
                    default -> 0;
                };
            }
        };
        for (KernelProfile profile : List.of(PACKED, BY_TYPE)) {
            SectionLayout layout = module.layout(profile, plan);
            // 0x48 + 0x10 + 5 = 0x5d, aligned 0x60, + 0x30
            assertEquals(0x48, layout.offset(1));
            assertEquals(0x60, layout.offset(2));
            assertEquals(0x90, layout.usedBytes(layout.region(2)));
            assertEquals(0x20, layout.offset(3));
            assertEquals(0x48, layout.headBytes(layout.region(1)));
        }
    }

    @Test
    void anObjectWithoutSymbolsIsLaidOutToo() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x10);
        SectionLayout layout = module.layout(PACKED);
        assertEquals(List.of(RegionKind.CORE), layout.regions());
        assertTrue(layout.kallsyms().isEmpty());
        assertThrows(IllegalArgumentException.class, () -> layout.offset(2));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // size and alignment of a second .bss behind one of 0x20 bytes
        "ELF32, 0xfffffff0, 1", // 0x20 + 0xfffffff0 = 2^32 + 0x10
        "ELF64, 0x7ffffffffffffff0, 1", // the sum wraps a signed 64-bit number
        "ELF64, 0x100000000, 1",
        "ELF32, 0x7ffffff0, 1", // more than an array
        "ELF64, 1, 0x80000000", // the gap in front of it
        "ELF32, 0x08000000, 1", // 128 MB of zeros from a file of less than a kilobyte
    })
    void sizesBeyondReasonAreRefusedBeforeAnythingIsAllocated(ElfClass elfClass, Long size, Long alignment) {
        SmallModule module = new SmallModule(elfClass, false);
        module.bss(".bss", 1, 0x20);
        module.bss(".bss.more", alignment, size);
        LayoutException e = assertThrows(LayoutException.class, () -> module.layout(PACKED));
        assertTrue(e.beyondKernel());
        assertEquals(Errno.ENOEXEC, e.errno());
        assertTrue(e.getMessage().startsWith("small.o: "), e.getMessage());
    }

    @Test
    void manySymbolsOfOneLongNameCannotTakeLong() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 4);
        module.symbol("x".repeat(1 << 20), 0, FUNC, 1);
        for (int i = 0; i < 5000; i++) {
            module.again();
        }
        module.withSymbols();
        // 5,001 names of 2^20 + 1 bytes are more than 4 GB
        FormatException e = assertThrows(FormatException.class, () -> module.layout(PACKED));
        assertTrue(e.getMessage().contains("the names of its symbols add up to more than"), e.getMessage());
    }
}
