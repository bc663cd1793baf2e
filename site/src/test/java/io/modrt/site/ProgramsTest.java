package io.modrt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.modrt.site.Page.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every block of Java on a page compiles and runs, prints what the page says, and is what the file says that it is from. */
class ProgramsTest {
    private static final String GREETER =
            "<!-- file: greeter.ko from modrt-testkit/src/main/resources/io/modrt/testkit/modules/mips-o32-le-r2/greeter.ko -->";

    @TempDir
    private Path folder;

    private final StringBuilder printed = new StringBuilder();

    @TestFactory
    List<DynamicTest> everyBlockOfEveryPageIsTrue() throws IOException {
        Workbench.furnish(Page.of("docs/any.md", GREETER));
        List<DynamicTest> tests = new ArrayList<>();
        for (Page page : Repository.read(Workbench.ROOT).pages()) {
            Workbench.furnish(page);
            Path classes = Files.createTempDirectory("page");
            for (Block block : page.blocks()) {
                tests.add(DynamicTest.dynamicTest(block.place(), () -> check(block, classes)));
            }
        }
        assertFalse(tests.isEmpty());
        return tests;
    }

    /** Runs a block of Java; compares a block that is printed with what the last program printed. */
    private void check(Block block, Path classes) throws Exception {
        String file = block.directive("from");
        if (!file.isEmpty()) {
            String whole = withoutIndentation(Files.readString(Workbench.ROOT.resolve(file)));
            assertTrue(
                    whole.contains(withoutIndentation(block.code())),
                    () -> block.place() + " is not in " + file + "\n" + whole);
        } else if (block.language().equals("java")) {
            printed.setLength(0);
            printed.append(new PageProgram(block, classes).run());
        } else if (block.directive().equals("prints")) {
            assertPrints(block.code(), printed.toString());
        }
    }

    private static String withoutIndentation(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    /** A line of the page that is an ellipsis stands for any lines, an ellipsis in a line for any characters. */
    private static void assertPrints(String page, String printed) {
        String pattern = page.lines()
                .map(String::stripTrailing)
                .map(line -> line.equals("…")
                        ? "(?:.*\n)*?"
                        : List.of(line.split("…", -1)).stream()
                                        .map(Pattern::quote)
                                        .collect(Collectors.joining(".*"))
                                + "\n")
                .collect(Collectors.joining());
        String said = printed.lines().map(line -> line.stripTrailing() + "\n").collect(Collectors.joining());
        if (!Pattern.matches(pattern, said)) {
            assertEquals(page, said);
            fail("the page has an ellipsis of its own");
        }
    }

    @Test
    void aProgramThatFailsOrDoesNotCompileIsFound() {
        for (String code : List.of(
                "public class A { public static void main(String[] args) { throw new IllegalStateException(); } }",
                "public class A { public static void main(String[] args) { none(); } }",
                "throw new IllegalStateException();",
                "int x = null;",
                """
                import org.junit.jupiter.api.*;
                public class ATest {
                    @Test
                    void fails() { Assertions.fail("as it must"); }
                }
                """)) {
            Page page = Page.of("docs/any.md", "# Any\n\n```java\n" + code + "\n```\n");
            Throwable failure = null;
            try {
                check(page.blocks().get(0), folder);
            } catch (Exception | AssertionError expected) {
                failure = expected;
            }
            assertTrue(failure instanceof AssertionError, code);
        }
    }

    @Test
    void whatAProgramPrintsIsComparedByLines() {
        assertPrints("one\ntwo\n", "one\ntwo\n");
        assertPrints("one\n…\nfour\n", "one\ntwo\nthree\nfour\n");
        assertPrints("at …, size 4\n", "at 0x1234, size 4\n");
        for (String wrong : List.of("one\n", "one\ntwo\nthree\n", "one\n…\nfive\n")) {
            AssertionError failure = null;
            try {
                assertPrints(wrong, "one\ntwo\nthree\nfour\n");
            } catch (AssertionError expected) {
                failure = expected;
            }
            assertTrue(failure != null, wrong);
        }
    }
}
