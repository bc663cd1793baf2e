package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.spi.CodeReader;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where code leads. GNU as assembled the words. */
class AArch64BranchesTest {
    private static final long SITE = 0xffff_8000_0000_1000L;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # code                                              | words                               | target
            b .+0x100                                           | 14000040                            | ffff800000001100
            bl .-0x20                                           | 97fffff8                            | ffff800000000fe0
            ldr x16,.+8; br x16; .quad                          | 58000050 d61f0200 08000000 ffff0000 | ffff000008000000
            adrp x16,.+0x5000; add x16,x16,0x123; br x16        | b0000030 91048e10 d61f0200          | ffff800000006123
            movz x9,0x1234; movk 0xffff,48; movk 0x8000,32; blr | d2824689 f2ffffe9 f2d00009 d63f0120 | ffff800000001234
            movn x9,0xfff; br x9                                | 9281ffe9 d61f0120                   | fffffffffffff000
            ldr x16,.+8; br x16; no literal                     | 58000050 d61f0200                   |
            cbz x0,.+16                                         | b4000080                            |
            add x1,x2,x3                                        | 8b030041                            |
            """)
    void targetsAreTold(String code, String words, String target) {
        int[] memory = Arrays.stream(words.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
        OptionalLong expected =
                target == null ? OptionalLong.empty() : OptionalLong.of(Long.parseUnsignedLong(target, 16));
        assertEquals(expected, AArch64Branches.target(SITE, new Memory(memory)), code);
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
