package io.modrt.conformance;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.testkit.port.LinkerInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Links a module with GNU ld, each section at an address of its own and each external symbol at a given one. */
final class GnuLd {
    private static final String OVERFLOW = "relocation truncated to fit: ";
    private static final String MISALIGNED = "to a non-";
    /** 32-bit PA-RISC, where a stub is out of reach too. */
    private static final String OUT_OF_REACH = "cannot reach ";

    private final Path folder;
    private final Target target;

    /** Works in {@code folder}, where each link leaves its files. */
    GnuLd(Path folder, Target target) {
        this.folder = folder;
        this.target = target;
    }

    /**
     * What ld made of a module.
     *
     * @param log what it said; empty when it had nothing to say
     * @param made the linked file, unless ld gave up
     */
    record Linked(String log, Optional<ElfFile> made) {

        /** The linked file. */
        ElfFile output() {
            return made.orElseThrow(() -> new IllegalStateException("ld made nothing: " + log.strip()));
        }

        /** Whether it refused a relocation because the value does not fit, or is not aligned. */
        boolean refusedARelocation() {
            return GnuLd.refusedARelocation(log);
        }

        /** What became of the section with this number in the module; empty where ld left it out. */
        Optional<Section> section(int index) {
            return output().section(LinkerInput.name(index));
        }

        /** The section's bytes; zeros for one that has no place in the file. */
        byte[] bytes(Section section) {
            int from = Math.toIntExact(section.fileOffset());
            int size = Math.toIntExact(section.sizeBytes());
            return section.hasContents() ? Arrays.copyOfRange(output().array(), from, from + size) : new byte[size];
        }
    }

    /** Whether the log says so. */
    static boolean refusedARelocation(String log) {
        return log.contains(OVERFLOW) || log.contains(MISALIGNED) || log.contains(OUT_OF_REACH);
    }

    /** Links {@code object} as {@code script} says. */
    Linked link(byte[] object, String script) {
        try {
            Files.write(folder.resolve("module.o"), object);
            Files.writeString(folder.resolve("script"), script, StandardCharsets.UTF_8);
            Files.deleteIfExists(folder.resolve("linked"));
            List<String> command = new ArrayList<>(List.of(
                    target.tool("ld"),
                    "--script=script",
                    "--output=linked",
                    "--omagic", // no padding to pages
                    "--no-check-sections", // the per-CPU section's address is a cookie, it may lie anywhere
                    "--no-relax",
                    "--build-id=none",
                    "--entry=0",
                    "--noinhibit-exec", // bytes also where a relocation does not fit
                    "--no-warn-rwx-segments",
                    "module.o"));
            command.addAll(target.orderOptions());
            Tool.Result result = Tool.run(folder, command);
            Path output = folder.resolve("linked");
            Optional<ElfFile> made =
                    Files.exists(output) ? Optional.of(ElfFile.view(Files.readAllBytes(output))) : Optional.empty();
            return new Linked(result.text(), made);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
