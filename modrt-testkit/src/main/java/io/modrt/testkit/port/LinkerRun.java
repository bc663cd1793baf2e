package io.modrt.testkit.port;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One run of GNU ld.
 *
 * @param said what it said, without warnings; empty if it linked everything
 * @param made the linked file; empty if it made none
 */
record LinkerRun(String said, Optional<ElfFile> made) {
    private static final long LIMIT_SECONDS = 60;

    /** As the kernel links: no padding to pages, no relaxation, and bytes also where a relocation does not fit. */
    private static final List<String> OPTIONS = List.of(
            "--script=script",
            "--output=linked",
            "--omagic",
            "--no-check-sections",
            "--no-relax",
            "--build-id=none",
            "--entry=0",
            "--noinhibit-exec",
            "module.o");

    /** Runs {@code command} on a module, with a script that gives sections addresses and undefined symbols values. */
    static LinkerRun of(
            List<String> command, byte[] object, SortedMap<Integer, Long> sections, Map<String, Long> symbols) {
        List<String> line = new ArrayList<>(command);
        line.addAll(OPTIONS);
        try {
            Path folder = Files.createTempDirectory("modrt-linker");
            try {
                Files.write(folder.resolve("module.o"), object);
                Files.writeString(folder.resolve("script"), LinkerInput.script(sections, symbols));
                String said = run(folder, line);
                Path linked = folder.resolve("linked");
                return new LinkerRun(
                        said,
                        Files.exists(linked)
                                ? Optional.of(ElfFile.view(Files.readAllBytes(linked)))
                                : Optional.empty());
            } finally {
                for (String name : List.of("module.o", "script", "said", "linked")) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + String.join(" ", command) + "; is it installed?", e);
        }
    }

    private static String run(Path folder, List<String> command) throws IOException {
        Path said = folder.resolve("said");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException(command.get(0) + " took more than " + LIMIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(command.get(0) + " was not waited for", e);
        }
        return Files.readString(said, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(text -> !text.contains("warning: ") && !text.contains("NOTE: "))
                .collect(Collectors.joining("\n"));
    }

    /** The bytes of the module's section with this number; empty if ld gave it another address or size. */
    Optional<byte[]> bytes(Section section, long address) {
        return made.flatMap(elf -> elf.section(LinkerInput.name(section.index()))
                .filter(linked -> linked.address() == address && linked.sizeBytes() == section.sizeBytes())
                .map(linked -> {
                    int from = Math.toIntExact(linked.fileOffset());
                    int size = Math.toIntExact(linked.sizeBytes());
                    return linked.hasContents() ? Arrays.copyOfRange(elf.array(), from, from + size) : new byte[size];
                }));
    }
}
