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
    # line, tabs written as commas                               | CRC      | module            | GPL   | namespace
    '0x92997ed8,_printk,vmlinux,EXPORT_SYMBOL,'                  | 92997ed8 | vmlinux           | false | ''
    '0x00000001,dma_buf_put,vmlinux,EXPORT_SYMBOL_GPL,DMA_BUF'   | 1        | vmlinux           | true  | DMA_BUF
    '0xffffffff,crc32c,lib/libcrc32c,EXPORT_SYMBOL'              | ffffffff | lib/libcrc32c     | false | ''
    '0x12345678,usb_f,USB_STORAGE,drivers/usb/s,EXPORT_SYMBOL_GPL' | 12345678 | drivers/usb/s   | true  | USB_STORAGE
    '12345678,old,vmlinux,EXPORT_SYMBOL_GPL_FUTURE'              | 12345678 | vmlinux           | true  | ''
    """)
    void aLineTellsHowANameIsExported(String line, String crc, String module, boolean gplOnly, String namespace) {
        String tabbed = line.replace(',', '\t');

        ModuleSymvers.Export export = KernelSymbols.moduleSymvers(tabbed)
                .find(tabbed.split("\t", -1)[1])
                .orElseThrow();

        assertEquals(OptionalInt.of(Integer.parseUnsignedInt(crc, 16)), export.crc());
        assertEquals(module, export.module());
        assertEquals(gplOnly, export.kind().isGplOnly());
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
    0x1,f,vmlinux                           | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x1,f,vmlinux,SYMBOL                    | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x1,,vmlinux,EXPORT_SYMBOL              | not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between
    0x123456789,f,vmlinux,EXPORT_SYMBOL     | "0x123456789" is no CRC of 8 hexadecimal digits
    0x,f,vmlinux,EXPORT_SYMBOL              | "0x" is no CRC of 8 hexadecimal digits
    no,f,vmlinux,EXPORT_SYMBOL              | "no" is no CRC of 8 hexadecimal digits
    """)
    void aBadLineIsToldByItsNumber(String line, String what) {
        String text = "0x92997ed8\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n\n" + line.replace(',', '\t');

        FormatException refusal = assertThrows(FormatException.class, () -> KernelSymbols.moduleSymvers(text));

        assertEquals("Module.symvers: line 3: " + what, refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n \n"})
    void aFileWithoutLinesIsRefused(String text) {
        assertThrows(FormatException.class, () -> KernelSymbols.moduleSymvers(new StringReader(text)));
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
                    KernelSymbol.of("g", Address.of(0x8010_0010L)),
                    symbols.find("g").orElseThrow());
            assertEquals(
                    f.slid(0x100), symbols.slid(0x100).find("f").orElseThrow(), "what slides keeps what is said of it");
        }
    }
}
