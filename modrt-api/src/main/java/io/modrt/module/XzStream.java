package io.modrt.module;

import java.io.IOException;
import java.io.InputStream;
import org.tukaani.xz.SingleXZInputStream;

/** The only class that uses the optional library org.tukaani:xz. */
final class XzStream {
    /** The artifact to add if the library is missing. */
    static final String ARTIFACT = "org.tukaani:xz";

    /** Room for a dictionary of 64 MiB, the largest that {@code xz -9} uses. */
    private static final int MOST_KIB = 68 << 10;

    private XzStream() {}

    /** The contents of the first xz stream of {@code in}; bytes behind it are ignored, as the kernel does. */
    static InputStream open(InputStream in) throws IOException {
        return new SingleXZInputStream(in, MOST_KIB);
    }
}
