package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.kernel.ExportKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two exports in each shape of record: {@code open}, which is the tail of {@code reopen}, at .text + 8, in no namespace; and
 * {@code reopen} at .text + 12 in namespace NS.
 */
class ExportTableTest {
    private static final int MACHINE = 183; // any but MIPS, whose 64-bit files have relocations of another layout
    private static final int ALLOC = 2;

    private static final int TEXT = 1;
    private static final int TABLE = 2;
    private static final int RELOCATIONS = 3;
    private static final int STRINGS = 5;
    private static final int SYMTAB = 6;
    private static final int STRTAB = 7;

    // symbols
    private static final int STRINGS_START = 1;
    private static final int FUNCTION = 2;

    private static final String STRING_BYTES = "reopen\0NS\0\0";
    private static final int REOPEN = 0;
    private static final int OPEN = 2;
    private static final int NS = 7;
    private static final int EMPTY = 10;

    /** A file whose table has {@code fieldBytes} for each field. */
    private record Shape(boolean wide, boolean bigEndian, boolean explicit, int fieldBytes) {

        ElfBytes elf() {
            ElfBytes elf = new ElfBytes(wide ? ElfClass.ELF64 : ElfClass.ELF32, bigEndian, MACHINE);
            int[][] fields = { // symbol and addend
                {FUNCTION, 4}, {STRINGS_START, OPEN}, {STRINGS_START, EMPTY},
                {FUNCTION, 8}, {STRINGS_START, REOPEN}, {STRINGS_START, NS}
            };
            ByteArrayOutputStream table = new ByteArrayOutputStream();
            ByteArrayOutputStream relocations = new ByteArrayOutputStream();
            for (int i = 0; i < fields.length; i++) {
                int addend = fields[i][1];
                table.writeBytes(number(elf, explicit ? 0 : addend));
                relocations.writeBytes(relocation(elf, (long) i * fieldBytes, fields[i][0], addend));
            }
            elf.section(".text", 1, ALLOC | 4, new byte[32]).alignment(4);
            elf.section("__ksymtab", 1, ALLOC, table.toByteArray()).alignment(4);
            elf.section(".rel", explicit ? Section.SHT_RELA : Section.SHT_REL, 0, relocations.toByteArray())
                    .link(SYMTAB)
                    .info(TABLE)
                    .entryBytes((wide ? 8L : 4L) * (explicit ? 3 : 2));
            elf.section("__kcrctab", 1, ALLOC, elf.ints(0xcafe0001, 0xcafe0002)).alignment(4);
            elf.section("__ksymtab_strings", 1, ALLOC, ElfBytes.strings(STRING_BYTES));
            elf.section(
                            ".symtab",
                            Section.SHT_SYMTAB,
                            0,
                            ElfBytes.join(
                                    elf.symbol(0, 0, 0, 0, 0),
                                    elf.symbol(0, 0, 0, 0x03, STRINGS),
                                    elf.symbol(1, 4, 8, 0x12, TEXT)))
                    .link(STRTAB)
                    .info(2)
                    .entryBytes(wide ? 24 : 16);
            elf.section(".strtab", Section.SHT_STRTAB, 0, ElfBytes.strings("\0f\0"));
            elf.section(".gnu.linkonce.this_module", 1, ALLOC | 1, new byte[128]);
            return elf;
        }

        private byte[] number(ElfBytes elf, long value) {
            return fieldBytes == 4 ? elf.ints((int) value) : elf.words(value);
        }

        byte[] relocation(ElfBytes elf, long place, long symbol, long addend) {
            long info = wide ? symbol << 32 | 1 : symbol << 8 | 1;
            return explicit ? elf.words(place, info, addend) : elf.words(place, info);
        }
    }

