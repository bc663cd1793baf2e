package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.address.Address;
import io.modrt.error.FormatException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolTextTest {

    private static final String MAP = """
            0000000000000007 A a_constant
            ffffffff80100400 T _text
            ffffffff80100400 T _stext
            ffffffff801004f0 t helper
            ffffffff80116f20 T _mcount
            ffffffff80200000 T helper
            ffffffff80300000 t helper
            ffffffff80c00000 D jiffies
            ffffffff80c01000 W weak_one
            """;

    private static final String KALLSYMS = """
            80100000 T _stext
            801156a0 T _mcount
            80d5d6f5 r name
            c0000000 t libcrc32c_mod_init\t[libcrc32c]
            c0000040 T crc32c\t[libcrc32c]
            c0100040 t _mcount\t[xfs]
            c0100080 t bpf_prog_6deef7357e7b4530\t[bpf]
            """;

    private static Address value(KernelSymbols symbols, String name) {
        return symbols.find(name).orElseThrow().value();
    }

    private static Address hex(String address) {
        return Address.parse(address);
    }

    @Test
    void aMapHasTheValueOfEachName() throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path path = files.getPath("/boot/System.map-6.1.0");
            Files.createDirectories(path.getParent());
            Files.writeString(path, MAP);

            SymbolMap map = KernelSymbols.systemMap(path);

            assertEquals(hex("ffffffff80116f20"), value(map, "_mcount"));
            assertEquals(hex("ffffffff80c00000"), value(map, "jiffies"));
            assertEquals(hex("ffffffff80c01000"), value(map, "weak_one"));
            assertEquals(Optional.empty(), map.find("printk"));
            assertEquals(7, map.symbols().size());
            assertEquals("7 kernel symbols", map.toString());
            assertEquals(
                    map.values(), KernelSymbols.systemMap(new StringReader(MAP)).values());
        }
    }

    @Test
    void ofSeveralSymbolsOfOneNameTheGlobalOneIsMeant() {
        assertEquals(hex("ffffffff80200000"), value(KernelSymbols.systemMap(MAP), "helper"));
        assertEquals(1, value(KernelSymbols.systemMap("1 t f\n2 t f\n"), "f").value(), "else the first");
        assertEquals(
                2, value(KernelSymbols.systemMap("1 t f\n2 T f\n3 T f\n"), "f").value());
    }

    @Test
    void aMapSlidesButForWhatIsAbsolute() {
        SymbolMap slid = KernelSymbols.systemMap(MAP).slid(0x40_0000);

        assertEquals(hex("ffffffff80516f20"), value(slid, "_mcount"));
        assertEquals(7, value(slid, "a_constant").value());
        assertEquals(hex("ffffffff80116f20"), value(slid.slid(-0x40_0000), "_mcount"));
    }

    @Test
    void kallsymsGivesTheKernelsSymbolsAndThoseOfEachModuleApart() {
        SymbolMap symbols = KernelSymbols.kallsyms(KALLSYMS);

        assertEquals(hex("801156a0"), value(symbols, "_mcount"));
        assertEquals(Optional.empty(), symbols.find("crc32c"));
        assertEquals(Set.of("libcrc32c", "xfs", "bpf"), symbols.modules());
        KernelSymbol crc32c = symbols.ownedBy("libcrc32c").find("crc32c").orElseThrow();
        assertEquals(hex("c0000040"), crc32c.value());
        assertEquals("libcrc32c", crc32c.owner());
        assertEquals(hex("c0100040"), value(symbols.ownedBy("xfs"), "_mcount"));
        assertEquals(Map.of(), symbols.ownedBy("none").values());
        assertEquals(hex("c0000040"), value(symbols.slid(16).ownedBy("libcrc32c"), "crc32c"), "modules do not slide");
        assertEquals("3 kernel symbols, and those of 3 modules", symbols.toString());
    }

    @Test
    void carriageReturnsBlankLinesAndNmsUndefinedSymbolsAreNoSymbols() {
        String text = "80100000 T _stext\r\n\r\n         U undefined\n         w weak\n80100004 t last";

        assertEquals(
                Map.of("_stext", hex("80100000"), "last", hex("80100004")),
                KernelSymbols.systemMap(text).values());
    }

    @Test
    void exportRecordsTellWhatIsForCompatibleLicencesAlone() {
        SymbolMap map = KernelSymbols.systemMap("""
                80001000 T open_one
                80001010 T gpl_one
                80001020 T not_exported
                80002000 R __ksymtab_open_one
                8000200c R __start___ksymtab_gpl
                8000200c R __ksymtab_gpl_one
                80002018 R __stop___ksymtab_gpl
                80002018 R __ksymtab_not_exported
                """);

        assertTrue(map.find("gpl_one").orElseThrow().gplOnly());
        assertFalse(map.find("open_one").orElseThrow().gplOnly());
        assertFalse(map.find("not_exported").orElseThrow().gplOnly(), "the end is exclusive");
    }

    @Test
    void boundsOfTheExportTableThatMakeNoSenseMarkNothing() {
        SymbolMap map = KernelSymbols.systemMap("""
                80001000 T f
                80002000 R __ksymtab_f
                ffffffffffffffff R __start___ksymtab_gpl
                0 R __stop___ksymtab_gpl
                """);

        assertFalse(map.find("f").orElseThrow().gplOnly());
    }

    @Test
    void hiddenAddressesAreToldWithTheWayOut() {
        FormatException refusal = assertThrows(
                FormatException.class,
                () -> KernelSymbols.kallsyms("00000000 T _text\n00000000 T _mcount\n00000000 t f\t[xfs]\n"));

        assertEquals(
                "kallsyms: all 3 addresses are 0: the kernel hides them (kptr_restrict); read it as root, with"
                        + " /proc/sys/kernel/kptr_restrict set to 0, or 1 and CAP_SYSLOG",
                refusal.getMessage());
    }

    @Test
    void debiansPlaceholderIsToldForWhatItIs() throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path path = files.getPath("/System.map");
            Files.writeString(
                    path, "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n");

            FormatException refusal = assertThrows(FormatException.class, () -> KernelSymbols.systemMap(path));

            assertEquals(
                    "/System.map: line 1: Debian's placeholder, not a symbol: \"The real System.map is in the"
                            + " linux-image-<version>-dbg package\"; take the map from that package, or /proc/kallsyms from the"
                            + " running kernel",
                    refusal.getMessage());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    # second line                  | what is wrong with it
    hello                          | begins with no address of 1 to 16 hexadecimal digits
    0x80100000 T f                 | no blank, type letter and blank behind the address
    12345678901234567 T f          | begins with no address of 1 to 16 hexadecimal digits
    80100000                       | no blank, type letter and blank behind the address
    80100000 T                     | no blank, type letter and blank behind the address
    80100000 Tf g                  | no blank, type letter and blank behind the address
    80100000 T f g                 | behind the name stands something other than a module in brackets
    80100000 T f [xfs              | behind the name stands something other than a module in brackets
    80100000 T f []                | behind the name stands something other than a module in brackets
    80100000 T  f                  | no name
    """)
    void aBadLineIsToldByItsNumber(String line, String what) {
        FormatException refusal =
                assertThrows(FormatException.class, () -> KernelSymbols.systemMap("80100000 T ok\n" + line + "\n"));

        assertEquals("System.map: line 2: " + what, refusal.getMessage());
        assertEquals(14, refusal.fileOffset().orElseThrow());
        assertTrue(refusal.beyondKernel());
    }

    @Test
    void aFileOfAnotherKindIsToldApart() {
        FormatException elf = assertThrows(FormatException.class, () -> KernelSymbols.systemMap("\u007fELF\1\2\1\n"));
        assertEquals(
                "System.map: line 1: begins with no address of 1 to 16 hexadecimal digits; an ELF file: a kernel's is read by"
                        + " KernelSymbols.vmlinux",
                elf.getMessage());
        FormatException symvers = assertThrows(
                FormatException.class, () -> KernelSymbols.systemMap("0x2df8175b\tgreet\tvmlinux\tEXPORT_SYMBOL\t\n"));
        assertEquals(
                "System.map: line 1: no blank, type letter and blank behind the address; a Module.symvers is read by"
                        + " ModuleSymvers",
                symvers.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "   U f\n"})
    void aTextWithoutSymbolsIsRefused(String text) {
        assertTrue(assertThrows(FormatException.class, () -> KernelSymbols.systemMap(text))
                .getMessage()
                .startsWith("System.map: no symbols in "));
    }

    @Test
    void aFileThatIsNotThereIsAnInputError() throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            assertThrows(NoSuchFileException.class, () -> KernelSymbols.kallsyms(files.getPath("/proc/kallsyms")));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void anyTextGivesSymbolsOrFormatException(long seed) {
        Random random = new Random(seed);
        String letters = "0189afF TtA\t[]\n\r_xé\u0000";
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder(round % 2 == 0 ? KALLSYMS : "");
            for (int i = 0; i < 40; i++) {
                text.insert(random.nextInt(text.length() + 1), letters.charAt(random.nextInt(letters.length())));
            }
            try {
                KernelSymbols.kallsyms(text.toString())
                        .symbols()
                        .forEach(symbol -> assertFalse(symbol.name().isEmpty()));
            } catch (FormatException e) {
                assertTrue(e.getMessage().startsWith("kallsyms: "), e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 1_000, "most are broken: " + refused);
    }

    @Test
    void aWholeKernelsSymbolsAreReadInAMoment() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            text.append(Long.toHexString(0xffff_ffff_8010_0000L + 16L * i))
                    .append(" t some_function_name_")
                    .append(i)
                    .append('\n');
        }

        SymbolMap map = assertTimeout(Duration.ofSeconds(5), () -> KernelSymbols.systemMap(text.toString()));

        assertEquals(100_000, map.symbols().size());
        assertEquals(hex("ffffffff80100010"), value(map, "some_function_name_1"));
    }
}
