package io.modrt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.examples.RelocationRows;
import io.modrt.spi.Arch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages say of the code is what the code says. */
class GeneratedTest {
    @TempDir
    private Path folder;

    /** Where this fails after a change that is right, {@code -Dpages.refresh} writes the pages. */
    @Test
    void whatIsGeneratedIsUpToDate() throws IOException {
        if (System.getProperty("pages.refresh") != null) {
            new Generated().refresh(Repository.read(Workbench.ROOT));
        }
        Repository repository = Repository.read(Workbench.ROOT);
        for (Page page : repository.pages()) {
            assertEquals(new Generated().refreshed(page), page.text(), page.path());
        }
        Generated.files().forEach((file, text) -> {
            try {
                assertEquals(text, Files.readString(Workbench.ROOT.resolve(file)), file);
            } catch (IOException missing) {
                throw new AssertionError(missing);
            }
        });
    }

    @Test
    void everythingThatIsGeneratedIsOnAPage() throws IOException {
        String pages =
                Repository.read(Workbench.ROOT).pages().stream().map(Page::text).collect(Collectors.joining());
        for (String part : List.of(
                "relocation-types-aarch64", "relocation-types-mips", "relocation-types-parisc", "load-phases")) {
            assertTrue(pages.contains("<!-- generated: " + part + " -->"), part);
        }
        for (Arch arch : RelocationRows.architectures()) {
            assertTrue(pages.contains("| `" + arch.name() + "` |"), () -> "no table has " + arch.name());
        }
    }

    @Test
    void aPageThatIsOutOfDateIsWritten() throws IOException {
        Files.createDirectories(folder.resolve("docs"));
        Path page = folder.resolve("docs/README.md");
        Files.writeString(page, "# All\n\n<!-- generated: load-phases -->\nold\n<!-- end of load-phases -->\n");
        assertEquals(
                List.of("docs/README.md", "docs/load-phases.svg"), new Generated().refresh(Repository.read(folder)));
        assertEquals(
                "# All\n\n<!-- generated: load-phases -->\n" + LoadPhases.table() + "<!-- end of load-phases -->\n",
                Files.readString(page));
        assertEquals(List.of(), new Generated().refresh(Repository.read(folder)));
    }

    @Test
    void aPartThatNobodyMakesIsNamed() {
        Page page = Page.of("docs/x.md", "<!-- generated: none -->\n<!-- end of none -->\n");
        String message = assertThrows(IllegalArgumentException.class, () -> new Generated().refreshed(page))
                .getMessage();
        assertTrue(message.startsWith("docs/x.md: none is none of [load-phases, relocation-types-aarch64"), message);
    }

    /** The versions that pages name of libraries that users add themselves are those that the build tests with. */
    @Test
    void theVersionsThatPagesNameAreTheBuilds() throws IOException {
        String pages =
                Repository.read(Workbench.ROOT).pages().stream().map(Page::text).collect(Collectors.joining());
        String build = Files.readString(Workbench.ROOT.resolve("pom.xml"));
        for (String library : List.of("org.tukaani:xz", "io.airlift:aircompressor", "org.slf4j:slf4j-nop")) {
            String name = library.substring(library.indexOf(':') + 1).replace("-nop", "");
            String version = build.split("<" + name + ".version>|</" + name + ".version>")[1];
            assertTrue(pages.contains("`" + library + ":" + version + "`"), () -> library + " is " + version);
        }
    }
}