    @ParameterizedTest(name = "64-bit {0}, big-endian {1}, RELA {2}, fields of {3} bytes")
    @CsvSource(textBlock = """
    true,  false, true,  4
    true,  true,  true,  4
    true,  false, false, 4
    true,  true,  false, 4
    true,  false, true,  8
    true,  true,  true,  8
    true,  false, false, 8
    true,  true,  false, 8
    false, false, true,  4
    false, true,  true,  4
    false, false, false, 4
    false, true,  false, 4
    """)
    void aRecordIsReadInEachShape(boolean wide, boolean bigEndian, boolean explicit, int fieldBytes) {
        Shape shape = new Shape(wide, bigEndian, explicit, fieldBytes);

        List<Export> exports = ModuleFile.open(shape.elf().bytes()).exports();

        assertEquals(
                List.of(
                        new Export("open", "", ExportKind.PLAIN, OptionalInt.of(0xcafe0001), FUNCTION, 4, TABLE, 0),
                        new Export(
                                "reopen",
                                "NS",
                                ExportKind.PLAIN,
                                OptionalInt.of(0xcafe0002),
                                FUNCTION,
                                8,
                                TABLE,
                                3L * fieldBytes)),
                exports);
    }

    private static final Shape DISTANCES = new Shape(true, false, true, 4);

    private static String refusal(ElfBytes elf) {
        ModuleFile file = ModuleFile.open(elf.bytes());
        String message = assertThrows(FormatException.class, file::exports).getMessage();
        String where = "section 2 (__ksymtab): ";
        assertTrue(message.startsWith(where), message);
        return message.substring(where.length());
    }

    @Test
    void aTableThatIsNoNumberOfRecordsIsRefused() {
        ElfBytes elf = DISTANCES.elf();
        elf.part(TABLE).contents = Arrays.copyOf(elf.part(TABLE).contents, 28);

        assertEquals("size 0x1c is no number of entries of two or three fields of 4 bytes", refusal(elf));
    }

    @Test
    void aRelocationBesideTheFieldsIsRefused() {
        ElfBytes elf = DISTANCES.elf();
        elf.part(RELOCATIONS).contents =
                ElfBytes.join(elf.part(RELOCATIONS).contents, DISTANCES.relocation(elf, 23, FUNCTION, 0));

        assertEquals("relocation 6 at 0x17 is not at the start of a field of 4 bytes", refusal(elf));
    }

    /** Three records of value and name alone fill two of three fields. */
    @Test
    void recordsWithoutNamespaceAreNotMistaken() {
        Shape pointers = new Shape(true, true, true, 8);
        ElfBytes elf = pointers.elf();
        ByteArrayOutputStream relocations = new ByteArrayOutputStream();
        for (int field = 0; field < 6; field += 2) {
            relocations.writeBytes(pointers.relocation(elf, 8L * field, FUNCTION, field));
            relocations.writeBytes(pointers.relocation(elf, 8 * field + 8, STRINGS_START, field == 0 ? OPEN : REOPEN));
        }
        elf.part(RELOCATIONS).contents = relocations.toByteArray();
        ModuleFile file = ModuleFile.open(elf.bytes());

        assertEquals(
                List.of("open at 0x0, value +0x0", "reopen at 0x10, value +0x2", "reopen at 0x20, value +0x4"),
                file.exports().stream().map(ExportTableTest::text).toList());
        assertEquals(Optional.of(false), file.hasExportNamespaces());
    }

    @Test
    void exportsAreReadInPlaceOrAsObjects() {
        ElfBytes elf = DISTANCES.elf();
        byte[] bytes = elf.bytes();
        ExportList exports = ModuleFile.open(bytes).exports();

        assertEquals(2, exports.size());
        assertSame(bytes, exports.array());
        for (int i = 0; i < exports.size(); i++) {
            String name = List.of("open", "reopen").get(i);
            assertEquals(name.length(), exports.nameBytes(i));
            assertEquals(
                    name + '\0', new String(bytes, exports.nameStart(i), name.length() + 1, StandardCharsets.UTF_8));
            assertEquals(name, exports.get(i).name());
            assertEquals(12L * i, exports.tableOffset(i));
            assertEquals(12L * i, exports.get(i).tableOffset());
            assertEquals(exports.get(i).table(), exports.table(i));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> exports.get(2));
        assertThrows(IndexOutOfBoundsException.class, () -> exports.nameStart(-1));
        assertEquals(List.of(), ExportList.none());
    }

