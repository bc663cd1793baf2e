package io.modrt.engine.finish;

import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.OBJECT;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Symbol;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SmallModule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.version.KernelVersion;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What memory holds of a module's symbols in kernels of each age, written out. */
class KallsymsHistoryTest {
    private static final int WEAK_OBJECT = Symbol.STB_WEAK << 4 | Symbol.STT_OBJECT;

    /** Symbol i has the value 0x80000000 + i. */
    private static ImageBytes image(SmallModule module, String version) {
        ImageBytes image = module.image(SmallModule.kernel(KernelVersion.parse(version)), 0xc0000000L);
        KallsymsTables.fill(image, symbol -> 0x80000000L + symbol);
        return image;
    }

    private static SmallModule module(ElfClass elfClass) {
        SmallModule module = new SmallModule(elfClass, true);
        module.section(".text", AX, 4, 0x10);
        module.section(".data", WA, 4, 0x10);
        return module.symbol("f", 4, FUNC, 1)
                .symbol("w", 8, WEAK_OBJECT, 1)
                .symbol("d", 0, OBJECT, 2)
                .withSymbols();
    }

    private static String hex(ImageBytes image, RegionKind kind, long from, long to) {
        return HexFormat.of().formatHex(image.bytes(kind), (int) from, (int) to);
    }

    private static String text(ImageBytes image, RegionKind kind, long from, long to) {
        return new String(image.bytes(kind), (int) from, (int) (to - from), StandardCharsets.ISO_8859_1);
    }

    /** .symtab is at 10 in core, its last symbol at 40, which is d: 64 is the letter. */
    @ParameterizedTest
    @CsvSource({"2.6.18", "2.6.31"})
    void theWholeTableInCoreHasLettersInStInfo(String version) {
        ImageBytes image = image(module(ElfClass.ELF32), version);
        assertEquals("00000000" + "00000000" + "00000000" + "55000000", hex(image, RegionKind.CORE, 0x10, 0x20));
        assertEquals("00000001" + "80000001" + "00000000" + "74000001", hex(image, RegionKind.CORE, 0x20, 0x30));
        assertEquals("00000003" + "80000002" + "00000000" + "76000001", hex(image, RegionKind.CORE, 0x30, 0x40));
        assertEquals("00000005" + "80000003" + "00000000" + "64000002", hex(image, RegionKind.CORE, 0x40, 0x50));
        assertEquals("\0f\0w\0d\0", text(image, RegionKind.CORE, 0x50, 0x57));
        assertEquals(0, image.bytes(RegionKind.INIT).length);
    }

    /** Core: three copies of 16 bytes from 20 on, names behind them from 50 on. 55 is U, 74 t, 76 v. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # kernel | symbol 0         | f                                | w                                | names
            2.6.32   | 0000000055000000 | 00000001800000010000000074000001 | 00000003800000020000000076000001 | .f.w.
            3.1      | 0000000055000000 | 00000001800000010000000074000001 | 00000003800000020000000076000001 | .f.w.
            3.4.113  | 0000000155000000 | 00000002800000010000000074000001 | 00000004800000020000000076000001 | ..f.w.
            3.16     | 0000000055000000 | 00000001800000010000000074000001 | 00000003800000020000000076000001 | .f.w.
            4.20     | 0000000055000000 | 00000001800000010000000074000001 | 00000003800000020000000076000001 | .f.w.
            5.0.1    | 0000000000000000 | 00000001800000010000007412000001 | 00000003800000020000007621000001 | .f.w.
            5.2.1    | 0000000000000000 | 00000001800000010000000012000001 | 00000003800000020000000021000001 | .f.w.Utv
            6.1.192  | 0000000000000000 | 00000001800000010000000012000001 | 00000003800000020000000021000001 | .f.w.Utv
            """)
    void theCopiesInCore(String version, String first, String f, String w, String names) {
        ImageBytes image = image(module(ElfClass.ELF32), version);
        assertEquals(first, hex(image, RegionKind.CORE, 0x20, 0x24) + hex(image, RegionKind.CORE, 0x2c, 0x30));
        assertEquals(f, hex(image, RegionKind.CORE, 0x30, 0x40));
        assertEquals(w, hex(image, RegionKind.CORE, 0x40, 0x50));
        long end = image.layout().sizeBytes(RegionKind.CORE);
        assertEquals(names, text(image, RegionKind.CORE, 0x50, end).replace('\0', '.'));
    }

    /** Init: four symbols of 16 bytes, names 40..47, the struct at 48. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # kernel | d                                | what is behind the names
            2.6.32   | 00000005800000030000000064000002 |
            4.4      | 00000005800000030000000064000002 |
            4.9      | 00000005800000030000000064000002 | 00 c0010000 00000004 c0010040
            5.0.1    | 00000005800000030000006411000002 | 00 c0010000 00000004 c0010040
            5.2.1    | 00000005800000030000000011000002 | 00 c0010000 00000004 c0010040 c0010058 55747664
            """)
    void theFilesTableInInit(String version, String last, String behind) {
        ImageBytes image = image(module(ElfClass.ELF32), version);
        assertEquals(last, hex(image, RegionKind.INIT, 0x30, 0x40));
        assertEquals("\0f\0w\0d\0", text(image, RegionKind.INIT, 0x40, 0x47));
        long end = image.layout().sizeBytes(RegionKind.INIT);
        assertEquals(behind == null ? "" : behind.replace(" ", ""), hex(image, RegionKind.INIT, 0x47, end));
    }

    /** A 64-bit symbol has st_info at 4 and st_size, of 8 bytes, at 16. */
    @ParameterizedTest
    @CsvSource({
        "4.20,  00000001 74 000001 0000000080000001 0000000000000000",
        "5.0.1, 00000001 12 000001 0000000080000001 0000000000000074",
        "5.2.1, 00000001 12 000001 0000000080000001 0000000000000000"
    })
    void lettersIn64BitSymbols(String version, String f) {
        ImageBytes image = image(module(ElfClass.ELF64), version);
        assertEquals(f.replace(" ", ""), hex(image, RegionKind.CORE, 0x20 + 24, 0x20 + 48));
    }

