package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.patch.Patch;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * One form that the call site of a function tracer takes: its words off, its words on, and the order in which the kernel writes
 * them. No state, no access to memory: a site's words are handed in, from {@link #wordsInFront} words in front of its address on.
 *
 * <p>{@link #on} and {@link #off} change the words that differ, and leave the compiler's others as they are; so both can be
 * worked out from the words of a site in any state.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SiteKind {

    /** What the words of a site say. */
    enum State {
        /** The function runs untraced. */
        OFF,
        /** The function calls {@link SiteKind#entry}. */
        ON,
        /** They are not this kind's, or not all of them in the same state. */
        FOREIGN
    }

    /** What it is called, for example {@code o32 long call, ra address}; unique within its architecture. */
    String description();

    /** How many of a site's words are in front of its address. */
    int wordsInFront();

    /** How many words tell a site of this kind, in all. */
    int words();

    /**
     * The state of a site.
     *
     * @param words {@link #words()} words
     */
    State state(long site, int[] words);

    /**
     * Where a site that is {@link State#ON} goes: the tracer, or a stub or trampoline on the way there.
     *
     * @param words {@link #words()} words
     */
    long entry(long site, int[] words);

    /** Whether a site can go to {@code entry} by itself. */
    boolean reaches(long site, Address entry);

    /**
     * Switches on.
     *
     * @param words {@link #words()} words of the site, in any state; changed in place
     * @param entry where the site is to go, in {@linkplain #reaches reach}
     */
    void on(long site, int[] words, long entry);

    /**
     * Switches off, as the kernel does after loading.
     *
     * @param words {@link #words()} words of the site, in any state; changed in place
     */
    void off(long site, int[] words);

    /** How many words of a site ever change. */
    int writes();

    /**
     * The order of writing: the index, in the site's words, of the word that is written as the {@code nth}, from 0 on.
     *
     * @param to the state that the site is to have
     */
    int write(int nth, State to);

    /** The changes that make {@code before} to {@code after}, in the order of writing, words that stay left out. A new list. */
    default List<Patch> patches(long site, int[] before, int[] after, State to) {
        List<Patch> patches = new ArrayList<>();
        for (int nth = 0; nth < writes(); nth++) {
            int index = write(nth, to);
            if (before[index] != after[index]) {
                Address address = Address.of(site + (index - wordsInFront()) * (long) Integer.BYTES);
                patches.add(new Patch(address, before[index], after[index]));
            }
        }
        return patches;
    }
}
