package io.modrt.conformance;

import io.modrt.error.Errno;
import java.util.Optional;

/**
 * A module that is offered to a live kernel and to modrt, to see that both give the same answer.
 *
 * @param name its file's name without {@code .ko}; where the module has a name, that too
 * @param file its bytes
 * @param kind what becomes of it
 * @param errno the kernel's answer by what is known of it; empty where it takes the module
 */
record BrokenModule(String name, byte[] file, Kind kind, Optional<Errno> errno) {

    /** What becomes of a module. */
    enum Kind {
        /** The kernel's loader refuses it. */
        REFUSED,
        /** It is taken, and stays for those that come behind it. */
        STAYS,
        /** It is taken, whatever is wrong with it. */
        TAKEN,
        /** It is loaded and its own init function gives up: modrt runs none, and so keeps it. */
        INIT_FAILS
    }

    /** Whether it is loaded for others. */
    boolean stays() {
        return kind == Kind.STAYS;
    }

    static BrokenModule refused(String name, Errno errno, byte[] file) {
        return new BrokenModule(name, file, Kind.REFUSED, Optional.of(errno));
    }

    static BrokenModule staying(String name, byte[] file) {
        return new BrokenModule(name, file, Kind.STAYS, Optional.empty());
    }

    static BrokenModule taken(String name, byte[] file) {
        return new BrokenModule(name, file, Kind.TAKEN, Optional.empty());
    }

    static BrokenModule initFails(String name, Errno errno, byte[] file) {
        return new BrokenModule(name, file, Kind.INIT_FAILS, Optional.of(errno));
    }
}
