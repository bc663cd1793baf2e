package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.modrt.conformance.PariscFinish.Machine;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Tables of a few entries, with what a kernel makes of them written out by hand. */
class PariscFinishTest {
    private static final long TEXT = 0x0081_1000L;
    private static final long INIT = 0x0091_1000L;
    private static final long TABLE = 0x0081_2000L;
    private static final long DATA = 0x0081_3000L;

    private static final int NOP = 0x0800_0240;
    private static final int SYNC = 0x0000_0400;

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
    void exceptionsAreSortedByTheInstructionAndCountFromTheirNewPlaces() {
        // TABLE - 0xff0 = 0x811010 and TABLE + 0xc - 0x1008 = 0x811004; both go on at 0x811040
        add("__ex_table", TABLE, -0xff0, -0xfc4, 1, -0x1008, -0xfd0, 2);

        new PariscFinish(words, Machine.UNKNOWN).apply();

        // 0x811004 - 0x812000, 0x811040 - 0x812004; 0x811010 - 0x81200c, 0x811040 - 0x812010
        assertArrayEquals(new int[] {-0xffc, -0xfc4, 2, -0xffc, -0xfd0, 1}, contents("__ex_table"));
    }

    @Test
    void theLastUnwindTableIsSorted() {
        add(".PARISC.unwind", TABLE, 8, 9, 0, 0, 4, 5, 0, 0);
        add(".PARISC.unwind.init.text", DATA, 0x9000_0000, 3, 7, 7, 2, 3, 6, 6);

        new PariscFinish(words, Machine.UNKNOWN).apply();

        assertArrayEquals(new int[] {8, 9, 0, 0, 4, 5, 0, 0}, contents(".PARISC.unwind"));
        assertArrayEquals(new int[] {2, 3, 6, 6, 0x9000_0000, 3, 7, 7}, contents(".PARISC.unwind.init.text"));
    }

    /** In turn: one word on one CPU; three words without a data cache; two words always; a TLB purge on QEMU; two words copied. */
    @Test
    void codeIsRewrittenWhereAConditionHolds() {
        add(".text", TEXT, SYNC, 11, 12, 13, 21, 22, 0x0400_1000, 31, 32, 41, 42);
        add(
                ".altinstructions",
                TABLE,
                (int) (TEXT - TABLE),
                0x0001_0001,
                NOP,
                (int) (TEXT + 4 - TABLE - 12),
                0x0003_0002,
                NOP,
                (int) (TEXT + 16 - TABLE - 24),
                0x0002_0080,
                NOP,
                (int) (TEXT + 24 - TABLE - 36),
                0x0001_0020,
                2,
                (int) (TEXT + 28 - TABLE - 48),
                0xfffe_0001,
                (int) (DATA - TABLE - 56));
        add(".data", DATA, 51, 52);

        new PariscFinish(words, Machine.ONE_CPU).apply();

        // b,n over two words: 0xe8000002 + (2 - 2) * 8
        assertArrayEquals(new int[] {NOP, 11, 12, 13, 0xe800_0002, 22, 0x0400_1400, 51, 52, 41, 42}, contents(".text"));
    }

    @Test
    void tracedPlacesAreSorted() {
        add("__patchable_function_entries", TABLE, 0x9000_0000, 4, 3);

        new PariscFinish(words, Machine.UNKNOWN).apply();

        assertArrayEquals(new int[] {3, 4, 0x9000_0000}, contents("__patchable_function_entries"));
    }

    /** Two entries of one key of the module's own, whose default is true, one of them in init code, and one of a foreign key. */
    @Test
    void jumpLabelsAreSortedAndToldToTheirKey() {
        add(".text", TEXT, NOP, NOP);
        add(".init.text", INIT, NOP);
        int key = (int) (DATA + 1);
        add(
                "__jump_table",
                TABLE,
                (int) (INIT - TABLE),
                (int) (INIT + 4 - TABLE - 4),
                key - (int) (TABLE + 8),
                (int) (TEXT - TABLE - 12),
                (int) (TEXT + 4 - TABLE - 16),
                key - (int) (TABLE + 20),
                (int) (TEXT + 4 - TABLE - 24),
                (int) (TEXT - TABLE - 28),
                0x0040_0000 - (int) (TABLE + 32));
        add(".data", DATA, 1, 1);

        new PariscFinish(words, Machine.UNKNOWN).apply();

        assertArrayEquals(
                new int[] {
                    (int) (TEXT + 4 - TABLE),
                    (int) (TEXT - TABLE - 4),
                    0x0040_0000 - (int) (TABLE + 8),
                    (int) (TEXT - TABLE - 12),
                    (int) (TEXT + 4 - TABLE - 16),
                    key - (int) (TABLE + 20),
                    (int) (INIT - TABLE - 24),
                    (int) (INIT + 4 - TABLE - 28),
                    key + 2 - (int) (TABLE + 32)
                },
                contents("__jump_table"));
        // the second entry is the key's first; its default is still in bit 0
        assertArrayEquals(new int[] {1, (int) TABLE + 12 + 1}, contents(".data"));
    }
}
