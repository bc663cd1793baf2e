package io.modrt.site;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** Writes the Javadoc of all artifacts as one set of pages. */
final class JavadocTool {
    private static final String OPTIONS =
            "-quiet -notimestamp -encoding UTF-8 -charset UTF-8 -docencoding UTF-8 --release 17"
                    + " -Xdoclint:all,-missing -Xmaxwarns 20 -windowtitle modrt -doctitle modrt";

    private JavadocTool() {}

    /**
     * Writes the pages into {@code folder}.
     *
     * @param libraries the jars that the artifacts refer to
     */
    static void write(ApiTypes types, List<String> libraries, Path folder) throws IOException {
        List<String> options = new ArrayList<>(List.of(OPTIONS.split(" ")));
        options.addAll(List.of("-header", "<a href=\"{@docRoot}/../index.html\">Pages</a>"));
        options.addAll(List.of(
                "--add-stylesheet",
                folder.resolveSibling(SiteWriter.JAVADOC_STYLE).toString()));
        options.addAll(List.of("-d", folder.toString()));
        types.modules()
                .forEach((name, sources) -> options.addAll(List.of("--module-source-path", name + "=" + sources)));
        options.addAll(List.of("--module-path", String.join(File.pathSeparator, libraries)));
        options.addAll(List.of("--module", String.join(",", types.modules().keySet())));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        ToolProvider tool = ToolProvider.findFirst("javadoc")
                .orElseThrow(() -> new IOException("this Java has no javadoc: it is no JDK"));
        int status = tool.run(out, out, options.toArray(String[]::new));
        if (status != 0 || said.toString().contains("warning")) {
            throw new IOException("javadoc failed: " + said);
        }
    }
}
