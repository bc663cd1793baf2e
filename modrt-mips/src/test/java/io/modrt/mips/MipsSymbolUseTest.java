package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.kernel.SymbolUse;
import io.modrt.spi.CodeReader;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words are GNU as's, for the instructions in the column behind them. */
class MipsSymbolUseTest {
    private record Code(int... words) implements CodeReader {
        @Override
        public boolean holds(long address, int sizeBytes) {
            return address >= 0 && address + sizeBytes <= 4L * words.length;
        }

        @Override
        public int codeAt(long address) {
            return words[(int) address / 4];
        }

        @Override
        public byte byteAt(long address) {
            throw new AssertionError("instructions are words");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "8c430000,                   DATA,    4, lw $3 0($2)",
        "8c430004,                   DATA,    8, lw $3 4($2)",
        "a0430010,                   DATA,   17, sb $3 16($2)",
        "dc430008,                   DATA,   16, ld $3 8($2)",
        "c4400000,                   UNKNOWN, 0, lwc1 $f0 0($2)",
        "24420000 0040f809,          CODE,    0, addiu $2 $2 0; jalr $2",
        "64420000 00000000 0040f809, CODE,    0, daddiu $2 $2 0; nop; jalr $2",
        "24590000 03200008,          CODE,    0, addiu $25 $2 0; jr $25",
        "24420000 8c440008,          DATA,   12, addiu $2 $2 0; lw $4 8($2)",
        "24420000 24420004 0040f809, UNKNOWN, 0, addiu $2 $2 0; addiu $2 $2 4; jalr $2",
        "24420000 00621021 0040f809, UNKNOWN, 0, addiu $2 $2 0; addu $2 $3 $2; jalr $2",
        "24420000,                   UNKNOWN, 0, addiu $2 $2 0"
    })
    void instructionsShowTheUse(String words, SymbolUse.Nature nature, long sizeBytes, String text) {
        Code code = new Code(Arrays.stream(words.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray());

        SymbolUse use = MipsReloc.R_MIPS_LO16.use(0, code, 0);

        assertEquals(new SymbolUse(nature, sizeBytes), use, text);
    }
}
