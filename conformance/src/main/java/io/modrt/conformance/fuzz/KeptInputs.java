package io.modrt.conformance.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The inputs that are kept of earlier runs, one archive for each target: what Jazzer leaves of a corpus ({@code -merge=1}), and of that a
 * sample, since every build runs them.
 */
final class KeptInputs {
    private KeptInputs() {}

    /** The inputs of a target by name; none if there is no archive. */
    static Map<String, byte[]> of(Path folder, String target) throws IOException {
        Map<String, byte[]> inputs = new TreeMap<>();
        Path archive = folder.resolve(target + ".zip");
        if (Files.exists(archive)) {
            try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    inputs.put(entry.getName(), zip.readAllBytes());
                }
            }
        }
        return inputs;
    }
}
