package io.modrt.site;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Makes the site, and fails if one of its links is dead. */
public final class BuildSite {
    private BuildSite() {}

    /** Takes the repository's root and the folder of the site, whose contents are replaced. */
    public static void main(String[] arguments) throws IOException, URISyntaxException {
        Path root = Path.of(arguments[0]).toRealPath();
        Path folder = Files.createDirectories(Path.of(arguments[1])).toRealPath();
        empty(folder);
        Repository repository = Repository.read(root);
        refuse(repository.faults());
        ApiTypes types = ApiTypes.read(root);
        new SiteWriter(repository, types, folder).write();
        JavadocTool.write(types, libraries(root), folder.resolve(ApiTypes.FOLDER));
        // why: JDK 17's javadoc links from this page to a heading that it does not write
        refuse(DeadLinks.in(folder).stream()
                .filter(link -> !link.startsWith(ApiTypes.FOLDER + "/constant-values.html: #"))
                .toList());
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println("The site: " + folder.resolve("index.html"));
    }

    private static void refuse(List<String> deadLinks) throws IOException {
        if (!deadLinks.isEmpty()) {
            throw new IOException("dead links:\n" + String.join("\n", deadLinks));
        }
    }

    private static void empty(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The jars of this program's class path that are not made here; Maven runs it in a class loader of its own. */
    private static List<String> libraries(Path root) throws URISyntaxException {
        List<String> jars = new ArrayList<>();
        if (BuildSite.class.getClassLoader() instanceof URLClassLoader loader) {
            for (URL url : loader.getURLs()) {
                jars.add(Path.of(url.toURI()).toString());
            }
        } else {
            jars.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        }
        jars.removeIf(jar -> Path.of(jar).startsWith(root));
        return jars;
    }
}
