package io.modrt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.site.Page.Block;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * One block of Java on a page. A block with a type is compiled along with the types before it on the page; it is run if it has a {@code main}
 * or tests. Any other block is a fragment: it runs in a method that has a runtime, {@code kernel}, and the {@code path} of greeter.ko.
 */
final class PageProgram {
    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:public |final |abstract |sealed )*(?:class|interface|record|enum) (\\w+)");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");

    /** What fragments leave out. */
    private static final String FRAGMENT = """
            import io.modrt.*;
            import io.modrt.address.*;
            import io.modrt.elf.*;
            import io.modrt.error.*;
            import io.modrt.export.*;
            import io.modrt.ftrace.*;
            import io.modrt.image.*;
            import io.modrt.kernel.*;
            import io.modrt.layout.*;
            import io.modrt.link.*;
            import io.modrt.load.*;
            import io.modrt.memory.*;
            import io.modrt.module.*;
            import io.modrt.parameters.*;
            import io.modrt.patch.*;
            import io.modrt.policy.*;
            import io.modrt.proc.*;
            import io.modrt.signature.*;
            import io.modrt.testkit.*;
            import io.modrt.tree.*;
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

    private final Block block;
    private final Path classes;

    /**
     * A program.
     *
     * @param classes where the page's classes are
     */
    PageProgram(Block block, Path classes) {
        this.block = block;
        this.classes = classes;
    }

    /** Compiles the block, runs it, and returns what it printed. */
    String run() throws Exception {
        Matcher type = TYPE.matcher(block.code());
        if (!type.find()) {
            Path folder = Files.createTempDirectory(classes, "fragment");
            compile("Fragment", FRAGMENT.replace("%s", block.code()), folder);
            return printed(folder, "Fragment");
        }
        String name = type.group(1);
        compile(name, block.code(), classes);
        Matcher inPackage = PACKAGE.matcher(block.code());
        return printed(classes, inPackage.find() ? inPackage.group(1) + "." + name : name);
    }

    private void compile(String name, String source, Path folder) throws IOException {
        Path file =
                Files.writeString(Files.createTempDirectory(classes, "source").resolve(name + ".java"), source);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        String path = System.getProperty("java.class.path") + System.getProperty("path.separator") + classes;
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        messages,
                        messages,
                        "-proc:none",
                        "--release",
                        "17",
                        "-cp",
                        path,
                        "-d",
                        folder.toString(),
                        file.toString());
        assertEquals(0, status, () -> messages.toString(StandardCharsets.UTF_8) + source);
    }

    private String printed(Path folder, String name) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Thread thread = Thread.currentThread();
        ClassLoader loaderBefore = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL(), classes.toUri().toURL()})) {
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            thread.setContextClassLoader(loader);
            start(loader.loadClass(name));
        } finally {
            System.setOut(before);
            thread.setContextClassLoader(loaderBefore);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private void start(Class<?> program) throws Exception {
        if (program.getName().equals("Fragment")) {
            try (ModuleRuntime kernel = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .build()) {
                call(program, kernel, Path.of("greeter.ko"));
            }
        } else if (block.code().contains("void main(String[] ")) {
            String arguments = block.directive("args");
            call(program, (Object) (arguments.isEmpty() ? new String[0] : arguments.split(" ")));
        } else if (block.code().contains("@Test") || block.code().contains("Contract")) {
            test(program);
        }
    }

    private void call(Class<?> program, Object... arguments) throws Exception {
        for (var method : program.getMethods()) {
            if (method.getName().equals("run") || method.getName().equals("main")) {
                try {
                    method.setAccessible(true);
                    method.invoke(null, arguments);
                } catch (InvocationTargetException failure) {
                    throw new AssertionError(block.place() + " failed", failure.getCause());
                }
                return;
            }
        }
        throw new AssertionError(block.place() + ": its program is not public");
    }

    private void test(Class<?> tests) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        summary);
        StringWriter failures = new StringWriter();
        summary.getSummary().printFailuresTo(new PrintWriter(failures, true));
        long found = summary.getSummary().getTestsFoundCount();
        assertEquals(found, summary.getSummary().getTestsSucceededCount(), () -> block.place() + failures);
        if (found == 0) {
            throw new AssertionError(block.place() + " has no tests");
        }
    }
}