    private static String text(Export export) {
        return export.name() + " at 0x" + Long.toHexString(export.tableOffset()) + ", value +0x"
                + Long.toHexString(export.valueAddend());
    }

    /** Kernels 5.4 to 5.6 left the third field 0 for exports without namespace. */
    @Test
    void aNamespaceThatIsNotRelocatedIsNone() {
        Shape pointers = new Shape(false, true, true, 4);
        ElfBytes elf = pointers.elf();
        ByteArrayOutputStream relocations = new ByteArrayOutputStream();
        for (int entry = 0; entry < 2; entry++) {
            relocations.writeBytes(pointers.relocation(elf, 12L * entry, FUNCTION, 0));
            relocations.writeBytes(pointers.relocation(elf, 12L * entry + 4, STRINGS_START, REOPEN));
        }
        elf.part(RELOCATIONS).contents = relocations.toByteArray();
        ModuleFile file = ModuleFile.open(elf.bytes());

        assertEquals(2, file.exports().size());
        assertTrue(file.exports().stream().allMatch(export -> export.namespace().isEmpty()));
        assertEquals(Optional.of(true), file.hasExportNamespaces());
    }

    @Test
    void aTableThatFitsNoShapeIsRefusedWithBothReasons() {
        Shape pointers = new Shape(false, false, true, 4);
        ElfBytes elf = pointers.elf();
        elf.part(RELOCATIONS).contents = pointers.relocation(elf, 0, FUNCTION, 0);

        assertEquals(
                "entry 0 of 3 fields: its name is not relocated; entry 0 of 2 fields: its name is not relocated",
                refusal(elf));
    }

    /**
     * Two exports whose CRCs are relocated against {@code __crc_open}, an absolute symbol, {@code __crc_reopen}, which is undefined, or
     * four bytes of .text.
     */
    @ParameterizedTest(name = "64-bit {0}, big-endian {1}, RELA {2}, CRCs of {3} bytes against {4}: {5}, {6}")
    @CsvSource(textBlock = """
    # until 4.9 as wide as a pointer, until 5.18 in 4 bytes
    true,  true,  true,  8, ABS,  0x12345678, 0x0
    true,  false, true,  8, ABS,  0x12345678, 0x0
    true,  true,  true,  4, ABS,  0x12345678, 0x0
    true,  false, true,  4, ABS,  0x12345678, 0x0
    false, true,  true,  4, ABS,  0x12345678, 0x0
    false, false, false, 4, ABS,  0x12345678, 0x0
    true,  false, true,  4, TEXT, 0xa5a5a5a5, 0xa5a5a5a5
    """)
    void aCrcIsWhatItsRelocationSays(
            boolean wide, boolean bigEndian, boolean explicit, int bytes, String home, String first, String second) {
        ElfBytes elf = new Shape(wide, bigEndian, explicit, wide ? 8 : 4).elf();
        boolean isAbsolute = home.equals("ABS");
        elf.part(TEXT).contents = elf.ints(0xa5a5a5a5, 0, 0, 0, 0, 0, 0, 0);
        elf.part(4).contents = new byte[2 * bytes];
        Shape shape = new Shape(wide, bigEndian, explicit, bytes);
        elf.section(
                        ".rel__kcrctab",
                        explicit ? Section.SHT_RELA : Section.SHT_REL,
                        0,
                        ElfBytes.join(
                                shape.relocation(elf, 0, 3, 0), shape.relocation(elf, bytes, isAbsolute ? 4 : 3, 0)))
                .link(SYMTAB)
                .info(4)
                .entryBytes((wide ? 8L : 4L) * (explicit ? 3 : 2));
        elf.part(SYMTAB).contents = ElfBytes.join(
                elf.part(SYMTAB).contents,
                isAbsolute ? elf.symbol(1, 0x12345678, 0, 0x10, 0xfff1) : elf.symbol(1, 0, 0, 0x10, TEXT),
                elf.symbol(1, 0, 0, 0x20, 0));

        assertEquals(
                List.of(first, second),
                ModuleFile.open(elf.bytes()).exports().stream()
                        .map(export -> "0x" + Integer.toHexString(export.crc().orElseThrow()))
                        .toList());
    }
}
