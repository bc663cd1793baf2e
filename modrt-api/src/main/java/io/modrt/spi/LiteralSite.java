package io.modrt.spi;

import io.modrt.address.Address;
import java.util.Arrays;
import org.apiguardian.api.API;

/**
 * A site made of nops, in whose place comes code that starts with the tracer's address as a literal and ends with a branch at the
 * site's address: it is stored last when it comes, and first when it goes. Big endian where the address takes two words.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LiteralSite implements SiteKind {
    private final String description;
    private final Width width;
    private final int nop;
    private final int[] on;

    /**
     * A kind of site.
     *
     * @param width of the address that the code starts with
     * @param nop the word that a site is made of when it is off
     * @param on the words of a site that is on; those of the address are ignored; copied
     */
    public LiteralSite(String description, Width width, int nop, int... on) {
        this.description = description;
        this.width = width;
        this.nop = nop;
        this.on = on.clone();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public int wordsInFront() {
        return on.length - 1;
    }

    @Override
    public int words() {
        return on.length;
    }

    private int literalWords() {
        return width.bytes() / Integer.BYTES;
    }

    /** Also FOREIGN where the literal would not be aligned. */
    @Override
    public State state(long site, int[] words) {
        int literal = literalWords();
        long start = site - wordsInFront() * (long) Integer.BYTES;
        if (!Address.of(start).isAligned(width.bytes())) {
            return State.FOREIGN;
        }
        if (Arrays.equals(words, literal, on.length, on, literal, on.length)) {
            return State.ON;
        }
        for (int word : words) {
            if (word != nop) {
                return State.FOREIGN;
            }
        }
        return State.OFF;
    }

    @Override
    public long entry(long site, int[] words) {
        return width == Width.BITS_32
                ? width.wrap(words[0])
                : (long) words[0] << Integer.SIZE | Integer.toUnsignedLong(words[1]);
    }

    @Override
    public boolean reaches(long site, Address entry) {
        return true;
    }

    @Override
    public void on(long site, int[] words, long entry) {
        System.arraycopy(on, 0, words, 0, on.length);
        words[literalWords() - 1] = (int) entry;
        if (width == Width.BITS_64) {
            words[0] = (int) (entry >>> Integer.SIZE);
        }
    }

    @Override
    public void off(long site, int[] words) {
        Arrays.fill(words, 0, on.length, nop);
    }

    @Override
    public int writes() {
        return on.length;
    }

    @Override
    public int write(int nth, State to) {
        return to == State.ON ? nth : (nth + on.length - 1) % on.length;
    }
}
