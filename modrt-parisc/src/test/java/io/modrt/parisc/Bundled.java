package io.modrt.parisc;

import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The modules that the testkit bundles. */
final class Bundled {
    private Bundled() {}

    static byte[] file(String path) {
        try (InputStream in = Bundled.class.getResourceAsStream("/io/modrt/testkit/modules/" + path)) {
            return Objects.requireNonNull(in, path).readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static ModuleFile module(String path) {
        return ModuleFile.open(file(path));
    }
}
