package io.modrt.conformance;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Links a module with GNU ld, each section at an address of its own and each external symbol at a given one. */
final class GnuLd {
    private static final String OVERFLOW = "relocation truncated to fit: ";
    private static final String MISALIGNED = "to a non-";

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
     * @param output the linked file
     * @param succeeded whether it called the link a success
     */
    record Linked(String log, ElfFile output, boolean succeeded) {

        /** Whether it refused a relocation because the value does not fit, or is not aligned. */
        boolean refusedARelocation() {
            return log.contains(OVERFLOW) || log.contains(MISALIGNED);
        }

        /** What became of the section with this number in the module; empty where ld left it out. */
        Optional<Section> section(int index) {
            return output.section(LdInput.name(index));
        }

        /** The section's bytes; zeros for one that has no place in the file. */
        byte[] bytes(Section section) {
            int from = Math.toIntExact(section.fileOffset());
            int size = Math.toIntExact(section.sizeBytes());
            return section.hasContents() ? Arrays.copyOfRange(output.array(), from, from + size) : new byte[size];
        }
    }

    /**
     * Links {@code object}.
     *
     * @param sections the address of each section that is to be in the output, by section number; others are discarded
     * @param externals the value of each undefined symbol
     */
    Linked link(byte[] object, SortedMap<Integer, Long> sections, Map<String, Long> externals) {
        try {
            Files.write(folder.resolve("module.o"), object);
            Files.writeString(folder.resolve("script"), script(sections, externals), StandardCharsets.UTF_8);
            Files.deleteIfExists(folder.resolve("linked"));
            Tool.Result result = Tool.run(
                    folder,
                    List.of(
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
            Path output = folder.resolve("linked");
            if (!Files.exists(output)) {
                throw new IllegalStateException(
                        "ld made nothing: " + result.text().strip());
            }
            return new Linked(result.text(), ElfFile.view(Files.readAllBytes(output)), result.status() == 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It begins with a comment: a script that begins with {@code $$} is taken for S-records. */
    private static String script(SortedMap<Integer, Long> sections, Map<String, Long> externals) {
        StringBuilder script = new StringBuilder("/* a module's sections, each where modrt has it */\n");
        externals.forEach((name, value) -> script.append("\"%s\" = 0x%x;\n".formatted(name, value)));
        script.append("SECTIONS {\n");
        sections.forEach((index, address) -> {
            String name = LdInput.name(index);
            // why the symbol: ld leaves an empty section out, and takes its address for 0, unless a symbol is defined
            // in it
            script.append("  %s 0x%x : { \"start of %s\" = .; *(%s) }\n".formatted(name, address, name, name));
        });
        return script.append("  /DISCARD/ : { *(*) }\n}\n").toString();
    }
}
