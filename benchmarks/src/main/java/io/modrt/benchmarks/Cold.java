package io.modrt.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Commands of cold Java processes: one that prints a line, and one that loads a module, without and with an archive of classes. They are
 * those of docs/performance.md.
 */
final class Cold {
    /**
     * A process that lives for a moment does without the optimising compiler. The other has a loop compiled when it ran 2,000 times, not
     * 60,000, and inlines less, since methods wait for it. Huge pages spare faults where a module's file and image are written first.
     */
    private static final List<String> OPTIONS = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:Tier3BackEdgeThreshold=2000",
            "-XX:C1MaxInlineSize=8",
            "-XX:+UseTransparentHugePages");

    /** SLF4J looks through the jars for its provider, unless it is named. */
    private static final List<String> PROVIDER =
            List.of("-Dslf4j.provider=org.slf4j.nop.NOPServiceProvider", "-Dslf4j.internal.verbosity=WARN");

    /** The jars that the program takes: each one on the class path costs time. */
    private static final List<String> JARS =
            List.of("modrt-benchmarks-", "modrt-api-", "modrt-mips-", "slf4j-api-", "slf4j-nop-");

    private final Path classes;
    private final Path archive;
    private final String classPath;

    /** Keeps the archive in {@code folder}. */
    Cold(Path folder) {
        this.classes = folder.resolve("modrt.lst");
        this.archive = folder.resolve("modrt.jsa");
        this.classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(Cold::isNeeded)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Whether an entry of the class path is a jar, from which alone an archive takes classes, that the program needs. */
    private static boolean isNeeded(String entry) {
        String name = Path.of(entry).getFileName().toString();
        return name.endsWith(".jar") && JARS.stream().anyMatch(name::startsWith);
    }

    private List<String> java(List<String> options) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    private List<String> java(List<String> more, Class<?> program, String... arguments) {
        List<String> command = java(OPTIONS);
        command.addAll(1, more);
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> provided(String option) {
        List<String> options = new ArrayList<>(PROVIDER);
        options.add(option);
        return options;
    }

    /** The commands that make the archive: the first lists the classes that a load of {@code module} takes. */
    List<List<String>> archiving(Path module) throws IOException {
        Files.deleteIfExists(archive);
        return List.of(
                java(provided("-XX:DumpLoadedClassList=" + classes), ColdLoad.class, module.toString()),
                java(List.of(
                        "-Xshare:dump", "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + archive)));
    }

    /** The commands to compare, by name. */
    Map<String, List<String>> commands(Path module) {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("a JVM that prints a line", java(List.of(), OneLine.class));
        commands.put("modrt", java(PROVIDER, ColdLoad.class, module.toString()));
        commands.put(
                "modrt with class archive",
                java(provided("-XX:SharedArchiveFile=" + archive), ColdLoad.class, module.toString()));
        return commands;
    }
}
