package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.conformance.BinutilsView.Named;
import java.util.List;
import org.junit.jupiter.api.Test;

class BinutilsViewTest {

    @Test
    void nmsColumnsAreRead() {
        List<Named> symbols = BinutilsView.symbols("""


                Symbols from m.ko:

                Name                  Value           Class        Type         Size             Line  Section

                __crc_greet         |82c6b2c1|   A  |            NOTYPE|        |     |*ABS*
                __ksymtab_greet     |00000008|   r  |            OBJECT|00000008|     |__ksymtab_gpl
                printk              |        |   U  |            NOTYPE|        |     |*UND*
                may_be_missing      |        |   w  |            NOTYPE|        |     |*UND*
                """);
        assertEquals(
                List.of(
                        new Named("__crc_greet", 'A', 0x82c6_b2c1L, "*ABS*"),
                        new Named("__ksymtab_greet", 'r', 8, "__ksymtab_gpl"),
                        new Named("printk", 'U', 0, "*UND*"),
                        new Named("may_be_missing", 'w', 0, "*UND*")),
                symbols);
        assertEquals(
                List.of(false, false, true, true),
                symbols.stream().map(Named::isUndefined).toList());
        assertEquals(
                List.of(true, false, false, false),
                symbols.stream().map(Named::isAbsolute).toList());
    }
}
