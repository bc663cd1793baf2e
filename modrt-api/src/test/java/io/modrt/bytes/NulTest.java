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

    /** The last byte is the least of the number's eight, as little-endian numbers are written. */
    @ParameterizedTest
    @CsvSource({
        "6162636465666768696a00, 6867666564636261",
        "6162636465666700696a00, 67666564636261",
        "61620063646566676800, 6261",
        "006162636465666768, 0",
        "ff00, ff",
        "00, 0",
        "61626364656667ff, ff67666564636261",
        "80ff7f010000000000, 17fff80"
    })
    void aStringsFirstEightBytesEndAtItsNul(String hex, String beginning) {
        byte[] bytes = HexFormat.of().parseHex(hex + "00");

        assertEquals(beginning, Long.toHexString(Nul.beginning(bytes, 0)));
    }
}
