package io.modrt.benchmarks;

import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A buffer for files that are read one after the other, as the program around the kernel's C has one. */
final class FileBuffer {
    /** How much is read at once; the JDK reads into memory outside the heap first, which stays in the processor's cache if it is this small. */
    private static final int READ_BYTES = 1 << 17;

    private byte[] bytes = new byte[READ_BYTES];
    private int length;

    /** Reads the file in {@code path}, over the one that was read before. */
    void read(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            length = Math.toIntExact(file.size());
            if (length > bytes.length) {
                bytes = new byte[2 * length];
            }
            ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
            int count = 0;
            while (count >= 0 && rest.position() < length) {
                rest.limit(Math.min(length, rest.position() + READ_BYTES));
                count = file.read(rest);
            }
            length = rest.position();
        }
    }

    /** The module that was read, which must be unloaded before the next is read. */
    ModuleFile module() {
        return ModuleFile.open(bytes, length);
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
