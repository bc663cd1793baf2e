package io.modrt.tree;

import io.modrt.input.FileAccess;
import io.modrt.input.Input;
import io.modrt.policy.LoadLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds and reads the {@code .conf} files of {@code modprobe.d} and {@code depmod.d}. */
final class ConfigFiles {

    private static final String SUFFIX = ".conf";

    /** The folders of both configurations, the most important first. */
    private static final List<String> FOLDERS = List.of("etc", "run", "usr/local/lib", "usr/lib", "lib");

    private ConfigFiles() {}

    /**
     * One command.
     *
     * @param file the file that has it
     * @param line the number of the line that it begins in
     * @param text its text, with continued lines joined and without backslashes
     */
    record Command(Path file, int line, String text) {

        /** The first {@code most} words; the last is all that follows the words before it. */
        List<String> words(int most) {
            List<String> words = new ArrayList<>();
            int at = 0;
            while (at < text.length() && words.size() < most) {
                if (isBlank(text.charAt(at))) {
                    at++;
                    continue;
                }
                int end = at;
                while (end < text.length() && (words.size() == most - 1 || !isBlank(text.charAt(end)))) {
                    end++;
                }
                words.add(text.substring(at, end));
                at = end;
            }
            return words;
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }

        /** What is said of a command that is passed over. */
        String complaint() {
            return file + ": line " + line + ": \"" + text + "\" is passed over";
        }
    }

    /** The folders {@code NAME} of a system whose files lie below {@code root}, the most important first. */
    static List<Path> folders(Path root, String name) {
        return FOLDERS.stream()
                .map(folder -> root.resolve(folder).resolve(name))
                .toList();
    }

    /**
     * The commands of all files in {@code places}, in the order of the files' names. Of files with one name only the one in the first of the
     * places counts. A place may also be a file, which is read whatever its name is; one that is missing has no commands.
     */
    static List<Command> commands(Collection<Path> places) {
        TreeMap<String, Path> files = new TreeMap<>();
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                for (Path entry : FileAccess.to(place, "a folder of " + SUFFIX + " files", () -> entries(place))) {
                    String name = String.valueOf(entry.getFileName());
                    if (name.endsWith(SUFFIX) && !name.startsWith(".") && !Files.isDirectory(entry)) {
                        files.putIfAbsent(name, entry);
                    }
                }
            } else if (Files.exists(place)) {
                files.putIfAbsent(String.valueOf(place.getFileName()), place);
            }
        }
        List<Command> commands = new ArrayList<>();
        for (Path file : files.values()) {
            // why: a link to /dev/null is empty, too, and hides files of its name
            commands.addAll(of(file, Input.text(file, "a configuration", LoadLimits.standard())));
        }
        return commands;
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    /** The commands of one file. A backslash joins a line to the next, and before any other character it is left out. */
    static List<Command> of(Path file, String contents) {
        List<Command> commands = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int line = 1;
        int start = 1;
        for (int at = 0; at <= contents.length(); at++) {
            char c = at < contents.length() ? contents.charAt(at) : '\n';
            if (c == '\n') {
                if (!text.toString().isBlank() && text.charAt(0) != '#') {
                    commands.add(new Command(file, start, text.toString()));
                }
                text.setLength(0);
                start = ++line;
            } else if (c != '\\') {
                text.append(c);
            } else if (at + 1 < contents.length()) {
                at++;
                if (contents.charAt(at) == '\n') {
                    line++;
                } else {
                    text.append(contents.charAt(at));
                }
            }
        }
        return commands;
    }

    /** The words of a text that blanks separate. */
    static List<String> words(String text) {
        return Arrays.stream(text.split("[ \t]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
