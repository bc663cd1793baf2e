package io.modrt.engine.finish;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.BY_TYPE;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.OBJECT;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Symbol;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.engine.layout.SmallModule;
import io.modrt.layout.RegionKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KallsymsTablesTest {
    private static final int WEAK = Symbol.STB_WEAK << 4;

    /** A symbol for each rule of the type letter. */
    private static SmallModule letters(ElfClass elfClass, boolean bigEndian) {
        SmallModule module = new SmallModule(elfClass, bigEndian);
        module.section(".text", AX, 4, 0x10); // 1
        module.section(".rodata", A, 4, 0x10); // 2
        module.section(".data", WA, 4, 0x10); // 3
        module.bss(".bss", 4, 0x10); // 4
        module.section(".data..percpu", WA, 4, 0x10); // 5
        module.section(".modinfo", A, 1, new byte[] {0}); // 6
        module.section(".debug_info", 0, 1, 0x10); // 7
        module.section(".init.text", AX, 4, 0x10); // 8
        return module.symbol("wf", 0, WEAK | Symbol.STT_FUNC, 1) // 1 w
                .symbol("wo", 0, WEAK | Symbol.STT_OBJECT, 0) // 2 v
                .symbol("u", 0, FUNC, 0) // 3 U
                .symbol("a", 0, OBJECT, Symbol.SHN_ABS) // 4 a
                .symbol("p", 0, OBJECT, 5) // 5 a
                .symbol("c", 0, OBJECT, Symbol.SHN_COMMON) // 6 ?
                .symbol("tt", 0, FUNC, 1) // 7 t
                .symbol("r", 0, OBJECT, 2) // 8 r
                .symbol("d", 0, OBJECT, 3) // 9 d
                .symbol("b", 0, OBJECT, 4) // 10 b
                .symbol("m", 0, OBJECT, 6) // 11 ?
                .symbol("n", 0, OBJECT, 7) // 12 n
                .symbol("i", 0, FUNC, 8) // 13 t
                .withSymbols();
    }

    private static final String LETTERS = "UwvUaa?trdb?nt";

    private static String hex(ImageBytes image, RegionKind kind, long from, long to) {
        return HexFormat.of().formatHex(image.bytes(kind), (int) from, (int) to);
    }

    private static String text(ImageBytes image, RegionKind kind, long from, int length) {
        return new String(image.bytes(kind), (int) from, length, StandardCharsets.ISO_8859_1);
    }

    @Test
    void symbolsThatStayAreCopiedWithNamesOneAfterTheOther() {
        ImageBytes image = letters(ElfClass.ELF32, false).image(PACKED, 0xc0000000L);
        KallsymsTables.fill(image, symbol -> 0x80000000L + symbol);
        KallsymsLayout tables = image.layout().kallsyms().orElseThrow();
        // core: text, rodata, data, bss of 0x10 each; three symbols 40..70, "\0wf\0tt\0" 70..77, letters 77..7a
        assertEquals(
                "00000000 00000000 00000000 00 00 0000 01000000 01000080 00000000 22 00 0100 04000000 07000080 00000000 12 00 0100"
                        .replace(" ", ""),
                hex(image, RegionKind.CORE, 0x40, 0x70));
        assertEquals("\0wf\0tt\0", text(image, RegionKind.CORE, 0x70, 7));
        assertEquals("Uwt", text(image, RegionKind.CORE, 0x77, 3));
        assertEquals(0x7a, image.layout().sizeBytes(RegionKind.CORE));
        assertEquals(3, tables.coreCount());
    }

    @Test
    void theWholeTableIsInInitMemoryWithFinalValuesAndAStructThatPointsAtIt() {
        ImageBytes image = letters(ElfClass.ELF32, false).image(PACKED, 0xc0000000L);
        KallsymsTables.fill(image, symbol -> 0x80000000L + symbol);
        // init at 0xc0010000: text 0..10, 14 symbols 10..f0, names 1 + 3 + 3 + 3 + 10 * 2 = 0x1e: f0..10e, struct
        // 110..120, letters 120..12e
        assertEquals("000000000000000000000000", hex(image, RegionKind.INIT, 0x10, 0x1c));
        assertEquals("010000000100008000000000" + "22000100", hex(image, RegionKind.INIT, 0x20, 0x30));
        assertEquals("0d000080", hex(image, RegionKind.INIT, 0xe4, 0xe8));
        assertEquals("100001c0" + "0e000000" + "f00001c0" + "200101c0", hex(image, RegionKind.INIT, 0x110, 0x120));
        assertEquals(LETTERS, text(image, RegionKind.INIT, 0x120, 14));
        assertEquals(0x12e, image.bytes(RegionKind.INIT).length);
    }

    @Test
    void wideTargetsHaveWideSymbolsAndPointers() {
        ImageBytes image = letters(ElfClass.ELF64, true).image(BY_TYPE, 0xffffffffc0000000L);
        KallsymsTables.fill(image, symbol -> -0x1000L + symbol);
        // regions: text ..0000, data ..1 0000, rodata ..2 0000, init text ..3 0000, init data ..4 0000
        // data 0..10, bss 10..20, three symbols of 24: 20..68, names 68..6f, letters 6f..72
        assertEquals(
                "00000004" + "12" + "00" + "0001" + "fffffffffffff007" + "0000000000000000",
                hex(image, RegionKind.DATA, 0x50, 0x68));
        assertEquals("\0wf\0tt\0Uwt", text(image, RegionKind.DATA, 0x68, 10));
        // init data: 14 * 24 = 0x150, names 150..16e, struct 170..190, letters 190
        assertEquals(
                "ffffffffc0040000" + "0000000e00000000" + "ffffffffc0040150" + "ffffffffc0040190",
                hex(image, RegionKind.INIT_DATA, 0x170, 0x190));
        assertEquals(LETTERS, text(image, RegionKind.INIT_DATA, 0x190, 14));
        assertEquals("fffffffffffff00d", hex(image, RegionKind.INIT_DATA, 13 * 24 + 8, 13 * 24 + 16));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_533, 65_534, 65_535, 70_000})
    void aNameOfAnyLengthHasRoom(int length) {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x10);
        module.symbol("n".repeat(length), 0, FUNC, 1).symbol("z", 0, FUNC, 1).symbol("u", 0, FUNC, 0);
        SectionLayout layout = module.withSymbols().layout(PACKED);
        KallsymsLayout tables = layout.kallsyms().orElseThrow();
        assertEquals(length, tables.nameBytes(1));
        assertEquals(1, tables.nameBytes(2));
        assertEquals("true true false", tables.isCore(1) + " " + tables.isCore(2) + " " + tables.isCore(3));
        // text 0..10, three symbols 10..40, the names with a NUL each, three letters
        assertEquals(0x40 + 1 + length + 1 + 2 + 3, layout.sizeBytes(RegionKind.CORE));
    }

    @Test
    void withoutKallsymsNothingIsWritten() {
        ImageBytes image = letters(ElfClass.ELF32, true)
                .image(PACKED.with(io.modrt.kernel.ConfigOption.KALLSYMS, false), 0xc0000000L);
        byte[] before = image.bytes(RegionKind.CORE).clone();
        KallsymsTables.fill(image, symbol -> {
            throw new AssertionError("nobody asks");
        });
        assertEquals(Arrays.toString(before), Arrays.toString(image.bytes(RegionKind.CORE)));
    }
}
