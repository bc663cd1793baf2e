package io.modrt.conformance;

import io.modrt.elf.SymbolTable;
import io.modrt.error.ModrtException;
import io.modrt.module.ModuleFile;
import io.modrt.tree.ModuleGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A drawn sequence of insertions and removals, some of which a kernel must refuse. It is drawn as if every other one succeeded, so what it
 * really is only the kernel's answers say.
 */
final class LifePlan {
    /** Folders with modules whose init functions want no hardware, ask for no further module and hold none. */
    private static final Pattern QUIET = Pattern.compile(
            "kernel/(?:crypto|lib|net|fs|sound/core|drivers/(?:usb|net|md|block|input|hid|char|mtd)).*");
    /** Modules that do so all the same, wait for ever, or bring their kernel down. */
    private static final Pattern RESTLESS = Pattern.compile(".*(?:test|tcrypt|speed|kunit|torture|dummy|example).*");

    private static final int MOST_BYTES = 400_000;
    private static final int MOST_SECTIONS = 160;
    private static final int MOST_NEEDED = 5;
    private static final int ROOTS = 45;
    private static final int PERMANENT_ROOTS = 4;
    private static final int PARAMETER_ROOTS = 25;
    /** Modules of sockets, by the numbers of their families; a kernel may have them built in. */
    private static final Map<Integer, String> SOCKETS = Map.of(17, "af_packet", 36, "ieee802154_socket");

    /** Modules without exit function whose init functions leave nothing behind. */
    private static final Set<String> HARMLESS = Set.of("phylink");

    private static final int SYMBOLS_EVERY = 20;

    /** One step: what init is told, and what modrt is then asked. */
    record Step(Kind kind, String module, String parameters) {}

    /** What a step does. */
    enum Kind {
        INSERT,
        REMOVE,
        FORCE,
        /** A socket of the module's family is opened. */
        HOLD,
        /** The last one is closed. */
        LET
    }

    private final Map<String, Path> files = new TreeMap<>();
    private final Map<String, ModuleFile> modules = new LinkedHashMap<>();
    private final Map<String, Set<String>> needs = new TreeMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final Random random;
    private int family;

    private LifePlan(long seed) {
        this.random = new Random(seed);
    }

    /** Draws {@code count} steps with modules of {@code tree}. */
    static LifePlan draw(Path tree, int count, long seed) throws IOException {
        LifePlan plan = new LifePlan(seed);
        plan.choose(tree);
        plan.drawSteps(count);
        return plan;
    }

    private void choose(Path tree) throws IOException {
        List<Path> paths = new ArrayList<>(LoadTree.modules(tree).stream()
                .filter(path -> {
                    String name = tree.relativize(path).toString();
                    return QUIET.matcher(name).matches()
                            && !RESTLESS.matcher(name).matches();
                })
                .toList());
        Map<String, ModuleFile> opened = new TreeMap<>();
        Map<String, Path> where = new TreeMap<>();
        for (Path path : paths) {
            Optional<ModuleFile> file = open(path);
            file.ifPresent(module -> {
                opened.put(module.name(), module);
                where.put(module.name(), path);
            });
        }
        ModuleGraph graph = ModuleGraph.of(opened);
        List<String> names = new ArrayList<>(opened.keySet());
        Collections.shuffle(names, random);
        List<String> first = new ArrayList<>();
        SOCKETS.forEach((number, module) -> {
            if (opened.containsKey(module) && family == 0) {
                first.add(module);
                family = number;
            }
        });
        names.stream()
                .filter(name -> isPermanent(Objects.requireNonNull(opened.get(name))))
                .limit(PERMANENT_ROOTS)
                .forEach(first::add);
        names.stream()
                .filter(name -> !Objects.requireNonNull(opened.get(name))
                        .info()
                        .all("parmtype")
                        .isEmpty())
                .limit(PARAMETER_ROOTS)
                .forEach(first::add);
        names.removeAll(first);
        names.addAll(0, new LinkedHashSet<>(first));
        int roots = 0;
        for (String name : names) {
            Set<String> all = closure(graph, name);
            boolean isComplete = all.stream()
                    .allMatch(needed -> opened.containsKey(needed)
                            && opened.keySet()
                                    .containsAll(Objects.requireNonNull(opened.get(needed))
                                            .info()
                                            .depends()));
            if (roots < ROOTS && all.size() <= MOST_NEEDED && isComplete) {
                roots++;
                for (String needed : all) {
                    modules.put(needed, Objects.requireNonNull(opened.get(needed)));
                    files.put(needed, Objects.requireNonNull(where.get(needed)));
                    needs.put(needed, new LinkedHashSet<>(graph.needs(needed)));
                }
            }
        }
    }

