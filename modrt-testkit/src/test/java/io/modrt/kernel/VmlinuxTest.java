package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FileTrees;
import io.modrt.testkit.SectionBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels are laid out by hand: text at BASE, the export tables at BASE + 0x1000 and on, the names at BASE + 0x3000. */
class VmlinuxTest {

    private static final int ET_EXEC = 2;
    private static final int ET_REL = 1;

    static Stream<Arguments> kernels() {
        return Stream.of(
                Arguments.of("mips o32 LE", ElfTarget.MIPS_O32_LE, 0x8010_0000L),
                Arguments.of("mips o32 BE", ElfTarget.MIPS_O32_BE, 0x8010_0000L),
                Arguments.of("mips n64 LE", ElfTarget.MIPS_N64_LE, 0xffff_ffff_8010_0000L),
                Arguments.of("parisc 32", ElfTarget.PARISC_32, 0x1010_0000L),
                Arguments.of("parisc 64", ElfTarget.PARISC_64, 0x4010_0000L));
    }

    /** {@code open} and {@code descriptor} are exported to all, {@code gpl} to compatible licences in namespace NS. */
    private static byte[] kernel(ElfTarget target, long base, int type) {
        ElfBuilder elf = ElfBuilder.relocatable(target).type(type);
        int wordBytes = target.encoding().wordBytes();
        SectionBuilder text = elf.code(".text").address(base).zeros(0xa0);
        text.pointer(0).pointer(0).pointer(base + 0x30).pointer(0).zeros(0x60 - 4 * wordBytes); // a descriptor at 0xa0

        SectionBuilder strings = elf.readOnly("__ksymtab_strings").address(base + 0x3000);
        strings.string("open").string("descriptor").string("gpl").string("NS").zeros(1);
        long names = base + 0x3000;
        elf.readOnly("__ksymtab")
                .address(base + 0x1000)
                .pointer(base + 0xa0)
                .pointer(names + 5)
                .pointer(0)
                .pointer(base + 0x10)
                .pointer(names)
                .pointer(names + 23);
        elf.readOnly("__ksymtab_gpl")
                .address(base + 0x2000)
                .pointer(base + 0x20)
                .pointer(names + 16)
                .pointer(names + 20);
        elf.readOnly("__kcrctab").address(base + 0x2100).words(0x1111_1111, 0xffff_fff0);
        elf.readOnly("__kcrctab_gpl").address(base + 0x2200).words(0x3333_3333);
        elf.symbol("open").in(text, base + 0x10).function(16);
        elf.symbol("gpl").in(text, base + 0x20).function(16);
        elf.symbol("descriptor").in(text, base + 0x30).function(16);
        elf.symbol("hidden").in(text, base + 0x40).local().function(16);
        elf.symbol("constant").absolute(0x1234);
        elf.sectionSymbol(text);
        return elf.build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void symbolsAndWhatIsExportedAreRead(String name, ElfTarget target, long base) {
        SymbolMap symbols = KernelSymbols.vmlinux(kernel(target, base, ET_EXEC));

        KernelSymbol open = symbols.find("open").orElseThrow();
        assertEquals(Address.of(base + 0x10), open.value());
        assertEquals(OptionalInt.of(0xffff_fff0), open.crc());
        assertFalse(open.gplOnly());
        assertEquals("", open.namespace());
        assertEquals(Optional.empty(), open.code());
        KernelSymbol gpl = symbols.find("gpl").orElseThrow();
        assertEquals(
                new KernelSymbol(
                        "gpl",
                        Address.of(base + 0x20),
                        Optional.empty(),
                        OptionalInt.of(0x3333_3333),
                        "NS",
                        ExportKind.GPL,
                        ""),
                gpl);
        assertEquals(
                Address.of(base + 0x40), symbols.find("hidden").orElseThrow().value());
        assertEquals(
                ExportKind.NOT_EXPORTED, symbols.find("hidden").orElseThrow().kind());
        assertEquals(List.of(), symbols.remarks());
        assertEquals(5, symbols.symbols().size());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void anExportWhoseValueIsADescriptorHasItsCodeToo(String name, ElfTarget target, long base) {
        SymbolMap symbols = KernelSymbols.vmlinux(kernel(target, base, ET_EXEC));

        KernelSymbol symbol = symbols.find("descriptor").orElseThrow();
        assertEquals(Address.of(base + 0xa0), symbol.value());
        assertEquals(Optional.of(Address.of(base + 0x30)), symbol.code());
        assertEquals(OptionalInt.of(0x1111_1111), symbol.crc());
    }

    @Test
    void aKernelSlidesButForWhatIsAbsolute() {
        SymbolMap slid = KernelSymbols.vmlinux(kernel(ElfTarget.MIPS_O32_LE, 0x8010_0000L, ET_EXEC))
                .slid(0x20_0000);

        assertEquals(Address.of(0x8030_0010L), slid.find("open").orElseThrow().value());
        assertEquals(Address.of(0x1234), slid.find("constant").orElseThrow().value());
    }

    @Test
    void aFileIsReadFromAnyFileSystem() throws IOException {
        try (FileTrees tree = FileTrees.of("6.1.0")) {
            Path vmlinux = tree.path("/boot/vmlinux");
            tree.file(vmlinux, kernel(ElfTarget.MIPS_N64_LE, 0xffff_ffff_8010_0000L, ET_EXEC));

            assertTrue(KernelSymbols.vmlinux(vmlinux).find("gpl").isPresent());
        }
    }

    @Test
    void aRelocatableObjectIsNoKernel() {
        byte[] object = kernel(ElfTarget.MIPS_O32_LE, 0x8010_0000L, ET_REL);

        assertEquals(
                "vmlinux: a relocatable object (ET_REL), not a linked kernel; give vmlinux",
                assertThrows(FormatException.class, () -> KernelSymbols.vmlinux(object))
                        .getMessage());
    }

    /** A kernel before 5.4, whose tables are found by the symbols around them; {@code z} and {@code a} are not sorted. */
    private static ElfBuilder kernelOfPairs(ElfTarget target, long base, int crcBytes) {
        ElfBuilder elf = ElfBuilder.relocatable(target).type(ET_EXEC);
        SectionBuilder all = elf.readOnly(".kernel").address(base);
        boolean isWide = target.encoding().is64Bit();
        int record = isWide ? 16 : 8;
        long names = base + 4L * record + 4L * crcBytes;
        for (int i = 0; i < 4; i++) {
            all.pointer(base + 0x100L * (i + 1)).pointer(names + 2L * i);
        }
        for (int crc : new int[] {0x1111_1111, 0xffff_fff0, 0x3333_3333, 0x4444_4444}) {
            if (crcBytes == 4) {
                all.words(crc);
            } else {
                all.pointer(Integer.toUnsignedLong(crc));
            }
        }
        all.string("z").string("a").string("m").string("b").zeros(0x400);
        String[] tables = {"", "_gpl", "_gpl_future"};
        int[] starts = {0, 2, 3, 4};
        for (int i = 0; i < tables.length; i++) {
            elf.symbol("__start___ksymtab" + tables[i]).in(all, base + (long) starts[i] * record);
            elf.symbol("__stop___ksymtab" + tables[i]).in(all, base + (long) starts[i + 1] * record);
            elf.symbol("__start___kcrctab" + tables[i]).in(all, base + 4L * record + (long) starts[i] * crcBytes);
            elf.symbol("__stop___kcrctab" + tables[i]).in(all, base + 4L * record + (long) starts[i + 1] * crcBytes);
        }
        elf.symbol("z").in(all, base + 0x100);
        elf.symbol("static").in(all, base + 0x500);
        return elf;
    }

    static Stream<Arguments> kernelsOfPairs() {
        return kernels()
                .flatMap(kernel -> Stream.of(4, 8)
                        .filter(crcBytes -> crcBytes == 4
                                || ((ElfTarget) kernel.get()[1]).encoding().is64Bit())
                        .map(crcBytes -> Arguments.of(kernel.get()[0], kernel.get()[1], kernel.get()[2], crcBytes)));
    }

    @ParameterizedTest(name = "{0}, CRCs of {3} bytes")
    @MethodSource("kernelsOfPairs")
    void tablesWithoutSectionsAreFoundByTheirSymbols(String name, ElfTarget target, long base, int crcBytes) {
        SymbolMap symbols =
                KernelSymbols.vmlinux(kernelOfPairs(target, base, crcBytes).build());

        assertEquals(List.of(), symbols.remarks());
        assertEquals(
                KernelSymbol.of("z", Address.of(base + 0x100))
                        .withCrc(0x1111_1111)
                        .exported(ExportKind.PLAIN, ""),
                symbols.find("z").orElseThrow());
        assertEquals(
                KernelSymbol.of("a", Address.of(base + 0x200))
                        .withCrc(0xffff_fff0)
                        .exported(ExportKind.PLAIN, ""),
                symbols.find("a").orElseThrow());
        assertEquals(ExportKind.GPL, symbols.find("m").orElseThrow().kind());
        assertEquals(
                KernelSymbol.of("b", Address.of(base + 0x400))
                        .withCrc(0x4444_4444)
                        .exported(ExportKind.GPL_FUTURE, ""),
                symbols.find("b").orElseThrow());
        assertEquals(
                ExportKind.NOT_EXPORTED, symbols.find("static").orElseThrow().kind());
    }

    @Test
    void absoluteSymbolsAreTheCrcsOfKernelsUntil518() {
        ElfBuilder elf = kernelOfPairs(ElfTarget.MIPS_O32_BE, 0x8010_0000L, 4);
        elf.symbol("__crc_z").absolute(0x9299_7ed8L);
        elf.symbol("__crc_static").absolute(1);

        SymbolMap symbols = KernelSymbols.vmlinux(elf.build());

        assertEquals(
                OptionalInt.of(0x9299_7ed8), symbols.find("z").orElseThrow().crc());
        assertEquals(Optional.empty(), symbols.find("__crc_z"));
    }

    /** Three pairs of words are as long as two triples; the symbols of the records tell where each begins. */
    @Test
    void symbolsOfRecordsTellTheirSizeWhereBothCanBeRead() {
        long base = 0x8010_0000L;
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_O32_LE).type(ET_EXEC);
        SectionBuilder strings = elf.readOnly("__ksymtab_strings").address(base);
        strings.string("aa").string("bb").string("cc");
        SectionBuilder table = elf.readOnly("__ksymtab").address(base + 0x100);
        // all three values lead to text, as those of exported strings do
        table.pointer(base + 1)
                .pointer(base)
                .pointer(base + 4)
                .pointer(base + 3)
                .pointer(base + 7)
                .pointer(base + 6);
        elf.symbol("__ksymtab_aa").in(table, base + 0x100);
        elf.symbol("__ksymtab_bb").in(table, base + 0x108);
        elf.symbol("__ksymtab_cc").in(table, base + 0x110);

        SymbolMap symbols = KernelSymbols.vmlinux(elf.build());

        assertEquals(Address.of(base + 7), symbols.find("cc").orElseThrow().value());
        assertEquals(ExportKind.PLAIN, symbols.find("bb").orElseThrow().kind());
    }

    @Test
    void aNameThatPointsNowhereIsToldWithItsNumbers() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_O32_LE).type(ET_EXEC);
        elf.readOnly("__ksymtab")
                .address(0x8020_0000L)
                .pointer(0x8010_0000L)
                .pointer(0x8030_0000L)
                .pointer(0);
        elf.symbol("f").absolute(1);

        SymbolMap symbols = KernelSymbols.vmlinux(elf.build());

        assertEquals(Address.of(1), symbols.find("f").orElseThrow().value());
        assertEquals(1, symbols.remarks().size());
        assertTrue(
                symbols.remarks()
                        .get(0)
                        .contains("record 0 has its name at 0x80300000 if its fields are three pointers of 4 bytes,"
                                + " where no text is; 0xc bytes are no number of records of two pointers of 4 bytes; "),
                symbols.remarks().get(0));
    }

    @Test
    void aKernelCutOrChangedAnywhereGivesSymbolsOrFormatException() {
        byte[] whole = kernel(ElfTarget.MIPS_O32_BE, 0x8010_0000L, ET_EXEC);
        int refused = 0;
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= (byte) 0xff;
            for (byte[] bytes : new byte[][] {Arrays.copyOf(whole, i), changed}) {
                try {
                    assertTrue(KernelSymbols.vmlinux(bytes).symbols().size() < 16);
                } catch (FormatException e) {
                    refused++;
                }
            }
        }
        assertTrue(refused > whole.length / 2, "truncated files are refused: " + refused);
    }
}
