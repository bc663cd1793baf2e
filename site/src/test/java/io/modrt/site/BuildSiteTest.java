package io.modrt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way, for a repository with one artifact that has one type. */
class BuildSiteTest {
    @TempDir
    private Path folder;

    private Path root;
    private Path site;

    @BeforeEach
    void makeRepository() throws IOException {
        root = Files.createDirectories(folder.resolve("repository"));
        site = folder.resolve("site");
        Path sources = Files.createDirectories(root.resolve("small/src/main/java/io/small"));
        Files.writeString(
                sources.resolve("../../module-info.java"),
                "/** Small. */\nmodule io.small {\n    exports io.small;\n}\n");
        Files.writeString(sources.resolve("package-info.java"), "/** The small package. */\npackage io.small;\n");
        Files.writeString(
                sources.resolve("Load.java"), "package io.small;\n\n/** Loads. */\npublic final class Load {}\n");
        Files.createDirectories(root.resolve("docs"));
        Files.writeString(root.resolve("docs/README.md"), "# All\n\n## Start\n\n- [First](../README.md)\n");
        Files.writeString(
                root.resolve("README.md"),
                "# First\n\n`Load`, and [its package](small/src/main/java/io/small/package-info.java).\n");
    }

    private String build() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            BuildSite.main(new String[] {root.toString(), site.toString()});
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void pagesAndJavadocLeadToEachOther() throws Exception {
        Files.createDirectories(site);
        Files.writeString(site.resolve("old.html"), "of an earlier site");
        assertEquals("The site: " + site.toRealPath().resolve("index.html") + "\n", build());
        assertFalse(Files.exists(site.resolve("old.html")));
        String index = Files.readString(site.resolve("index.html"));
        assertTrue(index.contains("<a href=\"api/io.small/io/small/Load.html\"><code>Load</code></a>"), index);
        assertTrue(index.contains("<a href=\"api/io.small/io/small/package-summary.html\">its package</a>"), index);
        String javadoc = Files.readString(site.resolve("api/io.small/io/small/Load.html"));
        assertTrue(javadoc.contains("Loads."), javadoc);
        assertTrue(javadoc.contains("index.html\">Pages</a>"), javadoc);
        assertTrue(javadoc.contains("javadoc-dark.css"), javadoc);
    }

    @Test
    void aDeadLinkFailsTheBuild() throws IOException {
        Files.writeString(root.resolve("README.md"), "# First\n\n[gone](#gone)\n");
        String message = assertThrows(IOException.class, this::build).getMessage();
        assertEquals("dead links:\nREADME.md: #gone is no heading there\nindex.html: #gone", message);
    }

    @Test
    void aFaultOfTheJavadocFailsTheBuild() throws IOException {
        Path source = root.resolve("small/src/main/java/io/small/Load.java");
        Files.writeString(source, "package io.small;\n\n/** Like {@link None}. */\npublic final class Load {}\n");
        String message = assertThrows(IOException.class, this::build).getMessage();
        assertTrue(message.contains("reference not found"), message);
    }
}
