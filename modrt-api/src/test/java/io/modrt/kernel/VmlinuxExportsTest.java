package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The export tables of linked kernels in each shape. The kernel has its text at BASE, its strings at BASE + 0x1000, the table of exports at
 * BASE + 0x2000 and that of GPL-only exports at BASE + 0x3000.
 */
class VmlinuxExportsTest {

    private static final int ET_EXEC = 2;
    private static final int ALLOC = 2;

    private static final String STRINGS = "reopen\0NS\0";
    private static final int REOPEN = 0;
    private static final int OPEN = 2;
    private static final int EMPTY = 6;
    private static final int NS = 7;

    private record Kernel(boolean wide, boolean bigEndian, boolean distances, int fields, long base) {

        ElfBytes elf() {
            ElfBytes elf = new ElfBytes(wide ? ElfClass.ELF64 : ElfClass.ELF32, bigEndian, 183);
            long strings = base + 0x1000;
            elf.section(".text", 1, ALLOC | 4, new byte[16]).address(base);
            elf.section("__ksymtab_strings", 1, ALLOC, ElfBytes.strings(STRINGS))
                    .address(strings);
            byte[] all = record(elf, base + 0x2000, base + 4, strings + OPEN, strings + EMPTY);
            elf.section("__ksymtab", 1, ALLOC, all).address(base + 0x2000);
            byte[] gpl = record(elf, base + 0x3000, base + 8, strings + REOPEN, strings + NS);
            elf.section("__ksymtab_gpl", 1, ALLOC, gpl).address(base + 0x3000);
            elf.section("__kcrctab", 1, ALLOC, elf.ints(0x1111_1111)).address(base + 0x4000);
            elf.section("__kcrctab_gpl", 1, ALLOC, elf.ints(0xffff_fff0, 0, 0)).address(base + 0x4100);
            elf.section(
                            ".symtab",
                            Section.SHT_SYMTAB,
                            0,
                            ElfBytes.join(
                                    elf.symbol(0, 0, 0, 0, 0),
                                    elf.symbol(1, base + 4, 4, 0x12, 1),
                                    elf.symbol(6, base + 8, 4, 0x12, 1)))
                    .link(8)
                    .info(1)
                    .entryBytes(wide ? 24 : 16);
            elf.section(".strtab", Section.SHT_STRTAB, 0, ElfBytes.strings("\0open\0reopen\0"));
            return elf;
        }

        byte[] record(ElfBytes elf, long place, long... all) {
            long[] addresses = Arrays.copyOf(all, fields);
            if (!distances) {
                return elf.words(addresses);
            }
            int[] words = new int[fields];
            for (int i = 0; i < fields; i++) {
                words[i] = (int) (addresses[i] - (place + 4L * i));
            }
            return elf.ints(words);
        }

        byte[] bytes(ElfBytes elf) {
            byte[] bytes = elf.bytes();
            bytes[bigEndian ? 17 : 16] = ET_EXEC;
            return bytes;
        }
    }

    @ParameterizedTest(name = "64-bit {0}, big-endian {1}, distances {2}, {3} fields, at {4}")
    @CsvSource(textBlock = """
    true,  false, true,  3, ffff800008000000
    true,  true,  true,  3, 10
    true,  false, false, 3, ffffffff80100000
    true,  true,  false, 3, 40100000
    false, false, true,  3, ffffd000
    false, true,  true,  3, 80100000
    false, false, false, 3, 80100000
    false, true,  false, 3, 10100000
    true,  false, true,  2, ffff800008000000
    true,  true,  true,  2, 10
    true,  false, false, 2, ffffffff80100000
    true,  true,  false, 2, 40100000
    false, false, false, 2, 80100000
    false, true,  false, 2, 10100000
    """)
    void recordsAreReadInEachShape(boolean wide, boolean bigEndian, boolean distances, int fields, String at) {
        Address base = Address.parse(at);
        Kernel kernel = new Kernel(wide, bigEndian, distances, fields, base.value());

        SymbolMap symbols = KernelSymbols.vmlinux(kernel.bytes(kernel.elf()));

        assertEquals(
                new KernelSymbol(
                        "open", base.plus(4), Optional.empty(), OptionalInt.of(0x1111_1111), "", ExportKind.PLAIN, ""),
                symbols.find("open").orElseThrow());
        assertEquals(
                new KernelSymbol(
                        "reopen",
                        base.plus(8),
                        Optional.empty(),
                        OptionalInt.empty(),
                        fields == 2 ? "" : "NS",
                        ExportKind.GPL,
                        ""),
                symbols.find("reopen").orElseThrow(),
                "three words of CRC for one record are none of it");
        assertEquals(2, symbols.symbols().size());
    }

