package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.CodeReader;
import io.modrt.spi.Width;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where code leads. GNU as assembled the words. */
class MipsBranchesTest {
    private static final long SITE = 0xc000_1000L;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # code                                            | words                                | target
            jal 0xc0040100                                    | 0c010040                             | c0040100
            j 0xc0040100                                      | 08010040                             | c0040100
            b .+16                                            | 10000003                             | c0001010
            b .-4                                             | 1000fffe                             | c0000ffc
            bal .+16                                          | 04110003                             | c0001010
            lui $25,0x8010; addiu $25,$25,-16; jalr $25       | 3c198010 2739fff0 0320f809           | 800ffff0
            lui $25,0x8010; ori $25,$25,0x1004; jr $25        | 3c198010 37391004 03200008           | 80101004
            lui $3,0x8010; nop; addiu $3,$3,4; jr $3          | 3c038010 00000000 24630004 00600008  | 80100004
            beq $2,$0,.+16                                    | 10400003                             |
            lui $25,0x8010; jr $24                            | 3c198010 03000008                    |
            addu $2,$3,$4                                     | 00641021                             |
            """)
    void targetsAreTold(String code, String words, String target) {
        int[] memory = Arrays.stream(words.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
        OptionalLong expected = target == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(target, 16));
        assertEquals(expected, MipsBranches.target(SITE, new Memory(memory), Width.BITS_32), code);
    }

    private record Memory(int[] words) implements CodeReader {
        @Override
        public boolean holds(long address, int sizeBytes) {
            return address >= SITE && address + sizeBytes <= SITE + words.length * 4L;
        }

        @Override
        public int codeAt(long address) {
            return words[(int) (address - SITE) / 4];
        }

        @Override
        public byte byteAt(long address) {
            throw new AssertionError("bytes are not asked for");
        }
    }
}
