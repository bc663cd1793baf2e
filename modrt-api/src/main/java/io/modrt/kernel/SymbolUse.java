package io.modrt.kernel;

import org.apiguardian.api.API;

/**
 * What a module does with a symbol that it imports, as far as its relocations and the instructions at them show.
 *
 * @param nature whether the symbol is a function or data
 * @param sizeBytes how much of it is read or written from its start on, in bytes; 0 if no access shows
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SymbolUse(Nature nature, long sizeBytes) {

    /** What a symbol is. */
    public enum Nature {
        /** Only its address is taken. */
        UNKNOWN,
        /** It is loaded from or stored to. */
        DATA,
        /** It is called. */
        CODE
    }

    /** Farther from its start, an address is more likely that of another object, or an array's imagined start. */
    private static final long FARTHEST_BYTES = 1 << 20;

    private static final SymbolUse UNKNOWN = new SymbolUse(Nature.UNKNOWN, 0);
    private static final SymbolUse CODE = new SymbolUse(Nature.CODE, 0);

    /** The use of an address of which nothing more shows. */
    public static SymbolUse unknown() {
        return UNKNOWN;
    }

    /** A call. */
    public static SymbolUse code() {
        return CODE;
    }

    /** An access to {@code widthBytes} bytes at {@code byteOffset} of the symbol; one in front of it or beyond 1 MB shows nothing of its size. */
    public static SymbolUse access(long byteOffset, int widthBytes) {
        return new SymbolUse(Nature.DATA, byteOffset < 0 || byteOffset > FARTHEST_BYTES ? 0 : byteOffset + widthBytes);
    }

    /** Both uses: a symbol that is called is code, whatever else is done with it. */
    public SymbolUse and(SymbolUse other) {
        Nature stronger = nature.compareTo(other.nature) >= 0 ? nature : other.nature;
        return new SymbolUse(stronger, Math.max(sizeBytes, other.sizeBytes));
    }
}
