package io.modrt.kernel;

import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * The machine that the kernel runs on, as far as the kernel rewrites code for it. Immutable. Of an unknown machine no condition
 * holds, so code stays as it was compiled.
 *
 * @param presentCpus the CPUs present at boot, at least 1; empty where not known
 * @param traits what else is true of the machine
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record MachineFacts(OptionalInt presentCpus, Set<Trait> traits) {

    /** A property of a machine that code may be rewritten for. */
    public enum Trait {
        /** The firmware reports a data cache of size 0. */
        NO_DATA_CACHE,
        /** The firmware reports an instruction cache of size 0. */
        NO_INSTRUCTION_CACHE,
        /** One TLB for code and data. */
        COMBINED_TLB,
        /** The I/O page directory is coherent: a PA8700 or newer whose capabilities do not ask for a flush. */
        COHERENT_IO_DIRECTORY,
        /** TLB entries can be purged on one CPU alone: PA 2.0. */
        LOCAL_TLB_PURGE,
        /** The machine is emulated by QEMU. */
        QEMU,
        /** The kernel was booted with {@code no-alternatives}: no other trait counts, and code stays as it was compiled. */
        NO_ALTERNATIVES
    }

    private static final MachineFacts UNKNOWN = new MachineFacts(OptionalInt.empty(), Set.of());

    /** Checks the number and copies the set. */
    public MachineFacts {
        if (presentCpus.isPresent() && presentCpus.getAsInt() < 1) {
            throw new IllegalArgumentException("no machine has " + presentCpus.getAsInt() + " CPUs");
        }
        EnumSet<Trait> copy = EnumSet.noneOf(Trait.class);
        copy.addAll(traits);
        traits = Collections.unmodifiableSet(copy);
    }

    /** A machine of which nothing is known. */
    public static MachineFacts unknown() {
        return UNKNOWN;
    }

    /** A machine with this many CPUs, at least 1, and these traits. */
    public static MachineFacts of(int presentCpus, Trait... traits) {
        return new MachineFacts(OptionalInt.of(presentCpus), Set.of(traits));
    }

    /** Whether {@code trait} is known to be true. */
    public boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether the machine is known to have exactly one CPU. */
    public boolean isUniprocessor() {
        return presentCpus.isPresent() && presentCpus.getAsInt() == 1;
    }
}
