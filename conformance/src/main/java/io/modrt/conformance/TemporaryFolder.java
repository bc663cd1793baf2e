package io.modrt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that is deleted, with its contents, when it is closed. */
record TemporaryFolder(Path path) implements AutoCloseable {

    /** Creates a folder whose name begins with {@code name}. */
    static TemporaryFolder of(String name) throws IOException {
        return new TemporaryFolder(Files.createTempDirectory(name));
    }

    @Override
    public void close() throws IOException {
        List<Path> content;
        try (Stream<Path> files = Files.walk(path)) {
            content = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : content) {
            Files.delete(file);
        }
    }
}
