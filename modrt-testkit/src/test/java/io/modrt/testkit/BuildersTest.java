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
                Arguments.of("PA-RISC 64", ElfTarget.PARISC_64, ElfClass.ELF64, true, 15, 0x8_0214),
                Arguments.of("AArch64 LE", ElfTarget.AARCH64_LE, ElfClass.ELF64, false, 183, 0),
                Arguments.of("AArch64 BE", ElfTarget.AARCH64_BE, ElfClass.ELF64, true, 183, 0),
                Arguments.of("x86-64", ElfTarget.X86_64, ElfClass.ELF64, false, 62, 0),
                Arguments.of("RISC-V 64", ElfTarget.RISCV_64, ElfClass.ELF64, false, 243, 1));
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
        AARCH64_LE  | 0400000000000000 0600000002000000 0000000000000000
        AARCH64_BE  | 0000000000000004 0000000200000006 0000000000000000
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

    /**
     * The relocations of an export of {@code code}, of an exception and of a jump label at {@code code} that go to {@code there}, and of
     * {@code code} as a call site: offset:type symbol+addend, as GNU as writes them for these machines' kernels; behind the
     * section's size. Addends of o32 are in place, here after the sign "=".
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
        MIPS_O32_BE | 12: 0:2 code=0 4:2 strings=0 8:2 strings=5         | 8: 0:2 code=0 4:2 there=0                               | 12: 0:2 code=0 4:2 there=0 8:2 key=0                                | __mcount_loc 4: 0:2 code=0
        MIPS_N64_LE | 24: 0:18 code+0 8:18 strings+0 16:18 strings+5     | 16: 0:18 code+0 8:18 there+0                            | 24: 0:18 code+0 8:18 there+0 16:18 key+0                            | __mcount_loc 8: 0:18 code+0
        PARISC_32   | 12: 0:1 code+0 4:1 strings+0 8:1 strings+5         | 8: 0:9 code+8 4:9 there+8                               | 12: 0:9 code+8 4:9 there+8 8:9 key+8                                | __patchable_function_entries 4: 0:1 code+0
        PARISC_64   | 24: 0:80 code+0 8:80 strings+0 16:80 strings+5     | 8: 0:9 code+8 4:9 there+8                               | 16: 0:9 code+8 4:9 there+8 8:72 key+8                               | __patchable_function_entries 8: 0:80 code+0
        AARCH64_LE  | 12: 0:261 code+0 4:261 strings+0 8:261 strings+5   | 12: 0:261 code+0 4:261 there+0                          | 16: 0:261 code+0 4:261 there+0 8:260 key+0                          | __patchable_function_entries 8: 0:257 code+0
        AARCH64_BE  | 12: 0:261 code+0 4:261 strings+0 8:261 strings+5   | 12: 0:261 code+0 4:261 there+0                          | 16: 0:261 code+0 4:261 there+0 8:260 key+0                          | __patchable_function_entries 8: 0:257 code+0
        X86_64      | 12: 0:2 code+0 4:2 strings+0 8:2 strings+5         | 12: 0:2 code+0 4:2 there+0                              | 16: 0:2 code+0 4:2 there+0 8:24 key+0                               | __mcount_loc 8: 0:1 code+0
        RISCV_64    | 24: 0:2 code+0 8:2 strings+0 16:2 strings+5        | 12: 0:35 code+0 0:39 table+0 4:35 there+0 4:39 table+4  | 16: 0:35 code+0 0:39 table+0 4:35 there+0 4:39 table+4 8:36 key+0 8:40 table+8 | __patchable_function_entries 8: 0:2 code+0
        """)
    void tablesHaveTheFormsOfTheirKernels(String target, String exports, String exceptions, String jumps, String calls)
            throws ReflectiveOperationException {
        ElfTarget elfTarget = (ElfTarget) ElfTarget.class.getField(target).get(null);
        ElfFile file = ElfFile.view(KernelModuleBuilder.of(elfTarget, "tables")
                .text(0, 0)
                .data(0, 0)
                .function("code", ".text", 0)
                .function("there", ".text", 4)
                .object("key", ".data", 0)
                .exports("code")
                .mayFault("code", "there")
                .jumpLabel("code", "there", "key")
                .traced("code")
                .build());

        assertEquals(exports, table(file, "__ksymtab"));
        assertEquals(exceptions, table(file, "__ex_table"));
        assertEquals(jumps, table(file, "__jump_table"));
        String tracing = calls.substring(0, calls.indexOf(' '));
        assertEquals(calls, tracing + " " + table(file, tracing));
    }

    private static String table(ElfFile file, String name) {
        Section section = file.section(name).orElseThrow();
        RelocationSection relocations = file.relocationSections().stream()
                .filter(candidate -> candidate.target().index() == section.index())
                .findFirst()
                .orElseThrow();
        StringBuilder text = new StringBuilder(section.sizeBytes() + ":");
        for (int i = 0; i < relocations.count(); i++) {
            Symbol symbol = file.symbolTable().orElseThrow().symbol(relocations.symbol(i));
            String against = symbol.name();
            if (against.isEmpty()) {
                against = symbol.sectionIndex() == section.index() ? "table" : "strings";
            }
            long offset = relocations.offset(i);
            text.append(' ')
                    .append(offset)
                    .append(':')
                    .append(relocations.type(i))
                    .append(' ')
                    .append(against);
            if (relocations.addends() == AddendKind.EXPLICIT) {
                text.append('+').append(relocations.addend(i));
            } else {
                text.append('=').append(file.array()[(int) (section.fileOffset() + offset) + 3]);
            }
        }
        return text.toString();
    }

    @Test
    void instructionsHaveTheByteOrderOfCode() {
        ElfFile file = ElfFile.view(KernelModuleBuilder.of(ElfTarget.AARCH64_BE, "mixed")
                .text(0xd503_201f)
                .data(0xd503_201f)
                .build());

        assertEquals("1f2003d5", hex(file, ".text"));
        assertEquals("d503201f", hex(file, ".data"));
    }

    private static String hex(ElfFile file, String name) {
        Section section = file.section(name).orElseThrow();
        int from = (int) section.fileOffset();
        return HexFormat.of().formatHex(file.array(), from, from + (int) section.sizeBytes());
    }

    @Test
    void anAddressItselfCountsFromNowhere() {
        assertThrows(
                IllegalArgumentException.class, () -> AddressField.address32(1).countingFrom(8));
        assertThrows(IllegalArgumentException.class, () -> AddressField.distance32(1, 2, 3));
    }
}
