package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bundled modules {@code greeter} and {@code visitor}, which imports from it, in a tree. */
class LoadTreeTest {
    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private final Path tree = files.getPath("/cache/lib/modules/6.1.0-modrt");
    private final List<LoadResult> told = new ArrayList<>();

    @BeforeEach
    void makeTree() throws IOException {
        Files.createDirectories(tree.resolve("kernel/z"));
    }

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    /** Puts a bundled module into the tree. */
    private void bundled(String module, String path) throws IOException {
        String resource = "/io/modrt/testkit/modules/mips-o32-le-r2/" + module;
        try (InputStream bytes = LoadTreeTest.class.getResourceAsStream(resource)) {
            Files.write(
                    tree.resolve(path), Objects.requireNonNull(bytes, resource).readAllBytes());
        }
    }

    private List<LoadResult> load() throws IOException {
        return new LoadTree(tree, told::add).load(LoadTree.modules(tree));
    }

    @Test
    void aModuleComesAfterTheOneWhoseExportsItImports() throws IOException {
        bundled("visitor.ko.xz", "kernel/a.ko.xz");
        bundled("greeter.ko.gz", "kernel/z/b.ko.gz");

        List<LoadResult> results = load();

        assertEquals(
                List.of("greeter", "visitor"),
                results.stream().map(LoadResult::name).toList());
        assertTrue(results.stream().allMatch(LoadResult::isLive), results::toString);
        assertEquals(results, told);
    }

    /** Counts: {@code readelf -r}, without the sections that are not loaded ({@code .pdr}, {@code .data..percpu}, debug information). */
    @Test
    void relocationsOfLoadedSectionsAreCountedByType() throws IOException {
        bundled("visitor.ko", "kernel/a.ko");
        bundled("greeter.ko", "kernel/z/b.ko");

        List<LoadResult> results = load();

        assertEquals(
                Map.of("R_MIPS_32", 60, "R_MIPS_26", 3, "R_MIPS_HI16", 41, "R_MIPS_LO16", 44),
                results.get(0).relocations());
        assertEquals(
                Map.of("R_MIPS_32", 8, "R_MIPS_HI16", 17, "R_MIPS_LO16", 19),
                results.get(1).relocations());
        assertEquals("conformance: load 2 modules, 192 relocations, 0 failed", LoadCommand.closing(results));
    }

    @Test
    void whatIsNoModuleFailsByItselfAndWhatIsNotCalledOneIsLeftAlone() throws IOException {
        bundled("greeter.ko", "kernel/greeter.ko");
        Files.writeString(tree.resolve("kernel/broken.ko"), "no module");
        Files.writeString(tree.resolve("modules.order"), "kernel/greeter.ko\n");

        List<LoadResult> results = load();

        assertEquals(
                List.of("FormatException ENOEXEC", "live"),
                results.stream().map(LoadResult::outcome).toList());
        assertEquals("conformance: load 2 modules, 148 relocations, 1 failed", LoadCommand.closing(results));
        assertTrue(
                results.get(0)
                        .toJson()
                        .startsWith(
                                "{\"name\":\"kernel/broken.ko\",\"tree\":\"" + tree
                                        + "\",\"file\":\"kernel/broken.ko\",\"outcome\":\"FormatException ENOEXEC\",\"relocations\":{},\"error\":"),
                results.get(0)::toJson);
        assertTrue(results.get(0).toJson().contains("\"errno\":\"ENOEXEC\",\"beyondKernel\":false"));
    }

    @Test
    void theSameModuleTwiceIsLoadedOnce() throws IOException {
        bundled("greeter.ko", "kernel/greeter.ko");
        bundled("greeter.ko", "kernel/z/greeter.ko");

        assertEquals(
                List.of("live", "StateException EEXIST"),
                load().stream().map(LoadResult::outcome).toList());
    }

    @Test
    void theReportHasALineForEachModuleAndTheStatusTellsOfFailures() throws IOException, InterruptedException {
        bundled("greeter.ko", "kernel/greeter.ko");
        Path report = files.getPath("/target/load.jsonl");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean well = new LoadCommand(List.of(tree), report, print(printed)).run();
        Files.writeString(tree.resolve("kernel/broken.ko"), "no module");
        boolean afterwards = new LoadCommand(List.of(tree), report, print(new ByteArrayOutputStream())).run();

        assertTrue(well);
        assertFalse(afterwards);
        assertEquals(2, Files.readAllLines(report).size());
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals("conformance: load 1 modules, 148 relocations, 0 failed", lines.get(lines.size() - 1));
        assertTrue(lines.contains("R_MIPS_HI16         41"), lines::toString);
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    @Test
    void aModuleWithoutVermagicIsForTheKernelThatItsFolderNames() throws IOException {
        byte[] stripped = new String(
                        KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "stripped")
                                .build(),
                        StandardCharsets.ISO_8859_1)
                .replace("vermagic=", "nothing==")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                new KernelVersion(6, 1, 0),
                LoadTree.profile(tree, ModuleFile.open(stripped)).version());
        assertEquals(
                Optional.of(new KernelVersion(4, 14, 128)),
                LoadTree.release(Path.of("/rom/lib/modules/4.14.128/m.ko")));
        assertEquals(Optional.empty(), LoadTree.release(Path.of("/rom/lib/modules/extra/m.ko")));
    }

    @Test
    void fetchedTreesAreFoundInTheCacheOneAnArchitecture() throws IOException {
        Path cache = files.getPath("/home/.cache");
        Path modules = cache.resolve("modrt/debian/mipsel/lib/modules/6.1.0-50-4kc-malta");
        Files.createDirectories(modules);
        Files.createDirectories(cache.resolve("modrt/debian/apt-mips64el/lists"));

        assertEquals(List.of(modules), DebianKernels.trees(cache));
    }
}
