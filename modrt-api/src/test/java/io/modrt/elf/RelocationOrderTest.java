package io.modrt.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link RelocationSection#inOrder}: the relocations of one section in another order. */
class RelocationOrderTest {
    private static final int ALLOC_EXEC = 6;
    private static final int EM_AARCH64 = 183;

    /** Three relocations of {@code .text}, of places 0x10, 0x20 and 0x30, symbols 1, 2 and 3, types 4, 5 and 6. */
    private static RelocationSection three(ElfClass elfClass, boolean big, int machine, boolean rela) {
        ElfBytes elf = new ElfBytes(elfClass, big, machine);
        elf.section(".text", 1, ALLOC_EXEC, new byte[0x40]);
        byte[][] entries = new byte[3][];
        for (int i = 0; i < 3; i++) {
            int symbol = i + 1;
            int type = i + 4;
            byte[] place = elf.words(0x10L * symbol);
            byte[] info;
            if (elfClass == ElfClass.ELF32) {
                info = elf.words((long) symbol << 8 | type);
            } else if (machine == ElfHeader.EM_MIPS) {
                info = ElfBytes.join(elf.ints(symbol), new byte[] {0, 0, (byte) (i + 7), (byte) type});
            } else {
                info = elf.words((long) symbol << 32 | type);
            }
            byte[] addend = rela ? elf.words(-symbol) : new byte[0];
            entries[i] = ElfBytes.join(place, info, addend);
        }
        elf.section(".relocs", rela ? Section.SHT_RELA : Section.SHT_REL, 0, ElfBytes.join(entries))
                .info(1)
                .entryBytes((long) elfClass.wordBytes() * (rela ? 3 : 2));
        return ElfFile.view(elf.bytes()).relocationSections().get(0);
    }

    private static List<String> lines(RelocationSection relocations) {
        return IntStream.range(0, relocations.count())
                .mapToObj(i -> Long.toHexString(relocations.offset(i)) + " " + relocations.symbol(i) + " "
                        + relocations.type(i) + " " + relocations.addend(i) + " " + relocations.packedRest(i))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "ELF32, false, 15, true",
        "ELF32, true, 15, false",
        "ELF64, false, 183, true",
        "ELF64, true, 183, true",
        "ELF64, true, 183, false"
    })
    void eachEntryIsTheOneThatTheOrderNames(ElfClass elfClass, boolean big, int machine, boolean rela) {
        RelocationSection inFile = three(elfClass, big, machine, rela);
        RelocationSection sorted = inFile.inOrder(new int[] {2, 0, 1});
        assertEquals(
                rela
                        ? List.of("30 3 6 -3 0", "10 1 4 -1 0", "20 2 5 -2 0")
                        : List.of("30 3 6 0 0", "10 1 4 0 0", "20 2 5 0 0"),
                lines(sorted));
        assertEquals(
                rela
                        ? List.of("10 1 4 -1 0", "20 2 5 -2 0", "30 3 6 -3 0")
                        : List.of("10 1 4 0 0", "20 2 5 0 0", "30 3 6 0 0"),
                lines(inFile),
                "the file's order stays");
        assertSame(inFile.section(), sorted.section());
        assertSame(inFile.target(), sorted.target());
        assertEquals(inFile.addends(), sorted.addends());
        assertEquals(new RelocationEntry(1, 0x10, 1, 4, rela ? -1 : 0, 0), sorted.entry(1));
    }

    @Test
    void packedEntriesMoveAsAWhole() {
        RelocationSection inFile = three(ElfClass.ELF64, false, ElfHeader.EM_MIPS, true);
        assertEquals(List.of("20 2 5 -2 8", "30 3 6 -3 9", "10 1 4 -1 7"), lines(inFile.inOrder(new int[] {1, 2, 0})));
    }

    @Test
    void anOrderOfAnOrderCountsFromTheFirst() {
        RelocationSection turned =
                three(ElfClass.ELF64, false, EM_AARCH64, true).inOrder(new int[] {1, 2, 0});
        assertEquals(List.of("30 3 6 -3 0", "10 1 4 -1 0", "20 2 5 -2 0"), lines(turned.inOrder(new int[] {1, 2, 0})));
        assertEquals(List.of("10 1 4 -1 0", "20 2 5 -2 0", "30 3 6 -3 0"), lines(turned.inOrder(new int[] {2, 0, 1})));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void anOrderHasANumberForEachRelocation(int length) {
        RelocationSection inFile = three(ElfClass.ELF64, false, EM_AARCH64, true);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> inFile.inOrder(new int[length]));
        assertEquals("an order of " + length + " for 3 relocations", refused.getMessage());
    }

    @Test
    void numbersBeyondTheSectionAreWrongCalls() {
        RelocationSection inFile = three(ElfClass.ELF64, false, EM_AARCH64, true);
        assertThrows(IllegalArgumentException.class, () -> inFile.inOrder(new int[] {0, 1, 3}));
        assertThrows(IllegalArgumentException.class, () -> inFile.inOrder(new int[] {0, -1, 2}));
        RelocationSection sorted = inFile.inOrder(new int[] {2, 1, 0});
        assertThrows(IndexOutOfBoundsException.class, () -> sorted.offset(3));
    }

    @Test
    void anOrderCanBeAFunctionWhoseNumbersAreCheckedWhenTheyAreUsed() {
        RelocationSection inFile = three(ElfClass.ELF64, false, EM_AARCH64, true);
        RelocationSection turned = inFile.inOrder(i -> 2 - i);
        assertEquals(List.of("30 3 6 -3 0", "20 2 5 -2 0", "10 1 4 -1 0"), lines(turned));
        assertEquals(List.of("20 2 5 -2 0", "10 1 4 -1 0", "30 3 6 -3 0"), lines(turned.inOrder(new int[] {1, 2, 0})));
        RelocationSection wrong = inFile.inOrder(i -> i + 1);
        assertEquals(0x20, wrong.offset(0));
        assertThrows(IndexOutOfBoundsException.class, () -> wrong.offset(2));
    }

    @ParameterizedTest
    @CsvSource({"true, .a1 .a2", "false, .a1 .a2"})
    void theRelocationsOfASectionStayInTheOrderOfTheFile(boolean isSorted, String expected) {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, false, EM_AARCH64);
        elf.section(".a", 1, 2, new byte[8]);
        elf.section(".b", 1, 2, new byte[8]);
        byte[] entry = elf.words(0, 1L << 32 | 1, 0);
        String[] names = isSorted ? new String[] {".a1", ".a2", ".b1"} : new String[] {".b1", ".a1", ".a2"};
        for (String name : names) {
            elf.section(name, Section.SHT_RELA, 0, entry)
                    .info(name.charAt(1) == 'a' ? 1 : 2)
                    .entryBytes(24);
        }
        ElfFile file = ElfFile.view(elf.bytes());
        assertEquals(
                expected,
                file.relocationSections(file.section(1)).stream()
                        .map(relocations -> relocations.section().name())
                        .collect(Collectors.joining(" ")));
        assertEquals(1, file.relocationSections(file.section(2)).size());
        assertEquals(List.of(), file.relocationSections(file.section(3)));
    }
}
