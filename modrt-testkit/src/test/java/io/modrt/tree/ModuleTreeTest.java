package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.FormatException;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FileTrees;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleTreeTest {

    private static final byte[] NOTHING = new byte[0];

    private final FileTrees files = FileTrees.of("6.1.0");

    @AfterEach
    void dropFiles() {
        files.close();
    }

    private static KernelModuleBuilder plain(String name) {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, name).data(0);
    }

    /** A module that exports {@code NAME_api} and imports what the others of these names export. */
    private static byte[] module(String name, String... needed) {
        KernelModuleBuilder module =
                plain(name).object(name + "_api", ".data", 0).exports(name + "_api");
        for (String other : needed) {
            module.imports(other + "_api");
        }
        return module.build();
    }

    private ModuleTree open() throws IOException {
        return ModuleTree.open(files.modules());
    }

    private void modulesDep(String text) {
        files.file(files.modules().resolve("modules.dep"), text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    # file                        | name
    kernel/fs/xfs/xfs.ko          | xfs
    kernel/sound/snd-pcm.ko.xz    | snd_pcm
    kernel/lib/libcrc32c.ko.gz    | libcrc32c
    kernel/net/8021q.ko.zst       | 8021q
    a.b-c.ko                      | a.b_c
    """)
    void aModuleIsNamedByItsFile(String file, String name) throws IOException {
        files.module(file, NOTHING);

        assertEquals(List.of(name), open().names());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {".ko", "kernel/lib/notes.txt", "kernel/lib/module.ko.bz2", "kernel/lib/module.o", "build/a.ko"})
    void aFolderWithoutModulesIsAnInputError(String file) {
        files.module(file, NOTHING);

        assertEquals(
                "/lib/modules/6.1.0: no module (.ko, .ko.gz, .ko.xz, .ko.zst) is in it",
                assertThrows(UncheckedIOException.class, this::open).getMessage());
    }

    @Test
    void namesAreFoundWithEitherDash() throws IOException {
        files.module("kernel/sound/snd-pcm_oss.ko", NOTHING).module("kernel/fs/xfs.ko", NOTHING);
        ModuleTree tree = open();

        assertEquals(List.of("snd_pcm_oss", "xfs"), tree.names());
        assertEquals(Optional.of(files.modules().resolve("kernel/sound/snd-pcm_oss.ko")), tree.file("snd_pcm-oss"));
        assertEquals(tree.file("snd-pcm-oss"), tree.file("snd_pcm_oss"));
        assertEquals(Optional.empty(), tree.file("snd"));
        assertEquals(tree.names(), List.copyOf(tree.files().keySet()));
        assertEquals(files.modules(), tree.folder());
        assertEquals("/lib/modules/6.1.0: 2 modules", tree.toString());
    }

    @Test
    void ofSeveralFilesThatBelowUpdatesCounts() throws IOException {
        files.module("kernel/a/one.ko", NOTHING)
                .module("kernel/b/one.ko", NOTHING)
                .module("kernel/b/two.ko.xz", NOTHING)
                .module("updates/dkms/two.ko", NOTHING);

        assertEquals(Optional.of(files.modules().resolve("kernel/a/one.ko")), open().file("one"));
        assertEquals(Optional.of(files.modules().resolve("updates/dkms/two.ko")), open().file("two"));
    }

    @Test
    void linksAreFollowedAndAKernelsTreeBesideTheModulesIsLeftOut() throws IOException {
        files.module("kernel/fs/xfs.ko", NOTHING);
        files.file(files.path("/usr/src/linux/stray.ko"), NOTHING);
        files.file(files.path("/store/extra/extra.ko"), NOTHING);
        Files.createSymbolicLink(files.modules().resolve("build"), files.path("/usr/src/linux"));
        files.module("source/kernel/another.ko", NOTHING);
        Files.createSymbolicLink(files.modules().resolve("kernel/extra"), files.path("/store/extra"));
        Files.createSymbolicLink(files.modules().resolve("kernel/loop"), files.modules());

        assertEquals(List.of("extra", "xfs"), open().names());

        Files.createSymbolicLink(files.path("/lib/modules/named"), files.modules());
        assertEquals(
                List.of("extra", "xfs"),
                ModuleTree.open(files.path("/lib/modules/named")).names());
    }

    @Test
    void theFileThatModulesDepListsCounts() throws IOException {
        files.module("kernel/drv/i9.ko", NOTHING)
                .module("kernel/drv/i9.ko.xz", NOTHING)
                .module("kernel/drv/unlisted.ko", NOTHING)
                .module("kernel/drv/zz.ko", NOTHING);
        modulesDep("kernel/drv/i9.ko.xz:\nkernel/drv/zz.ko:\nkernel/drv/gone.ko:\n");

        assertEquals(
                Map.of(
                        "i9", files.modules().resolve("kernel/drv/i9.ko.xz"),
                        "zz", files.modules().resolve("kernel/drv/zz.ko")),
                open().files());
    }

    /** The order that {@code modprobe --show-depends} prints: realtek, which needs libphy, then r8169, then what comes after it. */
    @Test
    void softDependenciesComeBeforeAndAfter() throws IOException {
        modulesDep("kernel/r8169.ko:\nkernel/realtek.ko: kernel/libphy.ko\nkernel/libphy.ko:\nkernel/after.ko:\n");
        files.file(
                files.modules().resolve("modules.softdep"),
                "# comment\nsoftdep r8169 pre: realtek absent post: after\n".getBytes(StandardCharsets.UTF_8));
        ModuleGraph graph = open().graph();

        assertEquals(List.of("libphy", "realtek", "r8169", "after"), graph.loadOrder(List.of("r8169")));
        assertEquals(List.of(), graph.needs("r8169"));
        assertEquals(List.of("realtek"), graph.before("r8169"));
        assertEquals(List.of("libphy"), graph.before("realtek"));
    }

    @Test
    void aSoftDependencyNeverComesBeforeWhatItNeeds() throws IOException {
        modulesDep("core.ko:\nplugin.ko: core.ko\n");
        files.file(
                files.modules().resolve("modules.softdep"),
                "softdep core pre: plugin\n".getBytes(StandardCharsets.UTF_8));

        assertEquals(List.of("core"), open().graph().loadOrder(List.of("core")));
        assertEquals(List.of(), open().graph().cycles());
    }

    @Test
    void severalThreadsReadTheSameGraph() throws IOException {
        for (int i = 0; i < 40; i++) {
            String depends = i == 0 ? "" : "m" + (i - 1);
            files.module(
                    "kernel/m" + i + ".ko",
                    plain("m" + i).info("depends", depends).build());
        }
        List<Double> told = new ArrayList<>();
        ModuleGraph graph = open().withProgress(told::add).withThreads(4).graph();

        assertEquals(List.of("m0", "m1", "m2", "m3"), graph.loadOrder(List.of("m3")));
        assertEquals(List.of("m38"), graph.needs("m39"));
        assertEquals(41, told.size());
        assertEquals(1, told.get(40));
        ModuleTree failing = open().withThreads(2).withProgress(share -> {
            throw new UnsupportedOperationException("no news");
        });
        assertThrows(UnsupportedOperationException.class, failing::graph);
    }

    @Test
    void onSeveralThreadsModulesThatCannotBeReadArePassedOver() throws IOException {
        files.module("kernel/a.ko", plain("a").info("depends", "").build())
                .module("kernel/b.ko", new byte[] {1, 2, 3})
                .module("kernel/c.ko", plain("c").info("depends", "b").build())
                .module("kernel/d.ko", new byte[] {4});
        ModuleTree tree = open().withThreads(3);
        Files.delete(tree.file("d").orElseThrow());

        ModuleGraph graph = tree.graph();
        assertEquals(List.of("a", "b", "c", "d"), graph.loadOrder());
        assertEquals(2, graph.remarks().size());
        assertTrue(graph.remarks().get(0).contains("b.ko"), graph.remarks().get(0));
        assertTrue(graph.remarks().get(1).contains("d.ko"), graph.remarks().get(1));
        assertThrows(IllegalArgumentException.class, () -> tree.withThreads(0));
    }

    @Test
    void anInterruptEndsTheReadingOnSeveralThreads() throws IOException {
        files.module("kernel/a.ko", plain("a").info("depends", "").build());
        ModuleTree tree = open().withThreads(2);
        Thread.currentThread().interrupt();

        assertThrows(UncheckedIOException.class, tree::graph);
        assertTrue(Thread.interrupted());
    }

    @Test
    void softDependenciesAreReadOffTheModulesToo() throws IOException {
        files.module(
                        "kernel/sctp.ko",
                        plain("sctp").info("softdep", "pre: crypto-x").build())
                .module("kernel/crypto-x.ko", plain("crypto_x").build());

        assertEquals(List.of("crypto_x", "sctp"), open().graph().loadOrder(List.of("sctp")));
    }

    @Test
    void aFolderThatIsNoneIsAnInputError() throws IOException {
        assertEquals(
                "/lib/modules/none: no such file or folder; expected a folder of modules, such as /lib/modules/VERSION",
                failure(() -> ModuleTree.open(files.path("/lib/modules/none"))));
        files.module("a.ko", module("a"));
        Path file = open().file("a").orElseThrow();
        assertEquals(
                "/lib/modules/6.1.0/a.ko: not a folder; expected a folder of modules, such as /lib/modules/VERSION",
                failure(() -> ModuleTree.open(file)));
    }

    private static String failure(Executable call) {
        return assertThrows(UncheckedIOException.class, call).getMessage();
    }

    @Test
    void theOrderFollowsFromImportsAndExports() throws IOException {
        files.module("kernel/fs/a-fs.ko", module("a_fs", "lib", "m_core"))
                .module("kernel/m-core.ko", module("m_core", "lib"))
                .module("kernel/z/lib.ko.gz", gzip(module("lib", "in_the_kernel")))
                .module("kernel/alone.ko", module("alone"));
        ModuleGraph graph = open().graph();

        assertEquals(List.of("lib", "m_core", "a_fs", "alone"), graph.loadOrder());
        assertEquals(List.of("lib", "m_core"), graph.needs("a_fs"));
        assertEquals(List.of("lib"), graph.needs("m_core"));
        assertEquals(List.of(), graph.needs("alone"));
        assertEquals(List.of("lib", "m_core"), graph.loadOrder(List.of("m_core")));
        assertEquals(List.of("lib", "m_core", "a_fs"), graph.loadOrder(List.of("a-fs")));
        assertEquals(List.of("lib"), graph.needs("m-core"));
        assertEquals(List.of("a_fs", "alone", "lib", "m_core"), graph.names());
        assertEquals(List.of(), graph.cycles());
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void weakImportsCountAndOfTwoExportersTheFirstByName() {
        Map<String, ModuleFile> modules = new HashMap<>();
        modules.put(
                "b",
                ModuleFile.open(
                        plain("b").object("twice", ".data", 0).exports("twice").build()));
        modules.put(
                "c",
                ModuleFile.open(
                        plain("c").object("twice", ".data", 0).exports("twice").build()));
        modules.put("a", ModuleFile.open(plain("a").importsWeakly("twice").build()));

        ModuleGraph graph = ModuleGraph.of(modules);

        assertEquals(List.of("b"), graph.needs("a"));
        assertEquals(List.of("b", "a", "c"), graph.loadOrder());
    }

    @Test
    void modulesThatNeedEachOtherAreToldAndStillListed() {
        Map<String, ModuleFile> modules = new HashMap<>();
        modules.put("a", ModuleFile.open(module("a", "b")));
        modules.put("b", ModuleFile.open(module("b", "c")));
        modules.put("c", ModuleFile.open(module("c", "a", "d")));
        modules.put("d", ModuleFile.open(module("d")));

        ModuleGraph graph = ModuleGraph.of(modules);

        assertEquals(List.of(List.of("a", "b", "c")), graph.cycles());
        assertEquals(List.of("d", "c", "b", "a"), graph.loadOrder());
    }

    @Test
    void modulesDepIsTakenWhereItIs() throws IOException {
        files.module("kernel/fs/xfs/xfs.ko.xz", NOTHING).module("kernel/lib/libcrc32c.ko.xz", NOTHING);
        modulesDep("""
                kernel/lib/libcrc32c.ko.xz:
                kernel/fs/xfs/xfs.ko.xz: kernel/lib/libcrc32c.ko.xz /elsewhere/crc32c-generic.ko
                """);
        ModuleGraph graph = open().graph();

        assertEquals(List.of("crc32c_generic", "libcrc32c", "xfs"), graph.loadOrder());
        assertEquals(List.of("crc32c_generic", "libcrc32c"), graph.needs("xfs"));
        assertEquals(List.of(), graph.needs("crc32c_generic"));
    }

    @Test
    void anEmptyModulesDepTellsNothing() throws IOException {
        files.module("kernel/lib.ko", module("lib"));
        modulesDep("");

        assertEquals(List.of("lib"), open().graph().loadOrder());
    }

    @ParameterizedTest
    @ValueSource(strings = {"xfs.ko", "no module: xfs.ko", "xfs.ko: notes.txt", ": xfs.ko"})
    void aBadLineOfModulesDepIsToldByItsNumber(String line) {
        modulesDep("lib.ko:\n\n" + line + "\n");

        FormatException refusal = assertThrows(FormatException.class, () -> open().graph());

        assertTrue(refusal.getMessage().startsWith("/lib/modules/6.1.0/modules.dep: line 3: \""), refusal.getMessage());
    }

    @Test
    void aLongChainIsWalked() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("m").append(i).append(".ko: m").append(i + 1).append(".ko\n");
        }
        modulesDep(text.toString());

        List<String> order = open().graph().loadOrder();

        assertEquals(20_001, order.size());
        assertEquals("m20000", order.get(0));
        assertEquals("m0", order.get(20_000));
    }

    @Test
    void aBrokenModuleIsInTheGraphAndNeedsNothing() throws IOException {
        files.module("kernel/broken.ko", new byte[] {1, 2, 3})
                .module(
                        "kernel/user.ko",
                        plain("user").info("depends", "broken").build());

        for (ModuleGraph graph : List.of(open().graph(), open().graphOfSymbols())) {
            assertEquals(List.of("broken", "user"), graph.names());
            assertEquals(List.of(), graph.needs("broken"));
            assertEquals(1, graph.remarks().size());
            String remark = graph.remarks().get(0);
            assertTrue(remark.startsWith("/lib/modules/6.1.0/kernel/broken.ko: "), remark);
        }
        assertEquals(List.of("broken"), open().graph().needs("user"));
    }

    @Test
    void whatIsNotThereIsAnInputError() throws IOException {
        assertEquals(
                "/lib/modules/6.1.0/none: no such file or folder; expected a list of a kernel's tree",
                failure(() -> ModuleGraph.ofModulesDep(files.modules().resolve("none"))));
        ModuleGraph empty = ModuleGraph.of(Map.of());
        assertThrows(IllegalArgumentException.class, () -> empty.needs("xfs"));
        assertThrows(IllegalArgumentException.class, () -> empty.loadOrder(List.of("xfs")));
    }
}