    private static boolean isPermanent(ModuleFile file) {
        return file.symbols().indexOf("init_module") != SymbolTable.NONE
                && file.symbols().indexOf("cleanup_module") == SymbolTable.NONE;
    }

    private static Optional<ModuleFile> open(Path path) throws IOException {
        if (Files.size(path) > MOST_BYTES) {
            return Optional.empty();
        }
        try {
            ModuleFile file = ModuleFile.open(path);
            boolean isPerCpu = file.elf().sections().stream()
                    .anyMatch(section -> section.name().startsWith(".data..percpu") && section.sizeBytes() > 0);
            return file.elf().sectionCount() > MOST_SECTIONS || isPerCpu ? Optional.empty() : Optional.of(file);
        } catch (ModrtException refused) {
            return Optional.empty(); // why: which modules modrt refuses is what `load` tells
        }
    }

    private static Set<String> closure(ModuleGraph graph, String name) {
        Set<String> all = new LinkedHashSet<>();
        for (String needed : graph.needs(name)) {
            all.addAll(closure(graph, needed));
        }
        all.add(name);
        return all;
    }

    private void drawSteps(int count) {
        List<String> names = List.copyOf(modules.keySet());
        Set<String> loaded = new LinkedHashSet<>();
        while (steps.size() < count) {
            String name = names.get(random.nextInt(names.size()));
            int what = random.nextInt(100);
            if (what < 8 && family != 0) {
                String module = Objects.requireNonNull(SOCKETS.get(family));
                steps.add(new Step(random.nextBoolean() ? Kind.HOLD : Kind.LET, module, ""));
            } else if (what < 60) {
                if (loaded.contains(name) && random.nextInt(6) > 0) {
                    continue;
                }
                boolean isReady = loaded.containsAll(Objects.requireNonNull(needs.get(name)));
                if (isReady || random.nextInt(4) == 0) {
                    insert(name, loaded, isReady);
                } else {
                    for (String needed : missing(name, loaded)) {
                        insert(needed, loaded, true);
                    }
                }
            } else if (!loaded.isEmpty() && random.nextInt(6) > 0) {
                List<String> present = List.copyOf(loaded);
                remove(present.get(random.nextInt(present.size())), loaded);
            } else {
                remove(name, loaded);
            }
        }
        while (steps.size() > count) {
            steps.remove(steps.size() - 1);
        }
    }

    private Set<String> missing(String name, Set<String> loaded) {
        Set<String> missing = new LinkedHashSet<>();
        for (String needed : Objects.requireNonNull(needs.get(name))) {
            if (!loaded.contains(needed)) {
                missing.addAll(missing(needed, loaded));
            }
        }
        missing.add(name);
        return missing;
    }

    private void insert(String name, Set<String> loaded, boolean isReady) {
        ParameterDraw drawn = ParameterDraw.of(Objects.requireNonNull(modules.get(name)), random);
        steps.add(new Step(Kind.INSERT, name, drawn.text()));
        if (isReady && drawn.isSound()) {
            loaded.add(name);
        }
    }

    private void remove(String name, Set<String> loaded) {
        boolean isForced = random.nextInt(5) == 0 && isForceHarmless(name);
        steps.add(new Step(isForced ? Kind.FORCE : Kind.REMOVE, name, ""));
        if (!isForced && modules.containsKey(name) && isPermanent(module(name))) {
            return;
        }
        boolean isUsed = loaded.stream()
                .anyMatch(user -> Objects.requireNonNull(needs.get(user)).contains(name));
        if (!isUsed) {
            loaded.remove(name);
        }
    }

    /** Whether nothing remains of the module that its kernel would still use, if it is unloaded though it is held or has no exit. */
    private boolean isForceHarmless(String name) {
        return !SOCKETS.containsValue(name) && (!isPermanent(module(name)) || HARMLESS.contains(name));
    }

    /** The steps, in order. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** The module of this name. */
    ModuleFile module(String name) {
        return Objects.requireNonNull(modules.get(name));
    }

    /** The names of the modules that may be inserted. */
    Set<String> names() {
        return new HashSet<>(modules.keySet());
    }

    /** The plan for {@code capture}: each step, and a record of what user space reads behind it. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            switch (step.kind()) {
                case INSERT ->
                    text.append("offer ")
                            .append(files.get(step.module()))
                            .append(step.parameters().isEmpty() ? "" : " " + step.parameters());
                case REMOVE -> text.append("remove ").append(step.module());
                case FORCE -> text.append("remove ").append(step.module()).append(" force");
                case HOLD -> text.append("hold ").append(family);
                case LET -> text.append("hold");
            }
            text.append(i % SYMBOLS_EVERY == SYMBOLS_EVERY - 1 ? "\nstate symbols\n" : "\nstate\n");
        }
        return text.toString();
    }
}
