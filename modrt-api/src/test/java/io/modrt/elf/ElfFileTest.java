package io.modrt.elf;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfFileTest {
    private static final int EM_AARCH64 = 183;
    private static final int ALLOC_EXEC = 6;

    @ParameterizedTest
    @CsvSource({"ELF32, false", "ELF32, true", "ELF64, false", "ELF64, true"})
    void sectionsAndSymbolsReadTheSameInEveryClassAndOrder(ElfClass elfClass, boolean big) {
        ElfBytes elf = new ElfBytes(elfClass, big, ElfHeader.EM_MIPS);
        elf.section(".text", 1, ALLOC_EXEC, new byte[20]).alignment(16).address(0x80001000L);
        elf.section(".bss", Section.SHT_NOBITS, 3, new byte[0]).size(0x500);
        elf.section(
                        ".symtab",
                        Section.SHT_SYMTAB,
                        0,
                        ElfBytes.join(
                                elf.symbol(0, 0, 0, 0, 0),
                                elf.symbol(1, 0x10, 4, 0x12, 1),
                                elf.symbol(7, 0xfffffff0L, 8, 0x21, Symbol.SHN_ABS),
                                elf.symbol(0, 0, 0, 0x03, 2)))
                .link(4)
                .info(1)
                .entryBytes(elfClass.symbolBytes());
        elf.section(".strtab", Section.SHT_STRTAB, 0, ElfBytes.strings("\0hello\0w\u00e9\0"));

        byte[] bytes = elf.bytes();
        ElfFile file = ElfFile.view(bytes);

        assertSame(bytes, file.array());
        assertEquals(elfClass, file.elfClass());
        assertEquals(big, file.isBigEndian());
        assertEquals(1, file.header().type());
        assertEquals(8, file.header().machine());
        assertEquals(0x50001007, file.header().flags());
        assertEquals(6, file.sectionCount());
        assertFalse(file.usesExtendedNumbering());

        Section text = file.section(".text").orElseThrow();
        assertAll(
                () -> assertEquals(1, text.index()),
                () -> assertEquals("1 (.text)", text.toString()),
                () -> assertEquals(20, text.sizeBytes()),
                () -> assertEquals(16, text.alignment()),
                () -> assertEquals(0x80001000L, text.address()),
                () -> assertEquals(0, text.fileOffset() % 16),
                () -> assertTrue(text.isAllocated() && text.isExecutable() && text.hasContents()),
                () -> assertFalse(text.isWritable()));
        Section bss = file.section(2);
        assertFalse(bss.hasContents());
        assertEquals(0x500, bss.sizeBytes());
        assertEquals(1, file.section(0).alignment());

        SymbolTable symbols = file.symbolTable().orElseThrow();
        assertSame(symbols, file.symbolTable().orElseThrow());
        assertEquals(4, symbols.count());
        assertEquals(new Symbol(1, "hello", 0x10, 4, 1, 2, 1, 1), symbols.symbol(1));
        assertEquals(new Symbol(2, "w\u00e9", 0xfffffff0L, 8, 2, 1, Symbol.SHN_ABS, Symbol.SHN_ABS), symbols.symbol(2));
        assertTrue(symbols.symbol(2).isAbsolute() && symbols.symbol(2).isWeak());
        assertTrue(symbols.symbol(3).isSection());
        assertEquals(1, symbols.indexOf("hello"));
        assertEquals(2, symbols.indexOf("w\u00e9"));
        assertEquals(SymbolTable.NONE, symbols.indexOf("hell"));
        assertEquals(5, symbols.nameBytes(1));
        assertTrue(symbols.isNamed(3, ""));
        assertFalse(symbols.isNamed(1, "hello\0w"));
        assertThrows(IndexOutOfBoundsException.class, () -> symbols.value(4));
        assertThrows(IndexOutOfBoundsException.class, () -> symbols.value(-1));
    }

    /**
     * One entry each, written by hand after the ABIs: offset 0x10, symbol 0x12345, type 0x12. The 64-bit MIPS ones carry r_ssym 1, r_type3
     * 0x18 and r_type2 5 in the bytes behind the symbol, in the same order in both byte orders; addend -8.
     */
    @ParameterizedTest
    @CsvSource({
        // class, big, machine, rela, bytes, addend, packed rest
        "ELF32, true,    8, false, 0000001001234512,                                  0,  0",
        "ELF32, false,   8, false, 1000000012452301,                                  0,  0",
        "ELF32, true,   15, true,  0000001001234512fffffff8,                         -8,  0",
        "ELF32, false,   8, true,  1000000012452301f8ffffff,                         -8,  0",
        "ELF64, true,    8, true,  00000000000000100001234501180512fffffffffffffff8, -8,  0x11805",
        "ELF64, false,   8, true,  10000000000000004523010001180512f8ffffffffffffff, -8,  0x11805",
        "ELF64, true,    8, false, 00000000000000100001234501180512,                  0,  0x11805",
        "ELF64, false,   8, false, 10000000000000004523010001180512,                  0,  0x11805",
        "ELF64, true,   15, true,  00000000000000100001234500000012fffffffffffffff8, -8,  0",
        "ELF64, false, 183, true,  10000000000000001200000045230100f8ffffffffffffff, -8,  0",
    })
    void relocationsReadAsTheirAbiWritesThem(
            ElfClass elfClass, boolean big, int machine, boolean rela, String hex, long addend, String rest) {
        ElfBytes elf = new ElfBytes(elfClass, big, machine);
        elf.section(".text", 1, ALLOC_EXEC, new byte[32]);
        byte[] entry = HexFormat.of().parseHex(hex);
        elf.section(".relocs", rela ? Section.SHT_RELA : Section.SHT_REL, 0, entry)
                .info(1)
                .entryBytes(entry.length);

        RelocationSection relocations =
                ElfFile.view(elf.bytes()).relocationSections().get(0);

        int packedRest = Integer.decode(rest);
        assertEquals(1, relocations.count());
        assertEquals(new RelocationEntry(0, 0x10, 0x12345, 0x12, addend, packedRest), relocations.entry(0));
        assertEquals(rela ? AddendKind.EXPLICIT : AddendKind.IN_PLACE, relocations.addends());
        assertEquals(elfClass == ElfClass.ELF64 && machine == 8, relocations.isPacked());
        assertEquals(".text", relocations.target().name());
        assertEquals(".relocs", relocations.section().name());
        assertThrows(IndexOutOfBoundsException.class, () -> relocations.type(1));
    }

    @Test
    void wholeTypesOf64BitsAndAddressesOf32BitsAreKept() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, false, EM_AARCH64);
        elf.section(".text", 1, ALLOC_EXEC, new byte[32]);
        elf.section(".rela", Section.SHT_RELA, 0, elf.words(0xfedcba9876543210L, 0x80000000_90000001L, 0))
                .info(1)
                .entryBytes(24);
        RelocationSection r = ElfFile.view(elf.bytes()).relocationSections().get(0);
        assertEquals(0xfedcba9876543210L, r.offset(0));
        assertEquals(0x90000001, r.type(0));
        assertEquals(0x80000000, r.symbol(0));

        ElfBytes narrow = new ElfBytes(ElfClass.ELF32, false, ElfHeader.EM_MIPS);
        narrow.section(".text", 1, ALLOC_EXEC, new byte[32]);
        narrow.section(".rel", Section.SHT_REL, 0, narrow.ints(0xfffffffc, 0xffffff05))
                .info(1)
                .entryBytes(8);
        RelocationSection n = ElfFile.view(narrow.bytes()).relocationSections().get(0);
        assertEquals(0xfffffffcL, n.offset(0));
        assertEquals(0xffffff, n.symbol(0));
    }

    @Test
    void relocationsOfNoSectionAreLeftOut() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_MIPS);
        elf.section(".rel.none", Section.SHT_REL, 0, elf.ints(0, 0)).info(0).entryBytes(8);
        elf.section(".rel.far", Section.SHT_REL, 0, elf.ints(0, 0)).info(77).entryBytes(8);
        elf.section(".rel.further", Section.SHT_REL, 0, elf.ints(0, 0))
                .info(0x80000001)
                .entryBytes(8);
        assertEquals(List.of(), ElfFile.view(elf.bytes()).relocationSections());
    }

    @ParameterizedTest
    @CsvSource({"ELF32, false", "ELF64, true"})
    void numbersThatDoNotFitTheHeaderAreFollowed(ElfClass elfClass, boolean big) {
        ElfBytes elf = new ElfBytes(elfClass, big, ElfHeader.EM_MIPS).withEscapes();
        elf.section(".text", 1, ALLOC_EXEC, new byte[4]);
        ElfFile file = ElfFile.view(elf.bytes());
        assertTrue(file.usesExtendedNumbering());
        assertEquals(3, file.sectionCount());
        assertEquals(2, file.header().nameTableIndex());
        assertEquals(".text", file.section(1).name());
    }

    /** Sections 0 to 70,000, then symbols, numbers, strings and names. The last section's number does not fit 16 bits. */
    @ParameterizedTest
    @CsvSource({"5000, 0", "70000, 70000"})
    void manySectionsAreReadInTimeThatGrowsWithTheirNumber(int count, int extendedIndex) {
        boolean escapes = extendedIndex != 0;
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_MIPS);
        for (int i = 1; i <= count; i++) {
            elf.section(".text." + i, 1, ALLOC_EXEC, new byte[4]);
        }
        elf.section(
                        ".symtab",
                        Section.SHT_SYMTAB,
                        0,
                        ElfBytes.join(
                                elf.symbol(0, 0, 0, 0, 0),
                                elf.symbol(0, 0, 0, 3, escapes ? Symbol.SHN_XINDEX : count),
                                elf.symbol(0, 0, 0, 3, escapes ? Symbol.SHN_XINDEX : Symbol.SHN_ABS)))
                .link(count + 3)
                .entryBytes(16);
        elf.section(".shndx", Section.SHT_SYMTAB_SHNDX, 0, elf.ints(0, count, 0xfff1))
                .link(count + 1);
        elf.section(".strtab", Section.SHT_STRTAB, 0, new byte[1]);
        byte[] bytes = (escapes ? elf.withEscapes() : elf).bytes();

        assertTimeout(Duration.ofSeconds(5), () -> {
            ElfFile file = ElfFile.view(bytes);
            SymbolTable symbols = file.symbolTable().orElseThrow();
            assertEquals(count + 5, file.sectionCount());
            assertEquals(count, symbols.sectionIndex(1));
            assertEquals(".text." + count, file.section(symbols.sectionIndex(1)).name());
            assertEquals(0xfff1, symbols.sectionIndex(2));
            assertEquals(!escapes, symbols.symbol(2).isAbsolute());
            assertTrue(file.section(".text." + count).isPresent());
            assertTrue(file.section("nowhere").isEmpty());
        });
    }

    @Test
    void aShapedSectionKeepsItsContentsAndIdentity() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_PARISC);
        elf.section(".got", 1, 3, new byte[8]);
        Section got = ElfFile.view(elf.bytes()).section(1);
        Section shaped = got.shaped(64, 2, 32);
        assertAll(
                () -> assertEquals(64, shaped.sizeBytes()),
                () -> assertEquals(2, shaped.flags()),
                () -> assertEquals(32, shaped.alignment()),
                () -> assertEquals(got.fileOffset(), shaped.fileOffset()),
                () -> assertEquals(".got", shaped.name()),
                () -> assertEquals(8, got.sizeBytes()));
    }

    @Test
    void aFileEndsWhereItIsSaidToEnd() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_MIPS);
        byte[] bytes = elf.bytes();
        byte[] longer = ElfBytes.join(bytes, new byte[100]);
        assertEquals(bytes.length, ElfFile.view("a.ko", longer, bytes.length).lengthBytes());
        assertEquals(
                "a.ko: ELF32 big endian, machine 8",
                ElfFile.view("a.ko", longer, bytes.length).toString());
    }

    @Test
    void sectionsOfOneNameAreFoundOneAfterTheOther() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_MIPS);
        List<String> names = List.of(
                ".text.one",
                ".data",
                ".text.two",
                ".data",
                "a",
                "",
                ".text.one",
                "w\u00e9",
                ".text.t",
                ".data..ro",
                ".text.tw");
        names.forEach(name -> elf.section(name, 1, 0, new byte[4]));
        ElfFile file = ElfFile.view(elf.bytes());

        assertEquals(List.of(1, 7), indices(file, ".text.one"));
        assertEquals(List.of(3), indices(file, ".text.two"));
        assertEquals(List.of(9), indices(file, ".text.t"));
        assertEquals(List.of(2, 4), indices(file, ".data"));
        assertEquals(List.of(5), indices(file, "a"));
        assertEquals(List.of(6, 12), indices(file, ""), "12 is the table of names");
        assertEquals(List.of(8), indices(file, "w\u00e9"));
        assertEquals(List.of(), indices(file, ".text.three"));
        assertEquals(List.of(), indices(file, ".dat"));
        assertEquals(4, file.nextNamed(".data", 3), "behind a section of another name");
    }

    private static List<Integer> indices(ElfFile file, String name) {
        List<Integer> indices = new ArrayList<>();
        for (int i = file.nextNamed(name, 0); i > 0; i = file.nextNamed(name, i)) {
            indices.add(i);
        }
        return indices;
    }
}
