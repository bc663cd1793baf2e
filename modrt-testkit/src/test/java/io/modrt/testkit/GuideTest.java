package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/add-an-architecture.md} says that a test prints when the architecture is wrong. */
class GuideTest {
    private static final Path GUIDE = Path.of("../docs/add-an-architecture.md");
    private static final Path SOURCES = Path.of("src/test/java/com/example/i386");
    private static final String PACKAGE = "com.example.i386.";
    /** A file, the text that is wrong in it, and the test to run; then what it prints, {@code …} for any characters. */
    private static final Pattern MISTAKE =
            Pattern.compile("<!-- wrong: (\\S+) \\| ([^|]+) \\| ([^|]+) \\| (\\S+) -->\\n```text\\n((?:.*\\n)+?)```");

    /** A file, and what the page shows of it. */
    private static final Pattern PIECE = Pattern.compile("<!-- from: (\\S+) -->\\n```\\w*\\n((?:.*\\n)+?)```");

    private static final int PIECES = 24;

    @TempDir
    private Path folder;

    private record Mistake(String file, String right, String wrong, String test, List<String> says) {
        @Override
        public String toString() {
            return file + ": " + wrong;
        }
    }

    private static List<Mistake> mistakes() throws IOException {
        List<Mistake> mistakes = new ArrayList<>();
        Matcher found = MISTAKE.matcher(Files.readString(GUIDE));
        while (found.find()) {
            mistakes.add(new Mistake(
                    found.group(1),
                    found.group(2).replace("\\n", "\n"),
                    found.group(3).replace("\\n", "\n"),
                    found.group(4),
                    found.group(5).lines().toList()));
        }
        return mistakes;
    }

    @TestFactory
    Stream<DynamicTest> eachMistakeIsToldAsTheGuideHasIt() throws IOException {
        List<Mistake> mistakes = mistakes();
        assertEquals(11, mistakes.size());
        return mistakes.stream().map(mistake -> DynamicTest.dynamicTest(mistake.toString(), () -> check(mistake)));
    }

    @Test
    void eachPieceOfAFileIsInTheFile() throws IOException {
        Matcher found = PIECE.matcher(Files.readString(GUIDE));
        List<String> different = new ArrayList<>();
        int pieces = 0;
        while (found.find()) {
            pieces++;
            if (!stripped(Files.readString(Path.of("..", found.group(1)))).contains(stripped(found.group(2)))) {
                different.add(found.group(1) + ": "
                        + found.group(2).lines().findFirst().orElse(""));
            }
        }
        assertEquals(List.of(), different);
        assertEquals(PIECES, pieces);
    }

    /** Without indentation and empty lines. */
    private static String stripped(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }

    private void check(Mistake mistake) throws Exception {
        List<String> failures = failures(compiled(mistake).loadClass(PACKAGE + mistake.test()));
        for (String line : mistake.says()) {
            List<String> parts = Stream.of(line.split("…")).map(String::strip).toList();
            assertTrue(
                    failures.stream().anyMatch(failure -> parts.stream().allMatch(failure::contains)),
                    () -> "no failure says \"" + line + "\": " + failures);
        }
    }

    /** The guide's sources with the mistake, before those on the class path. */
    private ClassLoader compiled(Mistake mistake) throws IOException {
        Path classes = Files.createTempDirectory(folder, "wrong");
        List<String> command = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", classes.toString()));
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path source : sources.toList()) {
                String text = Files.readString(source);
                String name = source.getFileName().toString();
                if (name.equals(mistake.file())) {
                    assertTrue(text.contains(mistake.right()), () -> name + " has no " + mistake.right());
                    text = text.replace(mistake.right(), mistake.wrong());
                }
                command.add(Files.writeString(classes.resolve(name), text).toString());
            }
        }
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, command.toArray(String[]::new));
        assertEquals(0, status, () -> messages.toString(StandardCharsets.UTF_8));
        return new OwnFirst(classes.toUri().toURL());
    }

    /** Takes the guide's classes from its folder, and all others from the class path. */
    private static final class OwnFirst extends URLClassLoader {
        OwnFirst(URL classes) {
            super(new URL[] {classes}, GuideTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    /** The messages of the tests that fail. */
    private static List<String> failures(Class<?> test) throws Exception {
        Constructor<?> constructor = test.getDeclaredConstructor();
        constructor.setAccessible(true);
        List<String> failures = new ArrayList<>();
        for (Class<?> type = test; type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(TestFactory.class)) {
                    method.setAccessible(true);
                    try {
                        if (method.invoke(constructor.newInstance()) instanceof Stream<?> tests) {
                            tests.forEach(each -> run((DynamicTest) each, failures));
                        }
                    } catch (InvocationTargetException failure) {
                        failures.add(String.valueOf(failure.getCause()));
                    }
                }
            }
        }
        return failures;
    }

    private static void run(DynamicTest test, List<String> failures) {
        try {
            test.getExecutable().execute();
        } catch (Throwable failure) {
            failures.add(String.valueOf(failure));
        }
    }

    /** The versions in the guide's project are those that the build tests with. */
    @Test
    void itsVersionsAreTheBuilds() throws IOException {
        String guide = Files.readString(GUIDE);
        String build = Files.readString(Path.of("../pom.xml"));
        for (String library : List.of("junit", "slf4j", "xz", "jspecify", "compiler-plugin", "resources-plugin")) {
            String version = build.split("<" + library + ".version>|</" + library + ".version>")[1];
            assertTrue(guide.contains("<version>" + version + "</version>"), () -> library + " is " + version);
        }
    }
}
