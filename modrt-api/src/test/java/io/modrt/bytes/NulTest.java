package io.modrt.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NulTest {
    /** The strings are written in hexadecimal, with what lies behind them. */
    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "00010101010101010101, 0",
        "6100, 1",
        "616263646566670068, 7",
        "61626364656667686900, 9",
        "808080808080808000, 8",
        "0101010101010101010100, 10",
        "ff80017f0001008080, 4",
        "ffffffffffffff00ffffffffffffffff, 7",
        "010000000000000000, 1"
    })
    void aStringEndsAtTheFirstNulWhateverIsAroundIt(String hex, int length) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertEquals(length, Nul.distance(bytes, 0));
    }

    @ParameterizedTest
    @CsvSource({"0, 12", "4, 8", "5, 7", "11, 1", "12, 0", "13, 2"})
    void aStringMayBeginAnywhere(int at, int length) {
        assertEquals(length, Nul.distance("twelve bytes\0ab\0".getBytes(StandardCharsets.UTF_8), at));
    }
}
