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
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
            c0101000 t ftrace_trampoline\t[__builtin__ftrace]
            c0102000 t kprobe_insn_page\t[__builtin__kprobes]
            """;

    private static Address value(KernelSymbols symbols, String name) {
        return symbols.find(name).orElseThrow().value();
    }

    private static ExportKind kind(KernelSymbols symbols, String name) {
        return symbols.find(name).orElseThrow().kind();
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
        assertEquals(Set.of("libcrc32c", "xfs"), symbols.modules());
        KernelSymbol crc32c = symbols.ownedBy("libcrc32c").find("crc32c").orElseThrow();
        assertEquals(hex("c0000040"), crc32c.value());
        assertEquals("libcrc32c", crc32c.owner());
        assertEquals(hex("c0100040"), value(symbols.ownedBy("xfs"), "_mcount"));
        assertEquals(Map.of(), symbols.ownedBy("none").values());
        assertEquals(hex("c0000040"), value(symbols.slid(16).ownedBy("libcrc32c"), "crc32c"), "modules do not slide");
        assertEquals("3 kernel symbols, and those of 2 modules", symbols.toString());
    }

    @Test
    void carriageReturnsBlankLinesAndNmsUndefinedSymbolsAreNoSymbols() {
        String text = "80100000 T _stext\r\n\r\n         U undefined\n         w weak\n80100004 t last";

        assertEquals(
                Map.of("_stext", hex("80100000"), "last", hex("80100004")),
                KernelSymbols.systemMap(text).values());
    }

    @Test
    void exportRecordsTellWhatIsExportedAndToWhom() {
        SymbolMap map = KernelSymbols.systemMap("""
                80001000 T open_one
                80001010 T gpl_one
                80001020 T at_the_end
                80001030 T not_exported
                80002000 R __ksymtab_open_one
                8000200c R __start___ksymtab_gpl
                8000200c R __ksymtab_gpl_one
                80002018 R __stop___ksymtab_gpl
                80002018 R __ksymtab_at_the_end
                """);

        assertEquals(ExportKind.GPL, kind(map, "gpl_one"));
        assertEquals(ExportKind.EXPORTED, kind(map, "open_one"), "the map does not have the table's start");
        assertEquals(ExportKind.EXPORTED, kind(map, "at_the_end"), "the end is exclusive");
        assertEquals(ExportKind.NOT_EXPORTED, kind(map, "not_exported"));
    }

    @Test
    void boundsOfTheExportTableThatMakeNoSenseMarkNothing() {
        SymbolMap map = KernelSymbols.systemMap("""
                80001000 T f
                80002000 R __ksymtab_f
                ffffffffffffffff R __start___ksymtab_gpl
                0 R __stop___ksymtab_gpl
                """);

        assertEquals(ExportKind.EXPORTED, kind(map, "f"));
    }

    @Test
    void theTablesOfOlderKernelsAreToldApart() {
        SymbolMap map = KernelSymbols.systemMap("""
                80001000 T open
                80001010 T gpl
                80001020 T unused
                80001030 T unused_gpl
                80001040 T future
                80002000 R __start___ksymtab
                80002000 r __ksymtab_open
                80002008 R __start___ksymtab_gpl
                80002008 R __stop___ksymtab
                80002008 r __ksymtab_gpl
                80002010 R __start___ksymtab_unused
                80002010 R __stop___ksymtab_gpl
                80002010 r __ksymtab_unused
                80002018 R __start___ksymtab_unused_gpl
                80002018 R __stop___ksymtab_unused
                80002018 r __ksymtab_unused_gpl
                80002020 R __start___ksymtab_gpl_future
                80002020 R __stop___ksymtab_unused_gpl
                80002020 r __ksymtab_future
                80002028 R __stop___ksymtab_gpl_future
                """);

        assertEquals(ExportKind.PLAIN, kind(map, "open"));
        assertEquals(ExportKind.GPL, kind(map, "gpl"));
        assertEquals(ExportKind.UNUSED, kind(map, "unused"));
        assertEquals(ExportKind.UNUSED_GPL, kind(map, "unused_gpl"));
        assertEquals(ExportKind.GPL_FUTURE, kind(map, "future"));
        assertEquals(ExportKind.GPL, kind(map.slid(0x1000), "gpl"));
    }

    @Test
    void withoutExportRecordsOnlyLocalSymbolsAreKnownNotToBeExported() {
        SymbolMap map = KernelSymbols.kallsyms("80100000 T printk\n80100100 t kfree\n80100200 t f\n80100300 T f\n");

        assertEquals(ExportKind.UNKNOWN, kind(map, "printk"));
        assertEquals(ExportKind.NOT_EXPORTED, kind(map, "kfree"));
        assertEquals(ExportKind.UNKNOWN, kind(map, "f"), "one of that name is global");
        assertEquals(
                ExportKind.UNKNOWN,
                kind(KernelSymbols.kallsyms("80100000 t printk\n80100100 t kfree\n"), "kfree"),
                "if all letters are small they say nothing");
    }

    @Test
    void exportsOfModulesAreKnownByTheirRecordsToo() {
        SymbolMap symbols = KernelSymbols.kallsyms("""
                80100000 T printk
                80200000 r __ksymtab_printk
                c0000000 T crc32c\t[libcrc32c]
                c0000040 t crc32c_init\t[libcrc32c]
                c0001000 r __ksymtab_crc32c\t[libcrc32c]
                c0100000 T xfs_start\t[xfs]
                """);

        assertEquals(ExportKind.EXPORTED, kind(symbols.ownedBy("libcrc32c"), "crc32c"));
        assertEquals(ExportKind.NOT_EXPORTED, kind(symbols.ownedBy("libcrc32c"), "crc32c_init"));
        assertEquals(ExportKind.NOT_EXPORTED, kind(symbols.ownedBy("xfs"), "xfs_start"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"92997ed8 A", "ffffffff92997ed8 a", "0000000092997ed8 A"})
    void crcsAreNoAddresses(String crc) {
        SymbolMap map = KernelSymbols.systemMap("80100000 T printk\n80100100 T kfree\n" + crc + " __crc_printk\n");

        assertEquals(
                KernelSymbol.of("printk", hex("80100000")).withCrc(0x92997ed8).exported(ExportKind.EXPORTED, ""),
                map.find("printk").orElseThrow());
        assertEquals(Optional.empty(), map.find("__crc_printk"));
        assertEquals(ExportKind.NOT_EXPORTED, kind(map, "kfree"));
    }

    @Test
    void nullIsAnAddressOfZero() {
        SymbolMap symbols = KernelSymbols.kallsyms(
                "  (null) A __per_cpu_start\n80100000 T _text\n(null) a b\nc0000000 t foo\t[bar]\n");

        assertEquals(
                Map.of("__per_cpu_start", Address.of(0), "_text", hex("80100000"), "b", Address.of(0)),
                symbols.values());
        assertEquals(Set.of("bar"), symbols.modules());
        assertEquals(List.of(), symbols.remarks());
    }

    @Test
    void namesMayHave511Characters() {
        String name = "n".repeat(511);

        assertEquals(hex("80100000"), value(KernelSymbols.kallsyms("80100000 T " + name + "\n"), name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000 T _text\n00000000 T _mcount\n00000000 t f\t[xfs]\n",
                "  (null) T _text\n  (null) T _mcount\n  (null) t f\t[xfs]\n",
                "0000000000000000 A _text\n(null) T _mcount\n0 t f\t[xfs]\nan odd line\n"
            })
    void hiddenAddressesAreToldWithTheWayOut(String text) {
        FormatException refusal = assertThrows(FormatException.class, () -> KernelSymbols.kallsyms(text));

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
    hello                          | begins with no address of 1 to 16 hexadecimal digits, as 80100400 T _stext does
    0x80100000 T f                 | no blank, type letter and blank behind the address
    12345678901234567 T f          | begins with no address of 1 to 16 hexadecimal digits, as 80100400 T _stext does
    80100000                       | no blank, type letter and blank behind the address
    80100000 T                     | no blank, type letter and blank behind the address
    80100000 Tf g                  | no blank, type letter and blank behind the address
    80100000 T f g                 | behind the name stands something other than a module in brackets
    80100000 T f [xfs              | behind the name stands something other than a module in brackets
    80100000 T f []                | behind the name stands something other than a module in brackets
    80100000 T  f                  | no name
    """)
    void anOddLineIsLeftOutAndRemarkedOn(String line, String what) {
        SymbolMap map = KernelSymbols.systemMap("80100000 T ok\n" + line + "\n80100010 T last");

        assertEquals(Map.of("ok", hex("80100000"), "last", hex("80100010")), map.values());
        assertEquals(List.of("System.map: line 2: " + what), map.remarks());
    }

    @Test
    void aTextOfOddLinesAloneIsRefusedForTheFirst() {
        FormatException refusal =
                assertThrows(FormatException.class, () -> KernelSymbols.systemMap("\nhello\n80100000\n"));

        assertEquals(
                "System.map: line 2: begins with no address of 1 to 16 hexadecimal digits, as 80100400 T _stext does",
                refusal.getMessage());
        assertEquals(1, refusal.fileOffset().orElseThrow());
        assertTrue(refusal.beyondKernel());
    }

    @Test
    void ofThousandsOfOddLinesAFewAreTold() {
        SymbolMap map = KernelSymbols.kallsyms("80100000 T ok\n" + "odd\n".repeat(5_000));

        assertEquals(9, map.remarks().size());
        assertEquals(
                "kallsyms: line 9: begins with no address of 1 to 16 hexadecimal digits, as 80100400 T _stext does",
                map.remarks().get(7));
        assertEquals("and 4992 more of this source", map.remarks().get(8));
        assertEquals(map.remarks(), map.slid(16).remarks());
    }

    @Test
    void aFileOfAnotherKindIsToldApart() {
        FormatException elf = assertThrows(FormatException.class, () -> KernelSymbols.systemMap("\u007fELF\1\2\1\n"));
        assertEquals(
                "System.map: line 1: begins with no address of 1 to 16 hexadecimal digits, as 80100400 T _stext does; an ELF file: a kernel's is read by"
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
            UncheckedIOException missing = assertThrows(
                    UncheckedIOException.class, () -> KernelSymbols.kallsyms(files.getPath("/proc/kallsyms")));
            assertEquals(
                    "/proc/kallsyms: no such file or folder; expected a System.map or kallsyms", missing.getMessage());
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
        assertTrue(refused > 100, "those without a kernel's text are broken: " + refused);
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
