package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.memory.MemoryReader;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import org.apiguardian.api.API;

/**
 * Reads a bitmap of the kernel's, such as the one in which it notes the capabilities that its CPUs have. Bit n of a bitmap is bit n mod w of
 * word n / w, where w is the number of bits in a word; {@code DECLARE_BITMAP} makes words of {@code unsigned long}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelBitmap {

    private KernelBitmap() {}

    /**
     * The numbers of the bits that are set, ascending.
     *
     * @param start where the first word is
     * @param wordBytes bytes of a word: 4 or 8
     * @param order the kernel's byte order
     * @param bits how many bits to read, from bit 0 on
     * @throws io.modrt.error.MemoryException if the words cannot be read
     */
    public static Set<Integer> read(MemoryReader memory, Address start, int wordBytes, ByteOrder order, int bits) {
        if ((wordBytes != Integer.BYTES && wordBytes != Long.BYTES) || bits < 0) {
            throw new IllegalArgumentException("no bitmap has " + bits + " bits in words of " + wordBytes + " bytes");
        }
        int wordBits = wordBytes * Byte.SIZE;
        byte[] words = new byte[(bits + wordBits - 1) / wordBits * wordBytes];
        memory.read(start, words, 0, words.length);
        Set<Integer> set = new TreeSet<>();
        for (int bit = 0; bit < bits; bit++) {
            long word = Bytes.get(words, bit / wordBits * wordBytes, wordBytes, order == ByteOrder.BIG_ENDIAN);
            if ((word >>> bit % wordBits & 1) == 1) {
                set.add(bit);
            }
        }
        return set;
    }
}
