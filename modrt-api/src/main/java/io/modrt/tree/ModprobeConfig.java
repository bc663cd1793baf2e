package io.modrt.tree;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A configuration of {@code modprobe}, as {@code modprobe.d(5)} describes it: aliases, options, modules whose own aliases do not count, soft
 * and weak dependencies, and modules for which a command runs instead. Commands that it does not know, or that lack a word, are passed over,
 * as {@code modprobe} does, and {@link #ignored told}. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModprobeConfig {

    /** An alias of a configuration; several of one pattern all count. */
    record Alias(String pattern, Wildcard wildcard, String module) {}

    /** Options for the module, or alias, {@code name}. */
    private record Options(String name, String text) {}

    private final List<Alias> aliases = new ArrayList<>();
    private final List<Options> options = new ArrayList<>();
    private final Set<String> blacklist = new LinkedHashSet<>();
    private final Map<String, String> installs = new LinkedHashMap<>();
    private final Map<String, String> removes = new LinkedHashMap<>();
    private final SoftDependencies softdeps = new SoftDependencies();
    private final Map<String, List<String>> weakdeps = new LinkedHashMap<>();
    private final List<String> ignored = new ArrayList<>();

    private ModprobeConfig(List<ConfigFiles.Command> commands, String commandLine) {
        for (ConfigFiles.Command command : commands) {
            if (!read(command)) {
                ignored.add(command.complaint());
            }
        }
        KernelCommandLine kernel = new KernelCommandLine(commandLine);
        blacklist.addAll(kernel.blacklist());
        kernel.options().forEach(option -> addOptions(option.module(), option.text()));
    }

    private boolean read(ConfigFiles.Command command) {
        List<String> words = command.words(3);
        boolean isShort = words.size() < 3;
        switch (words.get(0)) {
            case "alias" -> {
                Optional<String> pattern = isShort ? Optional.empty() : normal(words.get(1));
                pattern.ifPresent(text -> aliases.add(new Alias(
                        text,
                        new Wildcard(text),
                        ModuleTree.normal(command.words(4).get(2)))));
                return pattern.isPresent();
            }
            case "blacklist" -> {
                return words.size() > 1 && addName(words.get(1));
            }
            case "options" -> {
                return !isShort && addOptions(words.get(1), words.get(2));
            }
            case "install" -> {
                return !isShort && addCommand(installs, words);
            }
            case "remove" -> {
                return !isShort && addCommand(removes, words);
            }
            case "softdep" -> {
                if (!isShort) {
                    softdeps.add(ModuleTree.normal(words.get(1)), ConfigFiles.words(words.get(2)));
                }
                return !isShort;
            }
            case "weakdep" -> {
                List<String> wanted = isShort ? List.of() : ConfigFiles.words(words.get(2));
                return !isShort
                        && weakdeps.computeIfAbsent(ModuleTree.normal(words.get(1)), m -> new ArrayList<>())
                                .addAll(wanted.stream().map(ModuleTree::normal).toList());
            }
            default -> {
                return false;
            }
        }
    }

    private boolean addName(String module) {
        blacklist.add(ModuleTree.normal(module));
        return true;
    }

    private static boolean addCommand(Map<String, String> commands, List<String> words) {
        commands.putIfAbsent(ModuleTree.normal(words.get(1)), words.get(2)); // the first counts
        return true;
    }

    private boolean addOptions(String module, String text) {
        return normal(module).map(name -> options.add(new Options(name, text))).orElse(false);
    }

    /** No configuration. */
    public static ModprobeConfig none() {
        return new ModprobeConfig(List.of(), "");
    }

    /**
     * The configuration in these folders, the most important first, or files. Files are read in the order of their names; of files with one
     * name only the one in the first of the folders counts.
     *
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static ModprobeConfig of(List<Path> places) {
        return of(places, "");
    }

    /**
     * The same with what the kernel's command line adds: options such as {@code usbcore.nousb=1}, and {@code modprobe.blacklist=floppy}.
     *
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static ModprobeConfig of(List<Path> places, String kernelCommandLine) {
        Objects.requireNonNull(kernelCommandLine, "kernelCommandLine");
        return new ModprobeConfig(ConfigFiles.commands(places), kernelCommandLine);
    }

    /**
     * The configuration of the system whose files lie below {@code root}: of {@code etc/modprobe.d}, {@code run/modprobe.d} and so on.
     *
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static ModprobeConfig ofSystem(Path root) {
        return of(ConfigFiles.folders(root, "modprobe.d"));
    }

    /**
     * A name or pattern with {@code _} for {@code -}, except inside brackets; empty if the brackets are not in pairs, which
     * {@code modprobe} refuses.
     */
    static Optional<String> normal(String alias) {
        StringBuilder text = new StringBuilder(alias);
        for (int at = 0; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '-' -> text.setCharAt(at, '_');
                case ']' -> {
                    return Optional.empty();
                }
                case '[' -> {
                    int end = text.indexOf("]", at);
                    if (end < 0) {
                        return Optional.empty();
                    }
                    at = end;
                }
                default -> {} // stays
            }
        }
        return Optional.of(text.toString());
    }

    /** The aliases that match a name, in order. */
    List<Alias> aliases(String name) {
        return aliases.stream().filter(alias -> alias.wildcard.matches(name)).toList();
    }

    /** The options of a module that was asked for by an alias: those given to either name, in order. */
    List<String> options(String module, String alias) {
        return options.stream()
                .filter(option -> option.name.equals(module) || option.name.equals(alias))
                .map(Options::text)
                .toList();
    }

    /** The options given to a module, or an alias, of this name, in order; joined by blanks they are the text of its parameters. */
    public List<String> options(String name) {
        Objects.requireNonNull(name, "name");
        return normal(name).map(known -> options(known, known)).orElse(List.of());
    }

    /** Whether a command of this configuration is for the module {@code name}, which is then found even if it has no file. */
    boolean hasCommand(String name) {
        return installs.containsKey(name) || removes.containsKey(name);
    }

    /** Whether the module's own aliases do not count. */
    public boolean isBlacklisted(String module) {
        Objects.requireNonNull(module, "module");
        return blacklist.contains(ModuleTree.normal(module));
    }

    /** The shell command that {@code modprobe} runs instead of inserting the module. modrt runs none. */
    public Optional<String> installCommand(String module) {
        Objects.requireNonNull(module, "module");
        return Optional.ofNullable(installs.get(ModuleTree.normal(module)));
    }

    /** The shell command that {@code modprobe -r} runs instead of removing the module. modrt runs none. */
    public Optional<String> removeCommand(String module) {
        Objects.requireNonNull(module, "module");
        return Optional.ofNullable(removes.get(ModuleTree.normal(module)));
    }

    /** Modules that the module may ask the kernel for while it runs. {@code modprobe} does not load them; an initramfs should have them. */
    public List<String> weakDependencies(String module) {
        Objects.requireNonNull(module, "module");
        return List.copyOf(weakdeps.getOrDefault(ModuleTree.normal(module), List.of()));
    }

    /** The commands that were passed over, each with its file and line. */
    public List<String> ignored() {
        return List.copyOf(ignored);
    }

    SoftDependencies softDependencies() {
        return softdeps;
    }
}
