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

/** Commands of cold Java processes: one that prints a line, and one that loads a module, without and with an archive of classes. */
final class Cold {
    /** What a process that lives for a moment does without: the optimising compiler and a concurrent collector. */
    private static final List<String> OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

    private final Path archive;
    private final String classPath;

    /** Keeps the archive in {@code folder}. */
    Cold(Path folder) {
        this.archive = folder.resolve("modrt.jsa");
        // why: an archive takes classes from jars alone
        this.classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains("jmh"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private List<String> java(List<String> more, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(OPTIONS);
        command.addAll(more);
        command.addAll(List.of("-cp", classPath, program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command that makes the archive, by loading {@code module} once. */
    List<String> archiving(Path module) throws IOException {
        Files.deleteIfExists(archive);
        return java(List.of("-XX:ArchiveClassesAtExit=" + archive), ColdLoad.class, module.toString());
    }

    /** The commands to compare, by name. */
    Map<String, List<String>> commands(Path module) {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("a JVM that prints a line", java(List.of(), OneLine.class));
        commands.put("modrt", java(List.of(), ColdLoad.class, module.toString()));
        commands.put(
                "modrt with class archive",
                java(List.of("-XX:SharedArchiveFile=" + archive), ColdLoad.class, module.toString()));
        return commands;
    }
}
