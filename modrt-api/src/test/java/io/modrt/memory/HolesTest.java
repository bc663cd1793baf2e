package io.modrt.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HolesTest {
    private static final int AREA_BYTES = 4096;

    private record Block(int offset, int sizeBytes) {}

    /** Looks at every byte of the area. */
    private static OptionalLong lowest(boolean[] taken, int sizeBytes, int alignment) {
        for (int offset = 0; offset <= AREA_BYTES - sizeBytes; offset += alignment) {
            int free = 0;
            while (free < sizeBytes && !taken[offset + free]) {
                free++;
            }
            if (free == sizeBytes) {
                return OptionalLong.of(offset);
            }
        }
        return OptionalLong.empty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20081112, -1})
    void theLowestHoleIsTakenWhateverWasTakenAndGivenBefore(long seed) {
        Random random = new Random(seed);
        Holes holes = new Holes(new AddressRange(Address.of(0xc000_0000L), AREA_BYTES));
        boolean[] taken = new boolean[AREA_BYTES];
        List<Block> blocks = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            if (!blocks.isEmpty() && random.nextInt(5) < 2) {
                Block block = blocks.remove(random.nextInt(blocks.size()));
                holes.give(block.offset(), block.sizeBytes());
                Arrays.fill(taken, block.offset(), block.offset() + block.sizeBytes(), false);
                continue;
            }
            int sizeBytes = 1 + random.nextInt(random.nextInt(4) == 0 ? 600 : 60);
            int alignment = 1 << random.nextInt(7);
            OptionalLong wanted = lowest(taken, sizeBytes, alignment);
            assertEquals(wanted, holes.take(sizeBytes, alignment), "step " + step);
            if (wanted.isPresent()) {
                Block block = new Block((int) wanted.getAsLong(), sizeBytes);
                blocks.add(block);
                Arrays.fill(taken, block.offset(), block.offset() + sizeBytes, true);
            }
        }
    }
}
