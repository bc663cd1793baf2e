package io.modrt.engine.layout;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.OBJECT;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchPlan;
import io.modrt.version.KernelVersion;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layouts of kernels of each age, worked out by hand; each row's sum stands beside it. */
class LayoutHistoryTest {

    private static KernelProfile kernel(String version) {
        return SmallModule.kernel(KernelVersion.parse(version));
    }

    @ParameterizedTest
    @CsvSource({
        "VERSIONS_NOT_LOADED,     2.6.24, 2.6.27",
        "UNDEFINED_WEAK_IS_ERROR, 2.6.24, 2.6.27",
        "UNDEFINED_WEAK_IS_ERROR, 2.6.30, 2.6.29",
        "SYMBOLS_COPIED,          2.6.31, 2.6.32",
        "PER_CPU_NAME,            2.6.34, 2.6.35",
        "SYMBOL_NAMES_APART,      3.1.0,  3.4.0",
        "SYMBOL_NAMES_BEHIND_NUL, 3.1.0,  3.4.113",
        "SYMBOL_NAMES_BEHIND_NUL, 3.6.0,  3.4.113",
        "TRACING_SITES_SORTED,    3.4.0,  3.6.0",
        "SIZE_BEHIND_BASE,        4.4.0,  4.9.0",
        "SYMBOLS_BY_STRUCT,       4.4.0,  4.9.0",
        "READ_ONLY_AFTER_INIT,    4.4.0,  4.9.0",
        "JUMP_TABLE_AFTER_INIT,   4.19.0, 4.20.0",
        "TYPE_LETTERS_IN_SIZE,    4.20.0, 5.0.1",
        "TYPE_LETTERS_IN_SIZE,    5.2.1,  5.0.1",
        "TYPE_LETTERS_APART,      5.0.1,  5.2.1",
        "WRITABLE_CODE_REFUSED,   5.7.0,  5.8.0",
        "EXIT_SECTIONS_IN_INIT,   5.11.4, 5.14.2",
        "SYMBOL_NAMES_WHOLE,      5.18.0, 5.19.0"
    })
    void eachChangeCameBetweenTwoVersions(LoaderChange change, String without, String with) {
        assertEquals(
                "false, true", kernel(without).has(change) + ", " + kernel(with).has(change));
    }

