package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words and what GNU objdump says of them. */
class PariscWordTest {

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # word     | objdump                                      | field         | value
            0xe85f1fd5 | b,l 810ff0,rp at 811000                      | branch        | -0x18
            0xe809a890 | b,l 823450,rp at 811000                      | branch        | 0x12448
            0xebffbca5 | b,l 811028,rp at 8111d0                      | branch        | -0x1b0
            0xe81f1fc7 | b,l,n 8111a4,r0 at 8111bc                    | branch        | -0x20
            0x20312202 | ldil L%10123000,r1                           | left          | 0x10123000
            0x20211001 | ldil L%-7fffd800,r1                          | left          | -0x7fffd800
            0xe02028aa | be,n 454(sr4,r1)                             | be            | 0x454
            0xe03f28b7 | be,n -ba8(sr4,r1)                            | be            | -0xba8
            0xe02028aa | be,n 454(sr4,r1)                             | space         | 4
            0xe0206002 | be,n 0(sr5,r1)                               | space         | 5
            0x34213fff | ldo -1(r1),r1                                | 14            | -1
            0x50210020 | ldd 10(r1),r1                                | 16a           | 0x10
            0x537b4000 | ldd 2000(dp),dp                              | 16a           | 0x2000
            0x537bffe0 | ldd 7ff0(dp),dp                              | 16a           | 0x7ff0
            0x0f6010db | ldd 0(dp),dp                                 | 5             | 0
            0x0f7010db | ldd 8(dp),dp                                 | 5             | 8
            """)
    void aFieldIsWhatObjdumpReads(String word, String text, String field, String value) {
        int bits = Integer.parseUnsignedInt(word.substring(2), 16);
        int read = switch (field) {
            case "branch" -> PariscWord.branchDisplacement(bits);
            case "left" -> PariscWord.immediateLeft(bits);
            case "be" -> PariscWord.assemble17(bits) << 2;
            case "space" -> PariscWord.spaceRegister(bits);
            case "14" -> PariscWord.displacement14(bits);
            case "16a" -> PariscWord.displacement16a(bits);
            case "5" -> PariscWord.displacement5(bits);
            default -> throw new IllegalArgumentException(field + " of " + text);
        };
        assertEquals(Integer.decode(value), read, text);
    }

    @Test
    void onlyABranchHasADisplacement() {
        assertThrows(IllegalArgumentException.class, () -> PariscWord.branchDisplacement(0x0800_0240)); // nop
        assertThrows(IllegalArgumentException.class, () -> PariscWord.branchDisplacement(0xe820_d000)); // bve (r1)
        assertEquals(0xe840_0002, PariscWord.withoutDisplacement(0xe85f_1fd7)); // b,l,n .,rp
        assertEquals(0xe800_a000, PariscWord.withoutDisplacement(0xebff_bca5)); // b,l .,rp with 22 bits
    }
}
