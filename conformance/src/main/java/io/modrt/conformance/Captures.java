package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Path;

/** Captures of running kernels, for readers in other packages. */
public final class Captures {
    private Captures() {}

    /**
     * Reads a capture and what it says of its modules.
     *
     * @throws IOException if it is malformed
     */
    public static int modules(byte[] capture) throws IOException {
        return KernelDump.parse(Path.of("fuzz.dump"), capture).modules().size();
    }
}