    private static SmallModule module() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x10); // 1
        module.section(".data", WA, 4, 0x8); // 2
        module.section("__jump_table", WA, 4, 0xc); // 3
        module.section(".data..ro_after_init", WA, 4, 0x4); // 4
        module.section("__versions", A, 4, 0x40); // 5
        module.section(".data.percpu", WA, 4, 0x20); // 6
        module.section(".data..percpu", WA, 4, 0x24); // 7
        module.section(".exit.text", AX, 4, 0x14); // 8
        // 9: 3 symbols, 0x30 bytes; 10: "\0f\0d\0", 5 bytes
        return module.symbol("f", 0, FUNC, 1).symbol("d", 0, OBJECT, 2).withSymbols();
    }

    /** The offset of each loaded section in core by its number, those in init behind a slash; then the sizes. */
    private static String line(SectionLayout layout) {
        List<String> core = new ArrayList<>();
        List<String> init = new ArrayList<>();
        for (int i = 1; i < layout.sectionCount(); i++) {
            if (layout.isLoaded(i)) {
                (layout.region(i).isInit() ? init : core).add(i + ":" + Long.toHexString(layout.offset(i)));
            }
        }
        return String.join(" ", core) + " / " + String.join(" ", init) + " = "
                + Long.toHexString(layout.sizeBytes(RegionKind.CORE)) + ", "
                + Long.toHexString(layout.sizeBytes(RegionKind.INIT));
    }

    /**
     * Code is .text 0..10 and .exit.text 10..24, in all kernels. Then come, until 2.6.24, __versions 24..64; until 2.6.31, .symtab and
     * .strtab, each aligned; then what is writable, in its order. Copies of two symbols take 0x20 bytes, names 3 ("\0f\0"), letters 2.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # kernel | offsets and sizes
            # .symtab 64..94, .strtab 94..99, .data 9c..a4, jump table a4..b0, after-init b0..b4, .data..percpu b4..d8
            2.6.24   | 1:0 2:9c 3:a4 4:b0 5:24 7:b4 8:10 9:64 10:94 /  = d8, 0
            # without __versions: .symtab 24..54, .strtab 54..59, .data 5c..64, 64..70, 70..74, 74..98
            2.6.27   | 1:0 2:5c 3:64 4:70 7:74 8:10 9:24 10:54 /  = 98, 0
            2.6.31   | 1:0 2:5c 3:64 4:70 7:74 8:10 9:24 10:54 /  = 98, 0
            # .data 24..2c, jump table 2c..38, after-init 38..3c, .data..percpu 3c..60; copies 60..80, names ..83
            2.6.32   | 1:0 2:24 3:2c 4:38 7:3c 8:10 / 9:0 10:30 = 83, 35
            2.6.34   | 1:0 2:24 3:2c 4:38 7:3c 8:10 / 9:0 10:30 = 83, 35
            # the other per-CPU section is data: 3c..5c; copies 5c..7c, names ..7f
            2.6.35   | 1:0 2:24 3:2c 4:38 6:3c 8:10 / 9:0 10:30 = 7f, 35
            3.1      | 1:0 2:24 3:2c 4:38 6:3c 8:10 / 9:0 10:30 = 7f, 35
            # one more NUL in front of the names
            3.4.113  | 1:0 2:24 3:2c 4:38 6:3c 8:10 / 9:0 10:30 = 80, 35
            3.16     | 1:0 2:24 3:2c 4:38 6:3c 8:10 / 9:0 10:30 = 7f, 35
            4.4      | 1:0 2:24 3:2c 4:38 6:3c 8:10 / 9:0 10:30 = 7f, 35
            # after-init first: 24..28, then .data 28..30, jump table 30..3c; a struct of 3 words at 38 in init
            4.9      | 1:0 2:28 3:30 4:24 6:3c 8:10 / 9:0 10:30 = 7f, 44
            4.19.306 | 1:0 2:28 3:30 4:24 6:3c 8:10 / 9:0 10:30 = 7f, 44
            # the jump table is after-init too: 24..30, 30..34, then .data 34..3c
            4.20     | 1:0 2:34 3:24 4:30 6:3c 8:10 / 9:0 10:30 = 7f, 44
            5.0.1    | 1:0 2:34 3:24 4:30 6:3c 8:10 / 9:0 10:30 = 7f, 44
            # letters: 2 in core; in init a struct of 4 words 38..48 and 3 letters
            5.2.1    | 1:0 2:34 3:24 4:30 6:3c 8:10 / 9:0 10:30 = 81, 4b
            5.18     | 1:0 2:34 3:24 4:30 6:3c 8:10 / 9:0 10:30 = 81, 4b
            6.1.192  | 1:0 2:34 3:24 4:30 6:3c 8:10 / 9:0 10:30 = 81, 4b
            """)
    void whereSectionsWent(String version, String line) {
        assertEquals(line.strip(), line(module().layout(kernel(version))).strip());
    }

    /** .exit.text is at 10 in core, or in front of .symtab in init, or nowhere; then no symbol of it stays. */
    @ParameterizedTest
    @CsvSource({"5.10.44, 1:0 2:20 3:10 4:1c 6:28 / 9:0 10:30", "5.14.2,  1:0 2:20 3:10 4:1c 6:28 / 8:0 9:14 10:44"})
    void exitSectionsOfKernelsThatNeverUnload(String version, String line) {
        SectionLayout layout = module().layout(kernel(version).with(ConfigOption.MODULE_UNLOAD, false));
        assertEquals(line, line(layout).replaceFirst(" =.*", ""));
    }

    @Test
    void anExitSectionThatIsLeftOutLosesItsFlag() {
        SectionLayout layout = module().layout(kernel("3.16").with(ConfigOption.MODULE_UNLOAD, false));
        assertFalse(layout.isLoaded(8));
        assertEquals(Section.SHF_EXECINSTR, layout.effectiveFlags(8));
    }

    /** Stubs of PA-RISC lie in front of each section, also of .symtab and .strtab while these are in core. */
    @Test
    void roomInFrontOfTheSymbolTablesIsInCoreToo() {
        ArchPlan eight = new SmallModule.Sizes() {
            @Override
            public long frontBytes(Section section) {
                return 8;
            }
        };
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.withSymbols();
        assertEquals("1:8 2:20 3:38 /  = 39, 0", line(module.layout(kernel("2.6.29"), eight)));
        assertEquals("1:8 / 2:8 3:20 = 29, 21", line(module.layout(kernel("2.6.32"), eight)));
    }

    @Test
    void withoutKallsymsSymbolsAreNotLoadedAtAnyAge() {
        for (String version : List.of("2.6.24", "2.6.31", "2.6.32", "4.4", "5.0")) {
            SectionLayout layout = module().layout(kernel(version).with(ConfigOption.KALLSYMS, false));
            assertFalse(layout.isLoaded(9), version);
            assertEquals(0, layout.sizeBytes(RegionKind.INIT), version);
        }
    }

    /** Rounding needs the option, whatever its name at the time: text 0..24, after-init 1000..1004, data 2000..2038, symbols 3000. */
    @Test
    void pagesFollowTheOptionInKernelsBefore5Too() {
        SectionLayout layout = module().layout(kernel("4.9").with(ConfigOption.STRICT_MODULE_RWX, true));
        assertEquals("1:0 2:2000 3:2008 4:1000 6:2014 8:10 / 9:0 10:30 = 4000, 1000", line(layout));
    }
}
