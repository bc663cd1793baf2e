package io.modrt.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;

/** The kernel modules that the testkit brings: a folder for each target, with a linker's words in its {@code golden.txt}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class BundledModules {
    private static final String FOLDER = "/io/modrt/testkit/modules/";

    private BundledModules() {}

    /**
     * A bundled file, for example {@code mips-o32-be-r2/greeter.ko}. A new array.
     *
     * @throws NullPointerException where there is none
     */
    public static byte[] file(String path) {
        try (InputStream in = Objects.requireNonNull(BundledModules.class.getResourceAsStream(FOLDER + path), path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** These modules of each target, {@code .ko} files, by path. A new map. */
    public static Map<String, byte[]> of(List<String> targets, List<String> modules) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String target : targets) {
            for (String module : modules) {
                String path = target + "/" + module + ".ko";
                files.put(path, file(path));
            }
        }
        return files;
    }
}
