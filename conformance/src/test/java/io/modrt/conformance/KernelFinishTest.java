package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Tables of a few entries, with what a kernel makes of them written out by hand. */
class KernelFinishTest {
    private static final long TEXT = 0xc000_0000L;
    private static final long INIT = 0xc100_0000L;
    private static final long TABLE = 0xc000_1000L;
    private static final long DATA = 0xc000_2000L;

    private final Words words = new Words(true, false);

    private void add(String name, long address, int... contents) {
        ByteBuffer bytes = ByteBuffer.allocate(contents.length * Integer.BYTES);
        for (int word : contents) {
            bytes.putInt(word);
        }
        words.add(0, name, address, name.startsWith(".init"), bytes.array());
    }

    private int[] contents(String name) {
        Words.Placed section = words.section(name).orElseThrow();
        int[] contents = new int[section.bytes().capacity() / Integer.BYTES];
        for (int i = 0; i < contents.length; i++) {
            contents[i] = section.bytes().getInt(i * Integer.BYTES);
        }
        return contents;
    }

    @Test
    void exceptionTableIsSortedByInstructionAsUnsigned() {
        add("__ex_table", TABLE, 0xc000_0010, 1, 0x7000_0000, 2, 0xc000_0008, 3);

        new KernelFinish(words, Target.O32_BE).apply();

        assertArrayEquals(new int[] {0x7000_0000, 2, 0xc000_0008, 3, 0xc000_0010, 1}, contents("__ex_table"));
    }

    @Test
    void tracedFunctionsBranchOverTheirCallAndTheTableIsSorted() {
        add(".text", TEXT, 0x3c03_8016, 0x2463_b47c, 0x03e0_0825, 0x0c00_0010, 0x27bd_fff8);
        add("__mcount_loc", TABLE, (int) TEXT + 12, (int) TEXT);

        new KernelFinish(words, Target.O32_BE).apply();

        assertArrayEquals(new int[] {0x1000_0005, 0, 0x03e0_0825, 0, 0}, contents(".text"));
        assertArrayEquals(new int[] {(int) TEXT, (int) TEXT + 12}, contents("__mcount_loc"));
    }

    /** Two entries of one key of the module's own (default true, so bit 0), one of them in init code, and one of a foreign key. */
    @Test
    void jumpLabelsAreSwitchedOffSortedAndToldToTheirKey() {
        add(".text", TEXT, 0x1000_0001, 0, 0x0800_0004, 0);
        add(".init.text", INIT, 0x1000_0001, 0);
        add(
                "__jump_table",
                TABLE,
                (int) INIT,
                0xa,
                (int) DATA,
                (int) TEXT,
                0xb,
                (int) DATA | 1,
                (int) TEXT + 8,
                0xc,
                0x8000_0000);
        add(".data", DATA, 1, 1);

        new KernelFinish(words, Target.O32_BE).apply();

        assertArrayEquals(new int[] {0, 0, 0x0800_0004, 0}, contents(".text"));
        assertArrayEquals(new int[] {0, 0}, contents(".init.text"));
        assertArrayEquals(
                new int[] {
                    (int) TEXT + 8, 0xc, 0x8000_0000, (int) TEXT, 0xb, (int) DATA | 1, (int) INIT, 0xa, (int) DATA | 2
                },
                contents("__jump_table"));
        assertArrayEquals(new int[] {1, (int) TABLE + 12 | 1}, contents(".data"));
        assertEquals(4, words.sections().size());
    }
}
