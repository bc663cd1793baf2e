package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.error.FormatException;
import io.modrt.error.Rule;
import io.modrt.module.Export;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the builders write is what the reader, which shares no code with them, reads; and what the specifications draw. */
class BuildersTest {
    private static final int HI16 = 5;
    private static final int LO16 = 6;

    static List<Arguments> targets() {
        return List.of(
                Arguments.of("MIPS o32 LE", ElfTarget.MIPS_O32_LE, ElfClass.ELF32, false, 8, 0x7000_1001),
                Arguments.of("MIPS o32 BE", ElfTarget.MIPS_O32_BE, ElfClass.ELF32, true, 8, 0x7000_1001),
                Arguments.of("MIPS o32 R6 LE", ElfTarget.MIPS_O32_R6_LE, ElfClass.ELF32, false, 8, 0x9000_1401),
                Arguments.of("MIPS o32 R6 BE", ElfTarget.MIPS_O32_R6_BE, ElfClass.ELF32, true, 8, 0x9000_1401),
                Arguments.of("MIPS n64 LE", ElfTarget.MIPS_N64_LE, ElfClass.ELF64, false, 8, 0x8000_0001),
                Arguments.of("MIPS n64 BE", ElfTarget.MIPS_N64_BE, ElfClass.ELF64, true, 8, 0x8000_0001),
                Arguments.of("MIPS n64 R6 LE", ElfTarget.MIPS_N64_R6_LE, ElfClass.ELF64, false, 8, 0xa000_0401),
                Arguments.of("MIPS n64 R6 BE", ElfTarget.MIPS_N64_R6_BE, ElfClass.ELF64, true, 8, 0xa000_0401),
                Arguments.of("PA-RISC 32", ElfTarget.PARISC_32, ElfClass.ELF32, true, 15, 0x210),
                Arguments.of("PA-RISC 64", ElfTarget.PARISC_64, ElfClass.ELF64, true, 15, 0x8_0214));
    }

    private static KernelModuleBuilder greeter(ElfTarget target) {
        return KernelModuleBuilder.of(target, "greeter")
                .license("Dual BSD/GPL")
                .info("alias", "one")
                .info("alias", "two")
                .importsNamespace("SECRET")
                .text(0x3c02_0000, 0x2442_0000, 0x03e0_0008, 0)
                .data(1, 2)
                .imports("jiffies", 0x8000_0001)
                .importsWeakly("maybe")
                .relocation(".text", 0, HI16, "jiffies")
                .relocation(".text", 4, LO16, "jiffies")
                .function("init_module", ".text", 0)
                .function("cleanup_module", ".text", 8)
                .object("greetings", ".data", 4)
                .exports(
                        "greetings",
                        export -> export.gplOnly().namespace("GREET").crc(7))
                .exports("init_module");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void aModuleIsReadAsItWasBuilt(
            String name, ElfTarget target, ElfClass elfClass, boolean bigEndian, int machine, int flags) {
        ModuleFile module = ModuleFile.open(greeter(target).build());
        int wordBytes = elfClass.wordBytes();

        assertEquals(elfClass, module.elf().elfClass());
        assertEquals(bigEndian, module.elf().isBigEndian());
        assertEquals(machine, module.elf().header().machine());
        assertEquals(flags, module.elf().header().flags());
        assertEquals("greeter", module.name());
        assertEquals(Optional.of("Dual BSD/GPL"), module.info().license());
        assertEquals(Optional.of(KernelModuleBuilder.VERMAGIC), module.info().vermagic());
        assertEquals(List.of("one", "two"), module.info().all("alias"));
        assertEquals(List.of("SECRET"), module.info().importNamespaces());
        assertEquals(
                List.of("jiffies 0x80000001 strong", "maybe - weak"),
                module.imports().stream().map(BuildersTest::text).toList());
        assertEquals(
                List.of("init_module '' all -", "greetings 'GREET' gpl 7"),
                module.exports().stream().map(BuildersTest::text).toList());
        assertEquals(
                wordBytes == 4 ? 0x240 : 0x340,
                module.thisModule().orElseThrow().sizeBytes());
    }

    private static String text(Import wanted) {
        OptionalLong crc = wanted.crc();
        return wanted.name() + " " + (crc.isPresent() ? "0x" + Long.toHexString(crc.getAsLong()) : "-") + " "
                + (wanted.weak() ? "weak" : "strong");
    }

    private static String text(Export export) {
        OptionalInt crc = export.crc();
        return export.name() + " '" + export.namespace() + "' " + (export.gplOnly() ? "gpl " : "all ")
                + (crc.isPresent() ? crc.getAsInt() : "-");
    }

    /**
     * The second relocation of .text, against jiffies, symbol 2: local symbols come first, here the section symbol of
     * __ksymtab_strings, then the others in the order in which they were named. REL {offset, sym << 8 | type}; RELA adds the addend; n64 has r_sym, then r_ssym, r_type3, r_type2
     * and r_type, a byte each, in both orders.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        MIPS_O32_LE | 04000000 06020000
        MIPS_O32_BE | 00000004 00000206
        MIPS_N64_LE | 0400000000000000 02000000 00 00 00 06 0000000000000000
        MIPS_N64_BE | 0000000000000004 00000002 00 00 00 06 0000000000000000
        PARISC_32   | 00000004 00000206 00000000
        PARISC_64   | 0000000000000004 0000000200000006 0000000000000000
        """)
    void relocationsAreWrittenAsThePsabiDrawsThem(String target, String hex) throws ReflectiveOperationException {
        ElfTarget elfTarget = (ElfTarget) ElfTarget.class.getField(target).get(null);
        ElfFile file = ElfFile.view(greeter(elfTarget).build());
        Section section = file.relocationSections().get(0).section();
        byte[] expected = HexFormat.of().parseHex(hex.replace(" ", ""));
        int at = (int) section.fileOffset() + expected.length;

        assertEquals(expected.length, section.entryBytes());
        assertArrayEquals(expected, Arrays.copyOfRange(file.array(), at, at + expected.length));
    }

    @Test
    void n64ComposesRelocations() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_N64_LE);
        SectionBuilder text = elf.code(".text").words(0);
        text.composedRelocation(0, List.of(7, 24, 5), elf.symbol("gp_relative"), 16, 1);
        RelocationSection relocations =
                ElfFile.view(elf.build()).relocationSections().get(0);

        assertEquals(7, relocations.type(0));
        assertEquals(16, relocations.addend(0));
        assertEquals(1 << 16 | 5 << 8 | 24, relocations.packedRest(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> ElfBuilder.relocatable(ElfTarget.MIPS_O32_LE)
                        .code(".text")
                        .composedRelocation(0, List.of(7, 24, 5), elf.symbol("x"), 0, 0));
    }

    @Test
    void anAddendGoesToItsPlaceWhereRelocationsHaveNone() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_O32_BE);
        SectionBuilder data = elf.writable(".data");
        SymbolBuilder symbol = elf.symbol("base");
        data.pointer(symbol, 0x1234);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> data.relocation(4, 2, symbol, 8));

        Section section = ElfFile.view(elf.build()).section(".data").orElseThrow();
        assertEquals(0x34, section.file().array()[(int) section.fileOffset() + 3]);
        assertTrue(refused.getMessage().startsWith(".data+0x4"), refused.getMessage());
    }

    @Test
    void localSymbolsComeFirst() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_64);
        SectionBuilder text = elf.code(".text").words(0, 0);
        elf.symbol("global").in(text, 0).function(8);
        elf.symbol("hidden").in(text, 4).local().object(4).visibility(2);
        elf.symbol("fixed").absolute(0x99);
        ElfFile file = ElfFile.view(elf.build());

        Section table = file.symbolTable().orElseThrow().section();
        assertEquals(2, table.info(), "the first that is not local");
        Symbol hidden = file.symbolTable().orElseThrow().symbol(1);
        assertEquals("hidden", hidden.name());
        assertEquals(4, hidden.value());
        assertEquals(Symbol.SHN_ABS, file.symbolTable().orElseThrow().symbol(3).sectionIndex());
    }

    /** More than a header can count: the escapes of the specification, which kernels refuse. */
    @ParameterizedTest
    @CsvSource({"5000, false", "70000, true"})
    void anyNumberOfSections(int count, boolean escaped) {
        KernelModuleBuilder module =
                KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "many").text(0);
        SectionBuilder last = module.elf().notLoaded("first");
        for (int i = 1; i < count; i++) {
            last = module.elf().notLoaded(".s" + i);
        }
        module.symbol("far").in(last, 0);
        byte[] bytes = module.build();
        ModuleFile file = ModuleFile.open(bytes, LoadPolicy.kernelExact().relaxed(Rule.EXTENDED_NUMBERING));

        assertEquals(escaped, file.elf().usesExtendedNumbering());
        assertEquals(last.index(), file.symbols().sectionIndex(file.symbols().indexOf("far")));
        assertEquals(".s" + (count - 1), file.elf().section(last.index()).name());
        if (escaped) {
            FormatException refused = assertThrows(FormatException.class, () -> ModuleFile.open(bytes));
            assertTrue(refused.getMessage().contains("EXTENDED_NUMBERING"), refused.getMessage());
        }
    }

