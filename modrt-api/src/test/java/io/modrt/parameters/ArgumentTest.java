package io.modrt.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The splitting of a module's arguments. */
class ArgumentTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "nousb=1,           nousb,  1",
                "quirks=\"a b\",    quirks, a b",
                "\"quirks=a b\",    quirks, a b",
                "bare,              bare,   none",
                "empty=,            empty,  ``",
                "two=x=y,           two,    x=y",
                "a=\"b c\"d,        a,      b c\"d",
                "a=b\"c d\"e,       a,      b\"c d\"e",
                "a=\"open end,      a,      open end",
                "=1,                =1,     none",
            })
    void oneWordIsANameAndAValue(String text, String name, String value) {
        List<Argument> arguments = Argument.split(text).arguments();
        assertEquals(List.of(new Argument(name, Optional.ofNullable(value))), arguments);
    }

    @Test
    void anyWhiteSpaceSeparates() {
        assertEquals(
                List.of("a=1", "b", "c=2"),
                Argument.split("  a=1\tb\n  c=2 ").arguments().stream()
                        .map(Argument::toString)
                        .toList());
        assertTrue(Argument.split(" \n").arguments().isEmpty());
    }

    @Test
    void twoHyphensEndTheParameters() {
        Argument.Split split = Argument.split("a=1 --  b=2 c");
        assertEquals(1, split.arguments().size());
        assertEquals(Optional.of("b=2 c"), split.rest());
        assertEquals(Optional.of(""), Argument.split("--").rest());
        assertTrue(Argument.split("a=--").rest().isEmpty());
    }

    @Test
    void hyphensAndUnderscoresAreTheSameInNames() {
        assertTrue(new Argument("submit-queues", Optional.empty()).isFor("submit_queues"));
        assertTrue(new Argument("submit_queues", Optional.empty()).isFor("submit-queues"));
    }
}
