package io.modrt.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The public types of all artifacts, and where the Javadoc of each is. */
final class ApiTypes {
    /** The folder of the Javadoc in the site. */
    static final String FOLDER = "api";

    private static final Pattern MODULE = Pattern.compile("(?m)^(?:open )?module ([\\w.]+) \\{");
    private static final Pattern EXPORT = Pattern.compile("(?m)^    exports ([\\w.]+);");
    private static final String PUBLIC_TYPE =
            "(?m)^public (?:(?:final|abstract|sealed|non-sealed|strictfp) )*(?:class|interface|record|enum|@interface) ";

    private final Map<String, String> pages = new TreeMap<>();
    private final Map<String, String> bySource = new TreeMap<>();
    private final Map<String, Path> modules = new TreeMap<>();

    private ApiTypes() {}

    /** Reads the sources of the artifacts below {@code root}. */
    static ApiTypes read(Path root) throws IOException {
        ApiTypes types = new ApiTypes();
        List<Path> artifacts = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            folders.filter(folder -> Files.exists(folder.resolve("src/main/java/module-info.java")))
                    .sorted()
                    .forEach(artifacts::add);
        }
        for (Path artifact : artifacts) {
            types.add(root, artifact.resolve("src/main/java"));
        }
        return types;
    }

    private void add(Path root, Path sources) throws IOException {
        String info = Files.readString(sources.resolve("module-info.java"));
        Matcher name = MODULE.matcher(info);
        if (!name.find()) {
            throw new IOException(sources + ": its module-info has no module");
        }
        modules.put(name.group(1), sources);
        Matcher exports = EXPORT.matcher(info);
        while (exports.find()) {
            String folder = exports.group(1).replace('.', '/');
            bySource.put(
                    path(root, sources.resolve(folder).resolve("package-info.java")),
                    FOLDER + "/" + name.group(1) + "/" + folder + "/package-summary.html");
            try (Stream<Path> files = Files.list(sources.resolve(folder))) {
                for (Path file : files.filter(file -> file.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    String type = file.getFileName().toString().replace(".java", "");
                    if (Pattern.compile(PUBLIC_TYPE + type + "\\b")
                            .matcher(Files.readString(file))
                            .find()) {
                        String page = FOLDER + "/" + name.group(1) + "/" + folder + "/" + type + ".html";
                        pages.put(type, page);
                        bySource.put(path(root, file), page);
                    }
                }
            }
        }
    }

    private static String path(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    /** The artifacts' modules, each with the folder of its sources. */
    Map<String, Path> modules() {
        return modules;
    }

    /** The Javadoc of what code says, if it is a public type or starts with one: {@code LoadPolicy}, {@code LoadPolicy.strict()}. */
    Optional<String> pageOfCode(String code) {
        Matcher type = Pattern.compile("([A-Z]\\w+)(?:\\.\\w+(?:\\(.*\\))?)?").matcher(code);
        return type.matches() ? Optional.ofNullable(pages.get(type.group(1))) : Optional.empty();
    }

    /** The Javadoc of the type or package that a source file declares. */
    Optional<String> pageOfSource(String path) {
        return Optional.ofNullable(bySource.get(path));
    }
}