    @Test
    void aSymbolOfAnotherBuilderIsRefused() {
        SymbolBuilder foreign = ElfBuilder.relocatable(ElfTarget.PARISC_32).symbol("foreign");
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_32);
        elf.code(".text").words(0).relocation(0, 1, foreign);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, elf::build);
        assertEquals(".text: symbol foreign is another builder's", refused.getMessage());
    }

    @Test
    void aSectionThatNobodyMadeIsAskedForInVain() {
        KernelModuleBuilder module = greeter(ElfTarget.MIPS_O32_LE);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> module.relocation(".init.text", 0, HI16, "x"));
        assertEquals("greeter has [.text, .data], no .init.text", refused.getMessage());
    }

    @Test
    void aNoteIsPaddedToWords() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_O32_BE);
        elf.note(".note.modrt", "modrt", 1, (byte) 9);
        Section note = ElfFile.view(elf.build()).section(".note.modrt").orElseThrow();
        int at = (int) note.fileOffset();
        // namesz 6, descsz 1, type 1, "modrt\0" and padding, 9 and padding
        assertEquals(
                "00000006" + "00000001" + "00000001" + "6d6f647274000000" + "09000000",
                HexFormat.of().formatHex(note.file().array(), at, at + (int) note.sizeBytes()));
    }

    @Test
    void addendsAreWhereTheTargetHasThem() {
        assertEquals(Section.SHT_REL, kind(ElfTarget.MIPS_O32_LE));
        assertEquals(Section.SHT_RELA, kind(ElfTarget.MIPS_N64_LE));
        assertEquals(Section.SHT_RELA, kind(ElfTarget.MIPS_O32_LE.withAddends(AddendKind.EXPLICIT)));
        assertEquals(1, ElfTarget.MIPS_O32_LE.withFlags(1).flags());
    }

    private static int kind(ElfTarget target) {
        return ElfFile.view(greeter(target).build())
                .relocationSections()
                .get(0)
                .section()
                .type();
    }
}
