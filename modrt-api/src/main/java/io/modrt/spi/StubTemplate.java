package io.modrt.spi;

import io.modrt.bytes.Bytes;
import java.nio.ByteOrder;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Code of a stub as data: pieces with their assembler text, and the relocations that fill the target in. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StubTemplate(List<Piece> pieces) {

    /**
     * An instruction, or a part of one.
     *
     * @param bits its bytes as a number in the byte order of code, before the target is filled in
     * @param sizeBytes 1, 2, 4 or 8
     * @param assembly its assembler text, in which {@code target} is the target
     * @param type the relocation that fills the target in, with the target as S + A and the piece's own address as P, and a formula
     *     other than {@link Formula#CUSTOM}; null if the piece is the same for every target
     */
    public record Piece(
            long bits,
            int sizeBytes,
            String assembly,
            @Nullable RelocationType type) {}

    /** Copies the pieces. */
    public StubTemplate {
        pieces = List.copyOf(pieces);
    }

    /** A template that consists of these pieces. */
    public static StubTemplate of(Piece... pieces) {
        return new StubTemplate(List.of(pieces));
    }

    /** A 32-bit instruction that is the same for every target. */
    public static Piece word(int bits, String assembly) {
        return new Piece(Integer.toUnsignedLong(bits), Integer.BYTES, assembly, null);
    }

    /** A 32-bit instruction that {@code type} fills. */
    public static Piece word(int bits, String assembly, RelocationType type) {
        return new Piece(Integer.toUnsignedLong(bits), Integer.BYTES, assembly, type);
    }

    /** The size of a stub in bytes. */
    public int sizeBytes() {
        int bytes = 0;
        for (int i = 0; i < pieces.size(); i++) { // why: no iterator; a load asks this of thousands of stubs
            bytes += pieces.get(i).sizeBytes();
        }
        return bytes;
    }

    /**
     * The code of a stub that lies at {@code place} and goes to {@code target}. A new array.
     *
     * @param order the byte order of code
     */
    public byte[] fill(long place, ByteOrder order, long target) {
        byte[] code = new byte[sizeBytes()];
        fill(place, order, target, code);
        return code;
    }

    /** The same in {@code code}, from its start on, which has room for {@link #sizeBytes}. */
    public void fill(long place, ByteOrder order, long target, byte[] code) {
        boolean big = order == ByteOrder.BIG_ENDIAN;
        int at = 0;
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            Bytes.put(code, at, piece.sizeBytes(), big, piece.bits());
            RelocationType type = piece.type();
            if (type != null) {
                long value = type.formula().value(target, place + at) + type.bias();
                type.field().store(code, at, big, value);
            }
            at += piece.sizeBytes();
        }
    }
}
