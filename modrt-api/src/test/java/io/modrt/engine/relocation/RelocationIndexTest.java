package io.modrt.engine.relocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.address.Address;
import io.modrt.error.RelocationPlace;
import io.modrt.link.Relocation;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.PlainType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelocationIndexTest {
    private static final PlainType WORD = new PlainType("R_WORD", 1, Formula.S_A, 0, Field.WORD32, Fit.TRUNCATED);

    private static Relocation relocation(String symbol, long place) {
        RelocationPlace numbers =
                new RelocationPlace("m", ".text", 0, "R_WORD", symbol, Address.of(0), 0, Address.of(place));
        return new Relocation(numbers, WORD, 0, 0, 0, Optional.empty());
    }

    private static List<String> symbols(List<Relocation> relocations) {
        return relocations.stream().map(each -> each.place().symbol()).toList();
    }

    /** In the order of application, which is not that of addresses; two of one place, with another between them. */
    private static final RelocationIndex INDEX = new RelocationIndex(List.of(
            relocation("high", 0xffff_ffff_c000_0008L),
            relocation("first", 0x8000_0010L),
            relocation("low", 4),
            relocation("second", 0x8000_0010L),
            relocation("third", 0x8000_0010L),
            relocation("next", 0x8000_0014L)));

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # place            | those of the place, in the order of application
            0                  | []
            4                  | [low]
            0x8                | []
            0x80000010         | [first, second, third]
            0x80000012         | []
            0x80000014         | [next]
            0xffffffff80000010 | []
            0xffffffffc0000008 | [high]
            0xffffffffffffffff | []
            """)
    void aPlaceHasItsRelocationsInTheOrderOfApplication(String place, String symbols) {
        long address = place.startsWith("0x") ? Long.parseUnsignedLong(place.substring(2), 16) : Long.parseLong(place);
        assertEquals(symbols, symbols(INDEX.at(Address.of(address))).toString());
    }

    @Test
    void withoutRelocationsNoPlaceHasAny() {
        assertEquals(List.of(), new RelocationIndex(List.of()).at(Address.of(0)));
    }

    @Test
    void theListThatIsGivenStaysTheCallers() {
        List<Relocation> given = new ArrayList<>(List.of(relocation("b", 8), relocation("a", 4)));
        RelocationIndex index = new RelocationIndex(given);
        assertEquals(List.of("b", "a"), symbols(given));
        given.clear();
        assertEquals(List.of("a"), symbols(index.at(Address.of(4))));
    }
}
