package io.modrt.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a live kernel told of one step, and what user space read of its modules afterwards.
 *
 * @param answer the record of the step: {@code INS}, {@code REMOVE}, {@code HOLD} or {@code LET}
 * @param log what the kernel logged meanwhile
 * @param modules {@code /proc/modules}
 * @param files the files of {@code /sys/module}, by path
 * @param symbols the modules' lines of {@code /proc/kallsyms}; empty if they were not read
 * @param tainted {@code /proc/sys/kernel/tainted}
 */
record LifeState(
        String answer, List<String> log, String modules, Map<String, String> files, String symbols, long tainted) {

    /** The taints of a kernel that does not tell them. */
    static final long UNKNOWN = -1;

    /** The states in the records of a dump. */
    static List<LifeState> of(List<String> records) {
        List<LifeState> states = new ArrayList<>();
        Map<String, String> files = new TreeMap<>();
        String answer = "";
        List<String> log = new ArrayList<>();
        StringBuilder modules = new StringBuilder();
        StringBuilder symbols = new StringBuilder();
        long tainted = UNKNOWN;
        for (String record : records) {
            int blank = record.indexOf(' ');
            String word = blank < 0 ? record : record.substring(0, blank);
            String rest = blank < 0 ? "" : record.substring(blank + 1);
            switch (word) {
                case "INS", "REMOVE", "HOLD", "LET" -> {
                    answer = record;
                    log = new ArrayList<>();
                }
                case "LOG" -> log.add(rest.replaceFirst("^(?:<\\d+>)?\\s*(?:\\[[ \\d.]+\\] )?", ""));
                case "PROC" -> modules.append(rest).append('\n');
                case "FILE" ->
                    files.put(rest.substring(0, rest.indexOf(' ')), text(rest.substring(rest.indexOf(' ') + 1)));
                case "GONE" -> files.remove(rest);
                case "TAINTED" -> tainted = Long.parseLong(rest.strip());
                case "SYMBOL" -> symbols.append(rest).append('\n');
                case "STATE" -> {
                    states.add(new LifeState(
                            answer, log, modules.toString(), new TreeMap<>(files), symbols.toString(), tainted));
                    modules = new StringBuilder();
                    symbols = new StringBuilder();
                }
                default -> {} // why: a dump has other records, too
            }
        }
        return states;
    }

    /** Undoes the escapes {@code \\xNN}. */
    private static String text(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.startsWith("\\x", i)) {
                text.append((char) Integer.parseInt(escaped.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                text.append(escaped.charAt(i));
            }
        }
        return text.toString();
    }

    /** The number of the error that the kernel answered the step with; 0 for success. */
    int errno() {
        String[] words = answer.split(" ");
        return words.length > 2 ? Integer.parseInt(words[2]) : 0;
    }

    /** The files of one module, by their paths below its folder. */
    Map<String, String> filesOf(String module) {
        Map<String, String> own = new TreeMap<>();
        files.forEach((path, text) -> {
            if (path.startsWith(module + "/")) {
                own.put(path.substring(module.length() + 1), text);
            }
        });
        return own;
    }

    /** The address that {@code /proc/modules} has for a module; empty if it does not list it. */
    String base(String module) {
        return modules.lines()
                .filter(line -> line.startsWith(module + " "))
                .map(line -> line.split(" ")[5])
                .findFirst()
                .orElse("");
    }
}
