package io.modrt.conformance;

import io.modrt.address.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A capture of a running kernel: lines of text, whose first word says what they are, and bytes of memory behind {@code MEM} lines.
 * {@code live/README.md} describes the format. The file's size bounds time and memory; unknown lines are skipped.
 */
final class KernelDump {
    /** The modules and the kernel itself, by their names in {@code MEM} lines. */
    static final String KERNEL = "(kernel)";

    private static final int LONGEST_LINE = 1 << 16;
    private static final String FIRST_LINE = "KDUMP1";

    private final Path file;
    private final byte[] bytes;
    private final List<String> cpu = new ArrayList<>();
    private final StringBuilder symbols = new StringBuilder();
    private final List<DumpMemory.Block> kernel = new ArrayList<>();
    private final Map<String, Module> modules = new LinkedHashMap<>();
    private final Set<String> listed = new HashSet<>();
    private final Set<String> traced = new HashSet<>();
    private String release = "";
    private int cpus;
    private final Map<String, String> insertions = new LinkedHashMap<>();
    private final List<String> answers = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private final List<String> hooks = new ArrayList<>();
    private @Nullable String fell;
    private String mark = "";
    private boolean isComplete;
    private int position;
    private int line;

    /** The records of one module. */
    static final class Module {
        private final String name;
        private final String state;
        private final long sizeBytes;
        private final Address base;
        private final Map<String, Address> sections = new LinkedHashMap<>();
        private final Map<String, List<DumpMemory.Block>> states = new LinkedHashMap<>();
        private final Set<String> tracedStates = new HashSet<>();

        private Module(String name, long sizeBytes, String state, Address base) {
            this.name = name;
            this.sizeBytes = sizeBytes;
            this.state = state;
            this.base = base;
        }

        String name() {
            return name;
        }

        /** Whether its init function has returned and its init memory was freed. */
        boolean isLive() {
            return state.equals("Live");
        }

        /** Its size according to {@code /proc/modules}. */
        long sizeBytes() {
            return sizeBytes;
        }

        /** Its address according to {@code /proc/modules}. */
        Address base() {
            return base;
        }

        /** The addresses of its sections according to sysfs. */
        Map<String, Address> sections() {
            return sections;
        }

        /** Whether its functions were traced in this state. */
        boolean isTraced(String stateName) {
            return tracedStates.contains(stateName);
        }

        /** Its memory in each state in which it was captured, by the name of the state; a state without a mark has an empty name. */
        Map<String, List<DumpMemory.Block>> states() {
            return states;
        }
    }

