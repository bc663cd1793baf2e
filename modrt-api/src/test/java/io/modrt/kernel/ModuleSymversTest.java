package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.address.Address;
import io.modrt.error.FormatException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleSymversTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
    # line, tabs written as commas                                 | CRC      | module        | kind       | namespace
    '0x92997ed8,_printk,vmlinux,EXPORT_SYMBOL,'                    | 92997ed8 | vmlinux       | PLAIN      | ''
    '0x00000001,dma_buf_put,vmlinux,EXPORT_SYMBOL_GPL,DMA_BUF'     | 1        | vmlinux       | GPL        | DMA_BUF
    '0xffffffff,crc32c,lib/libcrc32c,EXPORT_SYMBOL'                | ffffffff | lib/libcrc32c | PLAIN      | ''
    '0x12345678,usb_f,USB_STORAGE,drivers/usb/s,EXPORT_SYMBOL_GPL' | 12345678 | drivers/usb/s | GPL        | USB_STORAGE
    '0x12345678,none,,vmlinux,EXPORT_SYMBOL'                       | 12345678 | vmlinux       | PLAIN      | ''
    '12345678,old,vmlinux,EXPORT_SYMBOL_GPL_FUTURE'                | 12345678 | vmlinux       | GPL_FUTURE | ''
    '0x12345678,old,vmlinux,EXPORT_UNUSED_SYMBOL'                  | 12345678 | vmlinux       | UNUSED     | ''
    '0x12345678,old,vmlinux,EXPORT_UNUSED_SYMBOL_GPL,'             | 12345678 | vmlinux       | UNUSED_GPL | ''
    '0x12345678,odd,vmlinux,(unknown)'                             | 12345678 | vmlinux       | EXPORTED   | ''
    '0x2d036834,scsi_remove_host,drivers/scsi/scsi_mod'            | 2d036834 | drivers/scsi/scsi_mod | EXPORTED | ''
    '0xffffffff92997ed8,wide,vmlinux,EXPORT_SYMBOL'                | 92997ed8 | vmlinux       | PLAIN      | ''
    '0x0000000092997ed8,wide,vmlinux,EXPORT_SYMBOL'                | 92997ed8 | vmlinux       | PLAIN      | ''
    """)
    void aLineTellsHowANameIsExported(String line, String crc, String module, ExportKind kind, String namespace) {
        String tabbed = line.replace(',', '\t');

        ModuleSymvers.Export export = KernelSymbols.moduleSymvers(tabbed)
                .find(tabbed.split("\t", -1)[1])
                .orElseThrow();

        assertEquals(OptionalInt.of(Integer.parseUnsignedInt(crc, 16)), export.crc());
        assertEquals(module, export.module());
        assertEquals(kind, export.kind());
        assertEquals(namespace, export.namespace());
    }

    @Test
    void aBuildWithoutModversionsHasNoCrcs() {
        ModuleSymvers symvers = KernelSymbols.moduleSymvers(
                "0x00000000\tf\tvmlinux\tEXPORT_SYMBOL\t\n0x00000000\tg\tvmlinux\tEXPORT_SYMBOL_GPL\tNS\n");

        assertEquals(OptionalInt.empty(), symvers.find("f").orElseThrow().crc());
        assertEquals("NS", symvers.find("g").orElseThrow().namespace());
        assertEquals(Set.of("f", "g"), symvers.names());
        assertEquals(Optional.empty(), symvers.find("h"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    hello                                   | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x1,f                                   | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x1,f,NS,vmlinux,SYMBOL                 | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x1,f,vmlinux,SYMBOL                    | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x1,,vmlinux,EXPORT_SYMBOL              | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x123456789,f,vmlinux,EXPORT_SYMBOL     | "0x123456789" is no CRC of 8 hexadecimal digits
    0x,f,vmlinux,EXPORT_SYMBOL              | "0x" is no CRC of 8 hexadecimal digits
    no,f,vmlinux,EXPORT_SYMBOL              | "no" is no CRC of 8 hexadecimal digits
    """)
    void anOddLineIsLeftOutAndRemarkedOn(String line, String what) {
        String text = "0x92997ed8\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n\n" + line.replace(',', '\t');

        ModuleSymvers symvers = KernelSymbols.moduleSymvers(text);

        assertEquals(Set.of("_printk"), symvers.names());
        assertEquals(List.of("Module.symvers: line 3: " + what), symvers.remarks());
        assertEquals(
                symvers.remarks(),
                KernelSymbols.synthetic().withVersions(symvers).remarks());
        FormatException refusal =
                assertThrows(FormatException.class, () -> KernelSymbols.moduleSymvers(line.replace(',', '\t')));
        assertEquals("Module.symvers: line 1: " + what, refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n \n"})
    void aFileWithoutLinesIsRefused(String text) {
        assertThrows(FormatException.class, () -> KernelSymbols.moduleSymvers(new StringReader(text)));
    }

    @Test
    void aFileSaysNothingOfWhatTheKernelExportsIfItListsModulesAlone() {
        ModuleSymvers symvers =
                KernelSymbols.moduleSymvers("0x1\tcrc32c\tlib/lib-crc\tEXPORT_SYMBOL\n0x2\tf\tlib/b\tEXPORT_SYMBOL\n");
        KernelSymbols symbols = name -> Optional.of(
                switch (name) {
                    case "crc32c", "crc_init" ->
                        KernelSymbol.of(name, Address.of(0x10)).ownedBy("lib_crc");
                    case "other" -> KernelSymbol.of(name, Address.of(0x20)).ownedBy("other");
                    default -> KernelSymbol.of(name, Address.of(0x30));
                });

        KernelSymbols versioned = symbols.withVersions(symvers);

        assertEquals(ExportKind.UNKNOWN, versioned.find("printk").orElseThrow().kind());
        assertEquals(ExportKind.PLAIN, versioned.find("crc32c").orElseThrow().kind());
        assertEquals(
                ExportKind.NOT_EXPORTED,
                versioned.find("crc_init").orElseThrow().kind());
        assertEquals(ExportKind.UNKNOWN, versioned.find("other").orElseThrow().kind());
    }

    @Test
    void whatTheValuesKnowIsKeptUnlessTheFileKnowsMore() {
        ModuleSymvers symvers = KernelSymbols.moduleSymvers(
                "0x1\tf\tvmlinux\n0x2\tstatic_in_kernel\tlib/b\tEXPORT_SYMBOL\n0x3\thidden\tvmlinux\tEXPORT_SYMBOL\n");
        KernelSymbols values = KernelSymbols.systemMap("""
                80100000 T f
                80100010 t static_in_kernel
                80100020 T hidden
                80100030 T extra
                80200000 R __start___ksymtab_gpl
                80200000 r __ksymtab_f
                80200008 R __stop___ksymtab_gpl
                80200008 r __ksymtab_extra
                """);

        KernelSymbols symbols = values.withVersions(symvers);

        KernelSymbol f = symbols.find("f").orElseThrow();
        assertEquals(ExportKind.GPL, f.kind(), "a file of three columns does not know the table");
        assertEquals(OptionalInt.of(1), f.crc());
        assertEquals(
                values.find("static_in_kernel"),
                symbols.find("static_in_kernel"),
                "the module's export is another symbol");
        assertEquals(ExportKind.PLAIN, symbols.find("hidden").orElseThrow().kind());
        assertEquals(ExportKind.EXPORTED, symbols.find("extra").orElseThrow().kind());
    }

    @Test
    void valuesFromElsewhereGetCrcNamespaceAndLicenceRule() throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path path = files.getPath("/Module.symvers");
            Files.writeString(path, "0x92997ed8\tf\tvmlinux\tEXPORT_SYMBOL_GPL\tNS\n");

            KernelSymbols symbols = KernelSymbols.of(
                            Map.of("f", Address.of(0x8010_0000L), "g", Address.of(0x8010_0010L)))
                    .withVersions(KernelSymbols.moduleSymvers(path));

            KernelSymbol f = symbols.find("f").orElseThrow();
            assertEquals(Address.of(0x8010_0000L), f.value());
            assertEquals(OptionalInt.of(0x92997ed8), f.crc());
            assertEquals("NS", f.namespace());
            assertTrue(f.gplOnly());
            assertEquals(
                    KernelSymbol.of("g", Address.of(0x8010_0010L)).exported(ExportKind.NOT_EXPORTED, ""),
                    symbols.find("g").orElseThrow(),
                    "the file lists all that the kernel exports");
            assertEquals(
                    f.slid(0x100), symbols.slid(0x100).find("f").orElseThrow(), "what slides keeps what is said of it");
        }
    }
}
