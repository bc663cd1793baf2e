package io.modrt.testkit;

import io.modrt.spi.Arch;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The architectures on the path, and the artifacts of those that are not. */
final class KnownArchitectures {
    private static final String ARTIFACTS = "io.modrt:modrt-mips, io.modrt:modrt-parisc and io.modrt:modrt-aarch64";

    private KnownArchitectures() {}

    /** The architecture of this name. */
    static Arch named(String name) {
        List<Arch> all = all();
        return all.stream()
                .filter(arch -> arch.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no architecture on the path is called " + name + "; "
                        + listed(all) + "; architectures come with " + ARTIFACTS));
    }

    /** The architecture that takes files for {@code target}. */
    static Arch of(ElfTarget target) {
        List<Arch> all = all();
        return all.stream()
                .filter(arch -> arch.accepts(target.header()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no architecture on the path takes files for "
                        + target.describe() + "; " + listed(all) + "; architectures come with " + ARTIFACTS));
    }

    private static List<Arch> all() {
        return ServiceLoader.load(Arch.class, KnownArchitectures.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static String listed(List<Arch> all) {
        return all.isEmpty()
                ? "there is none"
                : "there are " + all.stream().map(Arch::name).sorted().collect(Collectors.joining(", "));
    }
}
