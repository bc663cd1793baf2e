package io.modrt.spi;

import io.modrt.bytes.Bytes;
import java.nio.ByteOrder;
import org.apiguardian.api.API;

/** Code in a byte array, for architectures whose instructions are 32-bit words. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class CodeWords {

    private CodeWords() {}

    /** Word number {@code index} of {@code code}, from 0. */
    public static int get(byte[] code, int index, ByteOrder order) {
        return Bytes.getInt(code, index * Integer.BYTES, order == ByteOrder.BIG_ENDIAN);
    }

    /** Stores {@code word} as word number {@code index} of {@code code}, from 0. */
    public static void put(byte[] code, int index, ByteOrder order, int word) {
        Bytes.putInt(code, index * Integer.BYTES, order == ByteOrder.BIG_ENDIAN, word);
    }

    /** The bytes of {@code words}. A new array. */
    public static byte[] bytes(ByteOrder order, int... words) {
        byte[] code = new byte[words.length * Integer.BYTES];
        for (int i = 0; i < words.length; i++) {
            put(code, i, order, words[i]);
        }
        return code;
    }
}
