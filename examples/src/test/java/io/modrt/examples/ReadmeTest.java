package io.modrt.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** README does not drift: its tables are what the architectures say, its Java compiles and runs. */
class ReadmeTest {
    private static final Path README = Path.of("../README.md");
    private static final String JAVA = "```java\n";

    /** What the fragments of README leave out. */
    private static final String FRAGMENT = """
            import io.modrt.*;
            import io.modrt.address.*;
            import io.modrt.elf.*;
            import io.modrt.error.*;
            import io.modrt.export.*;
            import io.modrt.kernel.*;
            import io.modrt.ftrace.*;
            import io.modrt.layout.*;
            import io.modrt.link.*;
            import io.modrt.load.*;
            import io.modrt.memory.*;
            import io.modrt.module.*;
            import io.modrt.patch.*;
            import io.modrt.policy.*;
            import io.modrt.signature.*;
            import io.modrt.verify.*;
            import io.modrt.version.*;
            import java.nio.file.*;
            import java.util.*;
            public class Fragment {
                public static void run(ModuleRuntime kernel, Path path) throws Exception {
            %s
                }
            }
            """;

    @TempDir
    private Path folder;

    private static String between(String start, String end) throws IOException {
        String text = Files.readString(README);
        int from = text.indexOf(start);
        assertTrue(from >= 0, () -> README + " has no " + start);
        return text.substring(from + start.length(), text.indexOf(end, from));
    }

    /** The table is a listing: where this fails after a change that is right, the expected text goes into README. */
    @Test
    void itsRelocationTypesAreThoseOfTheArchitectures() throws IOException {
        assertEquals(
                RelocationRows.markdown().strip(),
                between("<!-- relocation types -->", "<!-- end of relocation types -->")
                        .strip());
    }

    /** The versions that README names of libraries that users add themselves are those that the build tests with. */
    @Test
    void itsVersionsAreTheBuilds() throws IOException {
        String text = Files.readString(README);
        String build = Files.readString(Path.of("../pom.xml"));
        for (String library : List.of("org.tukaani:xz", "io.airlift:aircompressor", "org.slf4j:slf4j-nop")) {
            String name = library.substring(library.indexOf(':') + 1).replace("-nop", "");
            String version = build.split("<" + name + ".version>|</" + name + ".version>")[1];
            assertTrue(text.contains("`" + library + ":" + version + "`"), () -> library + " is " + version);
        }
    }

    @Test
    void itNamesEveryArchitecture() throws IOException {
        String machines = between("## Machines", "\n## ");
        for (Arch arch : RelocationRows.architectures()) {
            assertTrue(machines.contains("`" + arch.name() + "`"), () -> "README's machines lack " + arch.name());
        }
    }

    @Test
    void itsFirstProgramLoadsAModule() throws Exception {
        String program = javaBlocks().get(0);
        String said = saidBy(() -> compiled("FirstLoad", program)
                .getMethod("main", String[].class)
                .invoke(null, (Object) new String[] {greeter().toString()}));
        assertTrue(said.startsWith("greeter (LOADED): [CORE of "), said);
        assertEquals(4, said.lines().count(), said); // the module and three relocations
    }

    @Test
    void itsOtherFragmentsRun() throws Exception {
        List<String> fragments = javaBlocks().stream().skip(1).toList();
        assertFalse(fragments.isEmpty());
        for (String fragment : fragments) {
            Class<?> program = compiled("Fragment", FRAGMENT.replace("%s", fragment));
            try (ModuleRuntime kernel = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .build()) {
                saidBy(() -> program.getMethod("run", ModuleRuntime.class, Path.class)
                        .invoke(null, kernel, greeter()));
            }
        }
    }

    private static List<String> javaBlocks() throws IOException {
        return Arrays.stream(Files.readString(README).split(JAVA))
                .skip(1)
                .map(block -> block.substring(0, block.indexOf("```")))
                .toList();
    }

    private Path greeter() throws IOException {
        Path file = folder.resolve("greeter.ko");
        try (InputStream bytes =
                ReadmeTest.class.getResourceAsStream("/io/modrt/testkit/modules/mips-o32-be-r2/greeter.ko")) {
            return Files.write(file, bytes.readAllBytes());
        }
    }

    /** The class, compiled against the test's class path in a folder of its own. */
    private Class<?> compiled(String name, String source) throws Exception {
        Path classes = Files.createTempDirectory(folder, name);
        Path file = Files.writeString(classes.resolve(name + ".java"), source);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, messages, messages, "-proc:none", "-d", classes.toString(), file.toString());
        assertEquals(0, status, () -> messages.toString(StandardCharsets.UTF_8) + source);
        return new URLClassLoader(new URL[] {classes.toUri().toURL()}).loadClass(name);
    }

    private static String saidBy(Executable program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            program.execute();
        } catch (Throwable failure) {
            throw new AssertionError("a program of README failed", failure);
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
