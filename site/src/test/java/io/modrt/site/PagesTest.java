package io.modrt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages' links lead somewhere, here and in the site that is made of them. */
class PagesTest {
    @TempDir
    private Path folder;

    @Test
    void noLinkOfAPageIsDead() throws IOException {
        assertEquals(List.of(), Repository.read(Workbench.ROOT).faults());
    }

    /** Without its Javadoc, to which all other links lead. */
    @Test
    void noLinkOfTheSiteIsDead() throws IOException {
        Repository repository = Repository.read(Workbench.ROOT);
        new SiteWriter(repository, ApiTypes.read(Workbench.ROOT), folder).write();
        List<String> dead = DeadLinks.in(folder).stream()
                .filter(link -> !link.matches(".*: (\\.\\./)*api/.*"))
                .toList();
        assertEquals(List.of(), dead);
        assertTrue(Files.readString(folder.resolve("index.html")).contains("<title>modrt</title>"));
    }

    /** So that a reader of either page has what the other one has found out. */
    @Test
    void theProjectsOfThePagesAgree() throws IOException {
        Map<String, String> first = versionsAndScopes("docs/set-up-a-project.md");
        Map<String, String> tests = versionsAndScopes("docs/test-your-kernel-tool.md");
        assertEquals(Set.of("first-load", "exec-maven-plugin"), without(first, tests));
        assertEquals(
                Set.of("kerneltool", "modrt-testkit", "junit-jupiter", "mockito-core", "maven-surefire-plugin"),
                without(tests, first));
        first.keySet().retainAll(tests.keySet());
        first.forEach((artifact, settings) -> assertEquals(settings, tests.get(artifact), artifact));
    }

    private static Set<String> without(Map<String, String> all, Map<String, String> others) {
        Set<String> rest = new HashSet<>(all.keySet());
        rest.removeAll(others.keySet());
        return rest;
    }

    /** The version and the scope of each artifact in the page's {@code pom.xml}. */
    private static Map<String, String> versionsAndScopes(String path) throws IOException {
        String page = Files.readString(Workbench.ROOT.resolve(path));
        String pom = page.substring(page.indexOf("<project"), page.indexOf("</project>"));
        Map<String, String> found = new HashMap<>();
        Matcher artifact = Pattern.compile(
                        "<artifactId>(.*)</artifactId>(?: <!--.*)?((?:\\s*<(?:version|type|scope)>.*(?:<!--.*)?)*)")
                .matcher(pom);
        while (artifact.find()) {
            found.put(artifact.group(1), artifact.group(2).replaceAll("<!--.*|\\s", ""));
        }
        return found;
    }

    @Test
    void deadLinksOfPagesAreFound() throws IOException {
        Files.createDirectories(folder.resolve("docs"));
        Files.writeString(folder.resolve("README.md"), """
                # First

                [gone](docs/gone.md) [page](docs/page.md#no-heading) ![gone](gone.png) [here](#first) [far](https://example.org/)
                """);
        Files.writeString(folder.resolve("docs/page.md"), "# Page\n\n## A `b` (c): d, e\n\n## Twice\n\n## Twice\n");
        Files.writeString(
                folder.resolve("docs/README.md"),
                "# All\n\n[good](page.md#a-b-c-d-e) [second](page.md#twice-1) [up](../README.md#first) [not](page.md#twice-2)\n");
        Files.writeString(folder.resolve("docs/orphan.md"), "# Nobody links here\n");
        assertEquals(
                List.of(
                        "README.md: docs/gone.md is no file",
                        "README.md: docs/page.md#no-heading is no heading there",
                        "README.md: gone.png is no file",
                        "docs/README.md: page.md#twice-2 is no heading there",
                        "docs/README.md: has no link to docs/orphan.md"),
                Repository.read(folder).faults());
    }

    @Test
    void deadLinksOfHtmlAreFound() throws IOException {
        Files.writeString(folder.resolve("a.html"), """
                <a href="b.html">b</a><a href="b.html#there">there</a><a href="b.html#not">not</a>
                <a href="c.html">c</a><img src="d.png"><a href="https://example.org/">far</a><a href="#">top</a>
                """);
        Files.writeString(
                folder.resolve("b.html"), "<h2 id=\"there\">There</h2><a href=\"../outside.html\">outside</a>");
        assertEquals(
                List.of("a.html: b.html#not", "a.html: c.html", "a.html: d.png", "b.html: ../outside.html"),
                DeadLinks.in(folder));
    }

    @Test
    void linksOfTheRepositoryBecomeLinksOfTheSite() throws IOException {
        Path docs = Files.createDirectories(folder.resolve("repository/docs")).getParent();
        Path sources = Files.createDirectories(docs.resolve("modrt-x/src/main/java/x"));
        Files.writeString(sources.resolve("../module-info.java"), "module io.x {\n    exports x;\n}\n");
        Files.writeString(sources.resolve("Load.java"), "package x;\npublic final class Load {}\n");
        Files.writeString(sources.resolve("Hidden.java"), "package x;\nfinal class Hidden {}\n");
        Files.writeString(docs.resolve("run"), "echo <done>\n");
        Files.writeString(docs.resolve("picture.svg"), "<svg/>");
        Files.writeString(docs.resolve("README.md"), """
                # modrt

                `Load`, `Load.of(1)`, `Hidden`, [source](modrt-x/src/main/java/x/Load.java), [text](run),
                ![picture](picture.svg), [page](docs/page.md#page)
                """);
        Files.writeString(docs.resolve("docs/page.md"), "# Page\n\n[home](../README.md) `Load`\n");
        Files.writeString(
                docs.resolve("docs/README.md"), "# All\n\n## First\n\n- [A page](page.md)\n- [Start](../README.md)\n");
        Path site = Files.createDirectory(folder.resolve("site"));
        new SiteWriter(Repository.read(docs), ApiTypes.read(docs), site).write();
        String index = Files.readString(site.resolve("index.html"));
        String javadoc = "<a href=\"api/io.x/x/Load.html\">";
        assertTrue(
                index.contains(
                        javadoc + "<code>Load</code></a>, " + javadoc + "<code>Load.of(1)</code></a>, <code>Hidden"),
                index);
        assertTrue(index.contains(javadoc + "source</a>"), index);
        assertTrue(index.contains("<a href=\"run.html\">text</a>"), index);
        assertTrue(index.contains("<img src=\"picture.svg\" alt=\"picture\" />"), index);
        assertTrue(index.contains("<a href=\"docs/page.html#page\">page</a>"), index);
        assertTrue(index.contains("<p>First</p>"), index);
        assertTrue(Files.readString(site.resolve("run.html")).contains("echo &lt;done>"));
        String page = Files.readString(site.resolve("docs/page.html"));
        assertTrue(page.contains("<h1 id=\"page\">Page</h1>"), page);
        assertTrue(page.contains("<a aria-current=\"page\" href=\"../docs/page.html\">A page</a>"), page);
        assertTrue(page.contains("<a href=\"../index.html\">home</a>"), page);
        assertTrue(page.contains("<a href=\"../api/io.x/x/Load.html\"><code>Load</code></a>"), page);
    }
}