    private static final String IN_NO_SHAPE =
            "vmlinux: section 3 (__ksymtab): its exports are not read: they are in no shape that kernels have had: ";

    @Test
    void ofATableInNoShapeTheSymbolsAreKept() {
        Kernel kernel = new Kernel(true, false, true, 3, 0x1_0000);
        ElfBytes elf = kernel.elf();
        elf.part(3).contents = elf.ints(4, 0x100, 0x200, 0x300, 0x400, 0x500);
        elf.part(4).contents = new byte[0];

        SymbolMap symbols = KernelSymbols.vmlinux(kernel.bytes(elf));

        assertEquals(Map.of("open", Address.of(0x1_0004), "reopen", Address.of(0x1_0008)), symbols.values());
        assertEquals(ExportKind.UNKNOWN, symbols.find("open").orElseThrow().kind());
        assertEquals(
                List.of(IN_NO_SHAPE
                        + "record 0 has its name at 0x30000000200 and namespace at 0x50000000400 if its fields are three"
                        + " pointers of 8 bytes, where no text is; 0x18 bytes are no number of records of two pointers of 8"
                        + " bytes; record 0 has its name at 0x12104 and namespace at 0x12208 if its fields are three 32-bit"
                        + " distances, where no text is; record 0 has its name at 0x12104 if its fields are two 32-bit"
                        + " distances, where no text is"),
                symbols.remarks());
    }

    @Test
    void aTableThatIsNoNumberOfRecordsIsLeftOutAndTheOthersAreRead() {
        Kernel kernel = new Kernel(true, false, true, 3, 0x1_0000);
        ElfBytes elf = kernel.elf();
        elf.part(3).contents = new byte[16];

        SymbolMap symbols = KernelSymbols.vmlinux(kernel.bytes(elf));

        assertEquals(
                List.of(
                        "vmlinux: section 3 (__ksymtab): its exports are not read: 0x10 bytes are no number of records of"
                                + " three 32-bit distances",
                        "vmlinux: section 4 (__ksymtab_gpl): its CRCs are not read: 0xc bytes are not one CRC for each of 1"
                                + " records"),
                symbols.remarks());
        assertEquals(ExportKind.GPL, symbols.find("reopen").orElseThrow().kind());
        assertEquals(
                ExportKind.UNKNOWN,
                symbols.find("open").orElseThrow().kind(),
                "it may be in the table that was not read");
    }

    @Test
    void aTableWithoutContentsIsRemarkedOn() {
        Kernel kernel = new Kernel(false, true, false, 2, 0x1_0000);
        ElfBytes elf = kernel.elf();
        elf.part(3).type = 8;

        SymbolMap symbols = KernelSymbols.vmlinux(kernel.bytes(elf));

        assertTrue(
                symbols.remarks()
                        .contains(
                                "vmlinux: section 3 (__ksymtab): its exports are not read: it has no contents in this file"),
                symbols.remarks()::toString);
        assertEquals(ExportKind.GPL, symbols.find("reopen").orElseThrow().kind());
        assertEquals(ExportKind.UNKNOWN, symbols.find("open").orElseThrow().kind());
    }

    @Test
    void anEmptyTableHasNoExports() {
        Kernel kernel = new Kernel(false, true, false, 3, 0x1_0000);
        ElfBytes elf = kernel.elf();
        elf.part(3).contents = new byte[0];

        SymbolMap symbols = KernelSymbols.vmlinux(kernel.bytes(elf));

        assertEquals(
                KernelSymbol.of("open", Address.of(0x1_0004)).exported(ExportKind.NOT_EXPORTED, ""),
                symbols.find("open").orElseThrow());
    }
}
