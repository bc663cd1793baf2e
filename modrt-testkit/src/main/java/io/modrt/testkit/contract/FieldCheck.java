package io.modrt.testkit.contract;

import io.modrt.spi.Field;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Assertions;

/** Whether a field keeps what it is given and nothing else, tried with all of its values, or with many where it has more than 22 bits. */
final class FieldCheck {
    private static final int MOST_EXHAUSTIVE_BITS = 22;
    private static final int SAMPLES = 1 << 20;
    private static final long SEED = 20261122;
    private static final int PATTERN = 0xa55a_c33c;

    private final Field field;
    private int reached;

    private FieldCheck(Field field) {
        this.field = field;
    }

    /** Checks a field of 4 bytes. */
    static void check(Field field) {
        FieldCheck check = new FieldCheck(field);
        Assertions.assertEquals(field.bits(), Integer.bitCount(field.mask()), field + ": bits of the mask");
        if (field.bits() <= MOST_EXHAUSTIVE_BITS) {
            for (int value = 0; value < 1 << field.bits(); value++) {
                check.tryValue(value);
            }
        } else {
            for (int bit = 0; bit < field.bits(); bit++) {
                check.tryValue(1 << bit);
                check.tryValue(-1 << bit);
            }
            Random random = new Random(SEED);
            for (int i = 0; i < SAMPLES; i++) {
                check.tryValue(random.nextInt());
            }
        }
        Assertions.assertEquals(hex(field.mask()), hex(check.reached), field + ": the bits that values reach");
    }

    /** Checks a field of another size, or a pair, by samples in bytes of either order. */
    static void checkBytes(Field field) {
        Random random = new Random(SEED);
        for (int i = 0; i < SAMPLES >> 6; i++) {
            int unused = Long.SIZE - field.bits();
            long value = random.nextLong() << unused >> unused << field.lowestBit();
            byte[] around = new byte[field.bytes() + 2];
            random.nextBytes(around);
            for (boolean bigEndian : new boolean[] {true, false}) {
                byte[] once = around.clone();
                field.store(once, 1, bigEndian, value);
                byte[] twice = once.clone();
                field.store(twice, 1, bigEndian, value);
                Assertions.assertArrayEquals(once, twice, field + ": 0x" + Long.toHexString(value) + " stored again");
                Assertions.assertEquals(value, field.load(once, 1, bigEndian), field + ": what is read back");
                Assertions.assertEquals(around[0], once[0], field + ": the byte in front");
                Assertions.assertEquals(
                        around[around.length - 1], once[around.length - 1], field + ": the byte behind");
            }
        }
    }

    private void tryValue(int bits) {
        int unused = Integer.SIZE - field.bits();
        long value = (long) (bits << unused >> unused) << field.lowestBit();
        int word = field.insert(0, value);
        reached |= word;
        if (field.extract(word) != value
                || field.insert(0, value ^ beyond()) != word
                || (field.insert(-1, value) ^ word) != ~field.mask()
                || (field.insert(PATTERN, value) & ~field.mask()) != (PATTERN & ~field.mask())) {
            Assertions.fail(field + ": value 0x" + Long.toHexString(value) + " becomes " + hex(word) + " in zeros, "
                    + hex(field.insert(-1, value)) + " in ones, and is read back as 0x"
                    + Long.toHexString(field.extract(word)));
        }
    }

    /** A bit just above the field's: what does not fit is cut off. */
    private long beyond() {
        int bit = field.bits() + field.lowestBit();
        return bit < Long.SIZE ? 1L << bit : 0;
    }

    private static String hex(int word) {
        return "0x" + HexFormat.of().toHexDigits(word);
    }
}
