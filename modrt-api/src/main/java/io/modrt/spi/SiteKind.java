package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.patch.Patch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;

/**
 * One form that a call site of the function tracer takes: its code off, its code on, and the order in which the kernel writes it. No
 * state, no access to memory: a site's bytes are handed in, from {@link #bytesInFront} bytes in front of its address on.
 *
 * <p>{@link #on} and {@link #off} change the bytes that differ, and leave the compiler's others as they are; so both can be worked out
 * from the bytes of a site in any state.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SiteKind {

    /** What the bytes of a site say. */
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

    /** How many of a site's bytes are in front of its address. */
    int bytesInFront();

    /** How many bytes tell a site of this kind, in all. */
    int bytes();

    /**
     * The state of a site.
     *
     * @param code {@link #bytes()} bytes
     */
    State state(long site, byte[] code);

    /**
     * Where a site that is {@link State#ON} goes: the tracer, or a stub or trampoline on the way there.
     *
     * @param code {@link #bytes()} bytes
     */
    long entry(long site, byte[] code);

    /** Whether a site can go to {@code entry} by itself. */
    boolean reaches(long site, Address entry);

    /**
     * Switches on.
     *
     * @param code {@link #bytes()} bytes of the site, in any state; changed in place
     * @param entry where the site is to go, in {@linkplain #reaches reach}
     */
    void on(long site, byte[] code, long entry);

    /**
     * Switches off, as the kernel does after loading.
     *
     * @param code {@link #bytes()} bytes of the site, in any state; changed in place
     */
    void off(long site, byte[] code);

    /** Bytes that are written at once, at offsets that are multiples of it from the site's first byte. */
    default int unitBytes() {
        return Integer.BYTES;
    }

    /** How many units of a site ever change. */
    int writes();

    /**
     * The order of writing: the index, in the site's units, of the unit that is written as the {@code nth}, from 0 on.
     *
     * @param to the state that the site is to have
     */
    int write(int nth, State to);

    /** The changes that make {@code before} to {@code after}, in the order of writing, units that stay left out. A new list. */
    default List<Patch> patches(long site, byte[] before, byte[] after, State to) {
        List<Patch> patches = new ArrayList<>();
        for (int nth = 0; nth < writes(); nth++) {
            int from = write(nth, to) * unitBytes();
            byte[] old = Arrays.copyOfRange(before, from, from + unitBytes());
            byte[] replacement = Arrays.copyOfRange(after, from, from + unitBytes());
            if (!Arrays.equals(old, replacement)) {
                patches.add(new Patch(Address.of(site + from - bytesInFront()), old, replacement));
            }
        }
        return patches;
    }
}
