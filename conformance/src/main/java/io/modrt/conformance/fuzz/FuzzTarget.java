package io.modrt.conformance.fuzz;

import java.util.List;
import java.util.function.Supplier;

/**
 * An entry that takes bytes or text.
 *
 * @param name its name, also that of its folder of kept inputs
 * @param seeds inputs from which mutation starts
 * @param entry gives the input to the library
 */
record FuzzTarget(String name, Supplier<List<byte[]>> seeds, Entry entry) {

    /** Gives an input to the library. */
    @FunctionalInterface
    interface Entry {

        /** Raises a ModrtException or UncheckedIOException where the input is refused; whatever else it raises is an escape. */
        void run(byte[] input) throws Exception;
    }
}
