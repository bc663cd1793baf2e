package io.modrt.spi;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Code that is emitted, as data: words with their assembler text, and the relocations that fill them. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StubTemplate(List<Word> words) {

    /**
     * One 32-bit word.
     *
     * @param bits the word before it is filled
     * @param assembly its assembler text, with {@code target} for the target
     * @param type the relocation that fills it from the target's address, or null
     */
    public record Word(int bits, String assembly, @Nullable RelocationType type) {}

    /** Copies the words. */
    public StubTemplate {
        words = List.copyOf(words);
    }

    /** A template of these words. */
    public static StubTemplate of(Word... words) {
        return new StubTemplate(List.of(words));
    }

    /** A word that is the same for every target. */
    public static Word word(int bits, String assembly) {
        return new Word(bits, assembly, null);
    }

    /** A word that {@code type} fills; its formula must be {@link Formula#S_A}. */
    public static Word word(int bits, String assembly, RelocationType type) {
        return new Word(bits, assembly, type);
    }

    /** Bytes of a stub. */
    public int sizeBytes() {
        return words.size() * Integer.BYTES;
    }

    /** The words of a stub that goes to {@code target}. A new array. */
    public int[] fill(long target) {
        int[] filled = new int[words.size()];
        for (int i = 0; i < filled.length; i++) {
            Word word = words.get(i);
            RelocationType type = word.type();
            filled[i] = type == null ? word.bits() : type.field().insert(word.bits(), target + type.bias());
        }
        return filled;
    }
}
