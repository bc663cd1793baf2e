package io.modrt.engine.layout;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.BY_TYPE;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.PlainKernel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionRuleTest {
    private static final Map<String, Long> FLAGS = Map.of(
            "AX",
            AX,
            "A",
            A,
            "WA",
            WA,
            "WAX",
            WA | Section.SHF_EXECINSTR,
            "ro after init",
            WA | Section.SHF_RO_AFTER_INIT,
            "none",
            0L);
    private static final KernelProfile NEVER_UNLOADS = BY_TYPE.with(ConfigOption.MODULE_UNLOAD, false);

    /** A kernel with unwind tables that are named after the code they are for. */
    private static final ArchKernel UNWINDING = new PlainKernel() {
        @Override
        public List<String> initSections() {
            return List.of(".init", ".unwind.init");
        }

        @Override
        public List<String> exitSections() {
            return List.of(".exit", ".unwind.exit");
        }
    };

    private static Section section(String name) {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(name, 0, 4, 4);
        return module.open().elf().section(1);
    }

    @ParameterizedTest(name = "{0} {1}: {2}, {3}")
    @CsvSource({
        // name, flags, since 6.4, before
        ".text,      AX,            TEXT,          CORE",
        ".text,      WAX,           TEXT,          CORE",
        ".rodata,    A,             RODATA,        CORE",
        ".data,      WA,            DATA,          CORE",
        ".data,      ro after init, RO_AFTER_INIT, CORE",
        ".symtab,    none,          RODATA,        CORE",
        ".exit.text, AX,            TEXT,          CORE",
        ".init.text, AX,            INIT_TEXT,     INIT",
        ".init.data, WA,            INIT_DATA,     INIT",
        ".init.rodata, A,           INIT_RODATA,   INIT",
        ".init.late, ro after init, INIT_DATA,     INIT",
        ".initial,   A,             INIT_RODATA,   INIT",
        ".text.init, AX,            TEXT,          CORE",
    })
    void nameAndFlagsTellTheRegion(String name, String flags, RegionKind byType, RegionKind packed) {
        long bits = FLAGS.getOrDefault(flags, 0L);
        assertEquals(byType, new RegionRule(BY_TYPE, new PlainKernel()).region(section(name), bits));
        assertEquals(packed, new RegionRule(PACKED, new PlainKernel()).region(section(name), bits));
    }

    @Test
    void aKernelThatNeverUnloadsFreesWhatIsForRemovalWithTheInitSections() {
        RegionRule rule = new RegionRule(NEVER_UNLOADS, new PlainKernel());
        assertEquals(RegionKind.INIT_TEXT, rule.region(section(".exit.text"), AX));
        assertEquals(RegionKind.INIT_DATA, rule.region(section(".exit.data"), WA));
        assertEquals(RegionKind.TEXT, rule.region(section(".text"), AX));
        RegionRule before = new RegionRule(PACKED.with(ConfigOption.MODULE_UNLOAD, false), new PlainKernel());
        assertEquals(RegionKind.INIT, before.region(section(".exit.text"), AX));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        ".unwind,           RODATA,      RODATA",
        ".unwind.init.text, INIT_RODATA, INIT_RODATA",
        ".unwind.exit.text, RODATA,      INIT_RODATA",
    })
    void theArchitectureMayNameInitAndExitSections(String name, RegionKind unloading, RegionKind neverUnloading) {
        assertEquals(unloading, new RegionRule(BY_TYPE, UNWINDING).region(section(name), A));
        assertEquals(neverUnloading, new RegionRule(NEVER_UNLOADS, UNWINDING).region(section(name), A));
    }

    @Test
    void theLayoutPlacesSectionsWhereTheRuleSays() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10); // 1
        module.section(".init.text", AX, 4, 0x10); // 2
        module.section(".unwind", A, 4, 0x8); // 3
        module.section(".unwind.init.text", A, 4, 0x8); // 4
        module.section(".unwind.exit.text", A, 4, 0x8); // 5
        SectionLayout layout = SectionLayout.of(
                module.open(), NEVER_UNLOADS, new RegionRule(NEVER_UNLOADS, UNWINDING), SmallModule.PLAIN);
        assertEquals(RegionKind.TEXT, layout.region(1));
        assertEquals(RegionKind.INIT_TEXT, layout.region(2));
        assertEquals(RegionKind.RODATA, layout.region(3));
        assertEquals(RegionKind.INIT_RODATA, layout.region(4));
        assertEquals(RegionKind.INIT_RODATA, layout.region(5));
        // the two of the region lie in file order
        assertEquals(0, layout.offset(4));
        assertEquals(8, layout.offset(5));
    }
}
