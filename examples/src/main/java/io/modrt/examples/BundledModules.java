package io.modrt.examples;

import io.modrt.LoadPolicy;
import io.modrt.ModuleFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The modules of our own that come with modrt-testkit, built for every MIPS target. */
final class BundledModules {
    private static final String FOLDER = "/io/modrt/testkit/modules/";

    private BundledModules() {}

    /** The module {@code name} for {@code target}, for example greeter for mips-o32-be-r2. */
    static ModuleFile open(String target, String name) throws IOException {
        String resource = FOLDER + target + "/" + name + ".ko";
        try (InputStream bytes = BundledModules.class.getResourceAsStream(resource)) {
            if (bytes == null) {
                throw new FileNotFoundException(resource + " is not on the class path; it comes with modrt-testkit");
            }
            return ModuleFile.open(name + ".ko", bytes.readAllBytes(), LoadPolicy.kernelExact());
        }
    }
}
