package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.CodeReader;
import io.modrt.spi.Width;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where code leads. GNU as assembled the words. */
class PariscBranchesTest {
    private static final long SITE = 0x0081_1000L;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # code                                            | words             | target
            b,l .+0x110,%r2                                   | e8400210          | 811110
            b .-0x20                                          | e81f1fb5          | 810fe0
            ldil L%0x18000004,%r1; be,n R%0x18000004(%sr4,%r1) | 20200300 e020200a | 18000004
            ldil L%0x10f4a5d4,%r21; be,l (%sr4,%r21)          | 22a5421e e6a02ba8 | 10f4a5d4
            ldil L%0x18000004,%r1; be,l (%sr4,%r21)           | 20200300 e6a02ba8 |
            cmpb,= %r1,%r2,.+16                               | 80412010          |
            ldo 4(%r3),%r4                                    | 34640008          |
            """)
    void targetsAreTold(String code, String words, String target) {
        int[] memory = Arrays.stream(words.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
        OptionalLong expected = target == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(target, 16));
        assertEquals(expected, PariscBranches.target(SITE, new Memory(memory), Width.BITS_32), code);
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
