package io.modrt.engine;

import io.modrt.elf.ElfHeader;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.Arch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The architectures that a runtime knows: those of the embedder, which are preferred, and those that the ServiceLoader finds. */
final class Architectures {
    private final List<Arch> own;
    /** Null as long as nobody has needed them. */
    private @Nullable List<Arch> found;

    Architectures(List<Arch> own) {
        this.own = checked(own);
        if (own.isEmpty()) {
            found(); // why: so that a fault of theirs comes before the first load
        }
    }

    /** The architectures that the ServiceLoader finds. It opens every jar to look for them, which takes a short process some milliseconds. */
    private synchronized List<Arch> found() {
        List<Arch> known = found;
        if (known == null) {
            known = new ArrayList<>();
            ServiceLoader.load(Arch.class, Arch.class.getClassLoader()).forEach(known::add);
            known = checked(known);
            found = known;
        }
        return known;
    }

    private static List<Arch> checked(List<Arch> archs) {
        for (Arch arch : archs) {
            if (arch.spiVersion() != Arch.SPI_VERSION) {
                throw new IllegalStateException("architecture " + describe(arch) + " was written for version "
                        + arch.spiVersion() + " of the SPI, this is version " + Arch.SPI_VERSION
                        + "; use matching versions of the artifacts");
            }
        }
        return List.copyOf(archs);
    }

    /** The one architecture that accepts files with this header. */
    Arch select(String module, ElfHeader header) {
        List<Arch> accepting = accepting(own, header);
        if (accepting.isEmpty()) {
            accepting = accepting(found(), header);
        }
        if (accepting.isEmpty()) {
            String known = all().isEmpty()
                    ? "none"
                    : all().stream().map(Arch::name).distinct().collect(Collectors.joining(", "));
            throw new FormatException(Refusal.of(
                            io.modrt.error.Errno.ENOEXEC,
                            "no architecture takes machine " + header.machine() + ", " + header.elfClass() + ", "
                                    + (header.isBigEndian() ? "big" : "little") + " endian, flags 0x"
                                    + Integer.toHexString(header.flags()) + "; known are: " + known)
                    .wayOut(artifact(header.machine())
                            .map(artifact -> "machine " + header.machine() + " needs " + artifact
                                    + " on the class path or module path, in the version of this artifact")
                            .orElse("modrt has no artifact for it; write one against io.modrt.spi"))
                    .logged(refusalLine(header))
                    .at(module));
        }
        if (accepting.size() > 1) {
            throw new IllegalStateException(module + ": two architectures take machine " + header.machine() + ": "
                    + accepting.stream().map(Architectures::describe).collect(Collectors.joining(" and "))
                    + "; leave one of the artifacts out, or name one with ModuleRuntime.Builder.arch");
        }
        return accepting.get(0);
    }

    private static List<Arch> accepting(List<Arch> archs, ElfHeader header) {
        List<Arch> accepting = new ArrayList<>();
        for (Arch arch : archs) {
            if (arch.accepts(header)) {
                accepting.add(arch);
            }
        }
        return accepting;
    }

    /** The artifact that loads modules of {@code machine}; empty if there is none. */
    private static Optional<String> artifact(int machine) {
        Properties artifacts = new Properties();
        try (InputStream table = Architectures.class.getResourceAsStream("artifacts.properties")) {
            if (table != null) { // why: a native image leaves it out, unless it is told not to
                artifacts.load(table);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("artifacts.properties of this artifact", unreadable);
        }
        return Optional.ofNullable(artifacts.getProperty(Integer.toString(machine)));
    }

    /** The line that a kernel logs for a file for another machine. */
    static String refusalLine(ElfHeader header) {
        return "Invalid architecture in ELF header: " + header.machine();
    }

    private List<Arch> all() {
        List<Arch> all = new ArrayList<>(own);
        all.addAll(found());
        return all;
    }

    private static String describe(Arch arch) {
        java.security.CodeSource source = arch.getClass().getProtectionDomain().getCodeSource();
        return arch.name() + " (" + arch.getClass().getName() + (source == null ? "" : " from " + source.getLocation())
                + ")";
    }
}
