package io.modrt.house;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The modules that are published, as the class path holds them: jars, or folders of classes before packaging. */
final class PublishedModules {
    private static final Pattern PLACE = Pattern.compile(
            ".*modrt-(api|aarch64|mips|parisc|ftrace|testkit)[^/\\\\]*(\\.jar|[/\\\\]target[/\\\\]classes)");

    private static final List<ModuleReference> ALL = find();

    private PublishedModules() {}

    /** In the order of their names. */
    static List<ModuleReference> all() {
        return ALL;
    }

    static String[] exportedPackages() {
        return exports().toArray(String[]::new);
    }

    static boolean isExported(String packageName) {
        return exports().anyMatch(packageName::equals);
    }

    /** The classes of a module's exported packages that are seen from outside, nested ones too, in the order of their names. */
    static List<Class<?>> exportedTypes(ModuleReference module) {
        try (ModuleReader reader = module.open();
                Stream<String> entries = reader.list()) {
            return entries.filter(entry -> entry.endsWith(".class"))
                    .map(entry -> entry.substring(0, entry.length() - ".class".length())
                            .replace('/', '.'))
                    .filter(name -> isExported(name.substring(0, Math.max(0, name.lastIndexOf('.')))))
                    .filter(name -> !name.endsWith("package-info"))
                    .sorted()
                    .<Class<?>>map(PublishedModules::load)
                    .filter(Visibility::isSeen)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> exports() {
        return ALL.stream()
                .flatMap(module -> module.descriptor().exports().stream())
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source);
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublishedModules.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("listed in its module, but not on the class path: " + name, e);
        }
    }

    private static List<ModuleReference> find() {
        List<ModuleReference> found = Arrays.stream(
                        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)))
                .filter(place -> PLACE.matcher(place).matches())
                .flatMap(place -> ModuleFinder.of(Path.of(place)).findAll().stream())
                .sorted(Comparator.comparing(module -> module.descriptor().name()))
                .toList();
        if (found.size() != 6) {
            throw new AssertionError("six modules are published, the class path has " + found);
        }
        return found;
    }
}
