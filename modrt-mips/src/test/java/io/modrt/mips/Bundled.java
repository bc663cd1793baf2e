package io.modrt.mips;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The modules that the testkit brings. */
final class Bundled {
    private static final String MODULES = "/io/modrt/testkit/modules/";

    private Bundled() {}

    /** A file beside the modules, for example {@code mips-o32-be-r2/greeter.ko}. */
    static byte[] file(String path) {
        try (InputStream in = Objects.requireNonNull(Bundled.class.getResourceAsStream(MODULES + path), path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** These modules of each target, by path. */
    static Map<String, byte[]> modules(List<String> targets, List<String> names) {
        Map<String, byte[]> modules = new LinkedHashMap<>();
        for (String target : targets) {
            for (String name : names) {
                String path = target + "/" + name + ".ko";
                modules.put(path, file(path));
            }
        }
        return modules;
    }
}
