package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExportKindTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
    # kind       | section              | CRCs                 | exported | GPL only | unused | symbol's text
    UNKNOWN      | -                    | -                    | false    | false    | false  | f = 0x10
    NOT_EXPORTED | -                    | -                    | false    | false    | false  | f = 0x10, not exported
    EXPORTED     | -                    | -                    | true     | false    | false  | f = 0x10
    PLAIN        | __ksymtab            | __kcrctab            | true     | false    | false  | f = 0x10
    GPL          | __ksymtab_gpl        | __kcrctab_gpl        | true     | true     | false  | f = 0x10, GPL only
    GPL_FUTURE   | __ksymtab_gpl_future | __kcrctab_gpl_future | true     | false    | false  | f = 0x10, GPL only in future
    UNUSED       | __ksymtab_unused     | __kcrctab_unused     | true     | false    | true   | f = 0x10, unused
    UNUSED_GPL   | __ksymtab_unused_gpl | __kcrctab_unused_gpl | true     | true     | true   | f = 0x10, unused, GPL only
    """)
    void aKindSaysWhoMayUseASymbol(
            ExportKind kind,
            String section,
            String crcs,
            boolean isExported,
            boolean isGplOnly,
            boolean isUnused,
            String text) {
        if (section != null) {
            assertEquals(section, kind.section());
            assertEquals(crcs, kind.crcSection());
        }
        assertEquals(isExported, kind.isExported());
        assertEquals(isGplOnly, kind.isGplOnly());
        assertEquals(isUnused, kind.isUnused());
        KernelSymbol symbol = KernelSymbol.of("f", Address.of(0x10)).exported(kind, "");
        assertEquals(text, symbol.toString());
        assertEquals(isGplOnly, symbol.gplOnly());
    }

    @Test
    void tablesStandInTheOrderOfTheKernelsSearch() {
        assertEquals(
                List.of(
                        ExportKind.PLAIN,
                        ExportKind.GPL,
                        ExportKind.GPL_FUTURE,
                        ExportKind.UNUSED,
                        ExportKind.UNUSED_GPL),
                ExportKind.tables());
    }

    @ParameterizedTest
    @EnumSource(
            value = ExportKind.class,
            names = {"UNKNOWN", "NOT_EXPORTED", "EXPORTED"})
    void whatIsInNoTableHasNoSection(ExportKind kind) {
        assertThrows(IllegalStateException.class, kind::section);
        assertThrows(IllegalStateException.class, kind::crcSection);
    }
}
