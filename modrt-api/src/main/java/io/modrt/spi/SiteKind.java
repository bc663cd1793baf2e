package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.patch.Patch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;

/**
 * One kind of call site of the function tracer: its code when it is off, its code when it is on, and the order in which the kernel writes
 * it. Stateless, without access to memory: a site's bytes are passed in, from {@link #bytesInFront} bytes in front of its address on.
 *
 * <p>{@link #on} and {@link #off} change only the bytes that differ between the states and leave the compiler's other bytes as they are, so
 * the bytes of either state can be made from those of the other.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SiteKind {

    /** The state that the bytes of a site show. */
    enum State {
        /** The function is not traced. */
        OFF,
        /** The function calls {@link SiteKind#entry}. */
        ON,
        /** The bytes are not those of a site of this kind, or mix its states. */
        FOREIGN
    }

    /** Its name, for example {@code o32 long call, ra address}; unique within its architecture. */
    String description();

    /** The number of a site's bytes that are in front of its address. */
    int bytesInFront();

    /** The number of all bytes of a site, including those in front of its address. */
    int bytes();

    /**
     * The state of a site.
     *
     * @param code {@link #bytes()} bytes
     */
    State state(long site, byte[] code);

    /**
     * The address that a site calls when it is {@link State#ON}: the tracer, or a stub or trampoline that leads there.
     *
     * @param code {@link #bytes()} bytes
     */
    long entry(long site, byte[] code);

    /** Whether a site can call {@code entry} directly, without a trampoline. */
    boolean reaches(long site, Address entry);

    /**
     * Whether the kernel makes a site call {@code entry} directly. By default it does so where the entry is in reach; a kernel that writes
     * half of an address may make the site call another one.
     */
    default boolean isCalled(long site, Address entry) {
        return reaches(site, entry);
    }

    /**
     * Switches a site on.
     *
     * @param code {@link #bytes()} bytes of the site, in any state; changed in place
     * @param entry the address that the site is to call, in {@linkplain #reaches reach} or {@linkplain #isCalled called} by the kernel
     */
    void on(long site, byte[] code, long entry);

    /**
     * Switches a site off, as the kernel does when it loads a module.
     *
     * @param code {@link #bytes()} bytes of the site, in any state; changed in place
     */
    void off(long site, byte[] code);

    /** The number of bytes that are written at once; each unit of so many bytes is counted from the site's first byte. */
    default int unitBytes() {
        return Integer.BYTES;
    }

    /** The number of a site's units that ever change. */
    int writes();

    /**
     * The order of writing: the number of the unit that is written as the {@code nth}, both counted from 0.
     *
     * @param to the state to which the site is switched
     */
    int write(int nth, State to);

    /** The patches that turn {@code before} into {@code after}, in the order of writing; units that do not change have none. A new list. */
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