    private KernelDump(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Reads a dump.
     *
     * @throws IOException if it cannot be read or is not a dump; the message says where
     */
    static KernelDump read(Path file) throws IOException {
        if (Files.size(file) > Integer.MAX_VALUE - 8) {
            throw new IOException(file + ": " + Files.size(file) + " bytes; at most 2 GB can be read");
        }
        return parse(file, Files.readAllBytes(file));
    }

    /** Reads the dump in {@code bytes}, which are viewed, not copied; {@code file} is for messages. */
    static KernelDump parse(Path file, byte[] bytes) throws IOException {
        KernelDump dump = new KernelDump(file, bytes);
        dump.parse();
        return dump;
    }

    private void parse() throws IOException {
        if (!FIRST_LINE.equals(nextLine())) {
            throw bad("does not begin with " + FIRST_LINE);
        }
        for (String text = nextLine(); text != null; text = nextLine()) {
            int blank = text.indexOf(' ');
            String word = blank < 0 ? text : text.substring(0, blank);
            String rest = blank < 0 ? "" : text.substring(blank + 1);
            switch (word) {
                case "UNAME" -> release = rest.split(" ", 2)[0];
                case "CPU" -> cpu.add(rest);
                case "CPUS" -> cpus = (int) decimal(rest, "CPUs");
                case "INS" -> {
                    addInsertion(rest.split(" ", 2));
                    answers.add(text);
                    steps.add(text);
                }
                case "REFUSE" -> answers.add(text);
                case "LOG" -> {
                    answers.add(text);
                    steps.add(text);
                }
                case "REMOVE", "HOLD", "LET", "PROC", "FILE", "GONE", "TAINTED", "SYMBOL", "STATE" -> steps.add(text);
                case "FELL" -> fell = rest;
                case "MARK" -> mark = rest;
                case "TRACE" -> {
                    addTrace(rest.split(" ", -1));
                    hooks.add(text);
                }
                case "PROBE" -> hooks.add(text);
                case "MODLINE" -> addModule(rest.split(" ", -1));
                case "SEC" -> addSection(fields(rest, 3));
                case "MEM" -> addMemory(fields(rest, 3));
                case "UNREAD" -> addHole(fields(rest, 3));
                case "SYM" -> symbols.append(rest).append('\n');
                case "DONE" -> isComplete = true;
                default -> {} // a record of a later format
            }
        }
    }

    /** The next line without its end, or null behind the last line. */
    private @Nullable String nextLine() throws IOException {
        if (position >= bytes.length) {
            return null;
        }
        line++;
        int limit = (int) Math.min(bytes.length, (long) position + LONGEST_LINE);
        int end = position;
        while (end < limit && bytes[end] != '\n') {
            end++;
        }
        if (end == limit && limit < bytes.length) {
            throw bad("a line of more than " + LONGEST_LINE + " bytes");
        }
        String text = new String(bytes, position, end - position, StandardCharsets.ISO_8859_1);
        position = end + 1;
        return text;
    }

    private void addInsertion(String[] fields) throws IOException {
        listed.clear();
        if (fields.length != 2) {
            throw bad("an insertion has a module and an errno");
        }
        insertions.put(fields[0], fields[1]);
    }

    private void addTrace(String[] fields) throws IOException {
        if (fields.length < 2) {
            throw bad("a module and its state are wanted behind TRACE");
        }
        if (fields[1].equals("off")) {
            traced.remove(fields[0]);
        } else {
            traced.add(fields[0]);
        }
    }

    private void addModule(String[] fields) throws IOException {
        if (fields.length < 6) {
            throw bad("a line of /proc/modules has 6 fields, not " + fields.length);
        }
        Module module = new Module(fields[0], decimal(fields[1], "size"), fields[4], address(fields[5]));
        listed.add(module.name);
        Module known = modules.get(module.name);
        if (known == null) {
            modules.put(module.name, module);
        }
    }

    private void addSection(String[] fields) throws IOException {
        module(fields[0]).sections.put(fields[1], address(fields[2]));
    }

    private void addMemory(String[] fields) throws IOException {
        Address base = address(fields[1]);
        long size = decimal(fields[2], "size");
        if (size > bytes.length - position) {
            throw bad("memory of " + size + " bytes, but the file has " + (bytes.length - position) + " more");
        }
        DumpMemory.Block block = new DumpMemory.Block(base, bytes, position, (int) size);
        if (fields[0].equals(KERNEL)) {
            kernel.add(block);
        } else {
            if (traced.contains(fields[0])) {
                module(fields[0]).tracedStates.add(mark);
            }
            module(fields[0])
                    .states
                    .computeIfAbsent(mark, state -> new ArrayList<>())
                    .add(block);
        }
        position += (int) size;
        String end = position < bytes.length && bytes[position] == '\n' ? nextLine() : null;
        String closing = nextLine();
        if (end == null || !end.isEmpty() || closing == null || !closing.startsWith("END")) {
            throw bad("memory of " + fields[0] + " is not followed by END");
        }
    }

    private void addHole(String[] fields) throws IOException {
        Address base = address(fields[1]);
        long count = decimal(fields[2], "count");
        List<DumpMemory.Block> blocks =
                fields[0].equals(KERNEL) ? kernel : module(fields[0]).states.getOrDefault(mark, new ArrayList<>());
        blocks.replaceAll(block -> block.contains(base) ? block.withHoles(count) : block);
    }

    private Module module(String name) throws IOException {
        Module module = modules.get(name);
        if (module == null) {
            throw bad("module " + name + " has no MODLINE before this");
        }
        return module;
    }

    private String[] fields(String text, int count) throws IOException {
        String[] fields = text.split(" ", -1);
        if (fields.length != count) {
            throw bad(count + " fields are wanted behind the first word, not " + fields.length);
        }
        return fields;
    }

    private long decimal(String text, String what) throws IOException {
        try {
            long value = Long.parseLong(text.trim());
            if (value >= 0 && value <= Integer.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw bad(what + " is " + quoted(text) + ", no number");
        }
        throw bad(what + " is " + quoted(text) + ", out of range");
    }

    private Address address(String text) throws IOException {
        try {
            return Address.parse(text);
        } catch (NumberFormatException e) {
            throw bad(quoted(text) + " is no address");
        }
    }

    private static String quoted(String text) {
        return "\""
                + text.chars()
                        .limit(40)
                        .collect(
                                StringBuilder::new,
                                (all, c) -> all.append(c < ' ' || c > '~' ? '?' : (char) c),
                                StringBuilder::append)
                + "\"";
    }

    private IOException bad(String what) {
        return new IOException(file + ": line " + line + ": " + what);
    }

    Path file() {
        return file;
    }

    /** The kernel's release; empty if the dump has none. */
    String release() {
        return release;
    }

    /** The lines of {@code /proc/cpuinfo}. */
    List<String> cpu() {
        return cpu;
    }

    /** The number of CPUs; 0 if the dump does not say. */
    int cpus() {
        return cpus;
    }

    /** The lines of {@code /proc/kallsyms}. */
    String symbols() {
        return symbols.toString();
    }

    /** The memory of the kernel itself, which starts with its text. */
    List<DumpMemory.Block> kernel() {
        return kernel;
    }

    /** The modules, in the dump's order. */
    List<Module> modules() {
        return List.copyOf(modules.values());
    }

    /** The names of the modules that were listed since the last insertion. */
    Set<String> listed() {
        return listed;
    }

    /** The modules that were inserted, in order, with {@code 0} or the number and name of the errno. */
    Map<String, String> insertions() {
        return insertions;
    }

    /** The {@code INS} and {@code REFUSE} lines, each with the {@code LOG} lines behind it. */
    List<String> answers() {
        return answers;
    }

    /** Insertions, removals and what was read after each, with the {@code LOG} lines in between. */
    List<String> steps() {
        return steps;
    }

    /** The {@code TRACE} and {@code PROBE} lines. */
    List<String> hooks() {
        return hooks;
    }

    /** The step at which the kernel died or hung; empty if it did not. */
    Optional<String> fell() {
        return Optional.ofNullable(fell);
    }

    /** Why the dump may be incomplete; empty if it ends like a complete capture. */
    Optional<String> complaint() {
        return isComplete ? Optional.empty() : Optional.of(file + ": the capture did not come to its end");
    }
}