    /** Names that share their ends, as a linker merges them: st_name may point into another name. */
    private static SmallModule sharing() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.section(".data", WA, 4, 0x10);
        // "\0data\0do_init\0out\0": do_init at 6, init at 9, out at 14
        return module.symbol("data", 0, OBJECT, 2)
                .symbol("do_init", 0, FUNC, 1)
                .symbolAt(9, FUNC, 1)
                .symbol("out", 0, FUNC, 1)
                .withSymbols();
    }

    /** Four copies from 20 on. Of the file's names, data is not used: "\0" + "do_init\0" + "out\0". */
    @Test
    void until3_3NamesKeepTheirSharedEnds() {
        ImageBytes image = image(sharing(), "3.1");
        assertEquals("00000001", hex(image, RegionKind.CORE, 0x30, 0x34));
        assertEquals("00000004", hex(image, RegionKind.CORE, 0x40, 0x44));
        assertEquals("00000009", hex(image, RegionKind.CORE, 0x50, 0x54));
        assertEquals(
                "\0do_init\0out\0",
                text(image, RegionKind.CORE, 0x60, image.layout().sizeBytes(RegionKind.CORE)));
    }

    @Test
    void since3_4EachHasItsOwn() {
        ImageBytes image = image(sharing(), "3.8");
        assertEquals("00000009", hex(image, RegionKind.CORE, 0x40, 0x44));
        assertEquals("0000000e", hex(image, RegionKind.CORE, 0x50, 0x54));
        assertEquals(
                "\0do_init\0init\0out\0",
                text(image, RegionKind.CORE, 0x60, image.layout().sizeBytes(RegionKind.CORE)));
    }

    /** A name of 130 characters keeps the room of all of them, and the next name begins behind that. */
    @ParameterizedTest
    @CsvSource({"3.1, 130", "3.4.113, 127", "3.16, 127", "5.18, 127", "5.19, 130", "6.1.192, 130"})
    void longNamesWereCutTo127Characters(String version, int copied) {
        String longName = "n".repeat(130);
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.symbol(longName, 0, FUNC, 1).symbol("z", 0, FUNC, 1).withSymbols();
        ImageBytes image = image(module, version);
        long names = image.layout().kallsyms().orElseThrow().coreStringsOffset();
        int nul = version.equals("3.4.113") ? 2 : 1;
        assertEquals(
                "\0".repeat(nul) + "n".repeat(copied) + "\0".repeat(130 - copied) + "\0z\0",
                text(image, RegionKind.CORE, names, names + nul + 133));
        assertEquals(nul + 131, Integer.parseInt(hex(image, RegionKind.CORE, names - 16, names - 12), 16));
    }

    @Test
    void withoutKallsymsNothingIsWritten() {
        SmallModule module = module(ElfClass.ELF32);
        ImageBytes image = module.image(
                SmallModule.kernel(KernelVersion.parse("2.6.28")).with(ConfigOption.KALLSYMS, false), 0xc0000000L);
        KallsymsTables.fill(image, symbol -> {
            throw new AssertionError("nobody asks");
        });
        assertEquals(0x20, image.bytes(RegionKind.CORE).length);
    }

    /** The first symbol, that without a name, and the one in .text stay on each; with them p, which is per-CPU data. */
    @ParameterizedTest
    @CsvSource({"3.16, true, 2", "4.4, true, 2", "4.5, true, 3", "4.9, true, 3", "3.16, false, 3"})
    void untilKernel4_4SymbolsOfPerCpuDataGoOnKernelsForSeveralProcessors(String version, boolean isSmp, int count) {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.section(".data..percpu", WA, 4, 0x10);
        module.symbol("f", 4, FUNC, 1).symbol("p", 0, OBJECT, 2).withSymbols();
        KernelProfile kernel = SmallModule.kernel(KernelVersion.parse(version))
                .with(ConfigOption.KALLSYMS_ALL, true)
                .with(ConfigOption.SMP, isSmp);
        assertEquals(count, module.layout(kernel).kallsyms().orElseThrow().coreCount());
    }

    /** Live, 2.6.28 shows per_cpu__xfsstats of xfs so. .symtab is at 10 in core. */
    @Test
    void thatOfPerCpuDataIsAQuestionMarkInTheWholeTable() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.section(".data.percpu", WA, 4, 0x10);
        ImageBytes image = image(module.symbol("p", 0, OBJECT, 2).withSymbols(), "2.6.28");
        assertEquals("00000001" + "80000001" + "00000000" + "3f000002", hex(image, RegionKind.CORE, 0x20, 0x30));
    }
}
