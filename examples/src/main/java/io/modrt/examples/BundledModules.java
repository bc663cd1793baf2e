package io.modrt.examples;

import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The modules that modrt-testkit bundles, built for every target; the large ones are compressed. */
final class BundledModules {
    private static final String FOLDER = "/io/modrt/testkit/modules/";

    private BundledModules() {}

    /** The module {@code name} for {@code target}, for example greeter for mips-o32-be-r2. */
    static ModuleFile open(String target, String name) throws IOException {
        String resource = FOLDER + target + "/" + name + ".ko";
        for (String file : List.of(resource, resource + ".xz")) {
            try (InputStream bytes = BundledModules.class.getResourceAsStream(file)) {
                if (bytes != null) {
                    return ModuleFile.open(name + ".ko", bytes.readAllBytes(), LoadPolicy.kernelExact());
                }
            }
        }
        throw new FileNotFoundException(resource + " is not on the class path; it comes with modrt-testkit");
    }
}
