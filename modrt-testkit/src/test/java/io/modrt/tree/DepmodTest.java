package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.FormatException;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FileTrees;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What depmod writes. The names of kmod's own tests that check the same stand at each; the expected texts are what depmod of kmod 30 wrote
 * for such files, {@code modules.weakdep} is as kmod's test expects it, since kmod 30 does not write it.
 */
class DepmodTest {

    private final FileTrees files = FileTrees.of("4.4.4");

    @AfterEach
    void dropFiles() {
        files.close();
    }

    private static KernelModuleBuilder plain(String name) {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, name).data(0);
    }

    private static byte[] module(String name, String... needed) {
        KernelModuleBuilder module =
                plain(name).object(name + "_api", ".data", 0).exports(name + "_api");
        for (String other : needed) {
            module.imports(other + "_api");
        }
        return module.build();
    }

    private void list(String name, String text) {
        files.file(files.modules().resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String written(String name) throws IOException {
        return Files.readString(files.modules().resolve(name), StandardCharsets.ISO_8859_1);
    }

    private DepmodConfig config(String text) throws IOException {
        Path file = files.path("/etc/depmod.d/test.conf");
        files.file(file, text.getBytes(StandardCharsets.UTF_8));
        return DepmodConfig.of(List.of(file.getParent()));
    }

    private void depmod(DepmodConfig config) throws IOException {
        ModuleTree.open(files.modules(), config).depmod(files.modules());
    }

    /** depmod_modules_order_for_compressed: modules.order names files without the suffix of their compression, and has comments. */
    @Test
    void modulesStandInTheOrderOfModulesOrder() throws IOException {
        files.module(
                        "kernel/z/first-one.ko",
                        plain("first_one")
                                .info("alias", "pci:v1-*")
                                .info("alias", "b")
                                .build())
                .module(
                        "kernel/a/second.ko",
                        plain("second").info("alias", "pci:v1-*").build());
        list("modules.order", "#336\nkernel/z/first-one.ko\n#2094\nkernel/a/second.ko\nkernel/gone.ko\n");
        depmod(DepmodConfig.none());

        assertEquals("""
                # Aliases extracted from modules themselves.
                alias pci:v1-* first_one
                alias b first_one
                alias pci:v1-* second
                """, written("modules.alias"));
        assertEquals("kernel/z/first-one.ko:\nkernel/a/second.ko:\n", written("modules.dep"));
    }

    /** depmod looks at the folder, not at the list that it is about to replace. */
    @Test
    void aModuleThatCameSinceTheLastTimeIsListed() throws IOException {
        files.module("kernel/old.ko", plain("old").build());
        ModuleTree.open(files.modules()).depmod(files.modules());
        files.module("kernel/young.ko", plain("young").build());

        ModuleTree.open(files.modules()).depmod(files.modules());

        assertEquals(
                List.of("kernel/old.ko:", "kernel/young.ko:"),
                written("modules.dep").lines().sorted().toList());
    }

    /** The order in which depmod lists the modules of Debian's tree, of which these are some, without modules.order. */
    @Test
    void modulesThatModulesOrderDoesNotListFollowInTheOrderOfAHashTable() throws IOException {
        List<String> order = List.of(
                "b/usbcore.ko",
                "a/usb-common.ko",
                "c/xfs.ko",
                "zz/libcrc32c.ko",
                "a/ext4.ko",
                "a/jbd2.ko",
                "c/d/mii.ko");
        order.forEach(file -> files.module("kernel/" + file, plain("any").build()));
        list("modules.order", "kernel/c/xfs.ko\nkernel/a/jbd2.ko\n");
        depmod(DepmodConfig.none());

        List<String> listed = written("modules.dep")
                .lines()
                .map(line -> line.replaceAll("kernel/|:", ""))
                .toList();
        assertEquals(
                List.of(
                        "c/xfs.ko",
                        "a/jbd2.ko",
                        "b/usbcore.ko",
                        "a/usb-common.ko",
                        "zz/libcrc32c.ko",
                        "a/ext4.ko",
                        "c/d/mii.ko"),
                listed);
    }

    /** A module stands in front of those that it needs, in one order for the whole tree. */
    @Test
    void allDependenciesAreListed() throws IOException {
        files.module("a.ko", module("a", "b", "c"))
                .module("b.ko", module("b", "d"))
                .module("c.ko", module("c", "d"))
                .module("d.ko", module("d"));
        list("modules.order", "a.ko\nb.ko\nc.ko\nd.ko\n");
        depmod(DepmodConfig.none());

        assertEquals("a.ko: c.ko b.ko d.ko\nb.ko: d.ko\nc.ko: d.ko\nd.ko:\n", written("modules.dep"));
        assertEquals("""
                # Aliases for symbols, used by symbol_request().
                alias symbol:d_api d
                alias symbol:b_api b
                alias symbol:c_api c
                alias symbol:a_api a
                """, sorted(written("modules.symbols"), "d_api", "b_api", "c_api", "a_api"));
    }

    private static String sorted(String text, String... symbols) {
        StringBuilder lines = new StringBuilder(text.lines().findFirst().orElseThrow()).append('\n');
        for (String symbol : symbols) {
            text.lines()
                    .filter(line -> line.contains(":" + symbol + " "))
                    .forEach(line -> lines.append(line).append('\n'));
        }
        return lines.toString();
    }

    /** depmod_check_weakdep, and the other lists. */
    @Test
    void softAndWeakDependenciesAndDeviceNodesAreListed() throws IOException {
        files.module(
                        "a.ko",
                        plain("a")
                                .info("softdep", "pre: x")
                                .info("softdep", "post: y")
                                .info("weakdep", "mod-simple")
                                .info("alias", "char-major-10-7")
                                .info("alias", "devname:first")
                                .info("alias", "devname:next")
                                .build())
                .module(
                        "b.ko",
                        plain("b")
                                .info("alias", "devname:d")
                                .info("alias", "char-major-4-*")
                                .info("alias", "block-major-4-5")
                                .build())
                .module("c.ko", plain("c").info("alias", "devname:only").build());
        list("modules.order", "a.ko\nb.ko\n");
        depmod(DepmodConfig.none());

        assertEquals(
                "# Soft dependencies extracted from modules themselves.\nsoftdep a pre: x\nsoftdep a post: y\n",
                written("modules.softdep"));
        assertEquals(
                "# Weak dependencies extracted from modules themselves.\nweakdep a mod-simple\n",
                written("modules.weakdep"));
        assertEquals(
                "# Device nodes to trigger on-demand module loading.\na first c10:7\nb d b4:5\n",
                written("modules.devname"));
    }

    @Test
    void whatIsBuiltInIsIndexed() throws IOException {
        files.module("a.ko", plain("a").build());
        depmod(DepmodConfig.none());
        assertEquals("", written("modules.builtin.bin"));
        assertEquals("", written("modules.builtin.alias.bin"));

        list("modules.builtin", "kernel/fs/ab-c.ko\n");
        list("modules.builtin.modinfo", "ab_c.license=GPL\0ab_c.alias=x-[-]\0");
        depmod(DepmodConfig.none());

        String leaf = "625f6300" + "00000001" + "00000000" + "00"; // prefix "b_c", one value of priority 0, ""
        assertEquals("b007f457" + "00020001" + "20000019" + leaf + "6161" + "c000000c", hex("modules.builtin.bin"));
        assertTrue(written("modules.builtin.alias.bin").contains("_[-]\0"), hex("modules.builtin.alias.bin"));
    }

    private String hex(String name) throws IOException {
        return HexFormat.of().formatHex(Files.readAllBytes(files.modules().resolve(name)));
    }

    /** depmod_modules_outdir: the tree's own folder stays as it is. */
    @Test
    void theFilesMayGoElsewhere() throws IOException {
        files.module("a.ko", plain("a").build());
        Path into = Files.createDirectories(files.path("/out"));
        ModuleTree.open(files.modules()).depmod(into);

        assertEquals(
                Set.of(
                        "modules.alias",
                        "modules.alias.bin",
                        "modules.builtin.alias.bin",
                        "modules.builtin.bin",
                        "modules.dep",
                        "modules.dep.bin",
                        "modules.devname",
                        "modules.softdep",
                        "modules.symbols",
                        "modules.symbols.bin",
                        "modules.weakdep"),
                names(into));
        assertEquals(Set.of("a.ko", "modules.order"), names(files.modules()));
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return new TreeSet<>(
                    entries.map(entry -> entry.getFileName().toString()).toList());
        }
    }

    /**
     * search-order-simple, -same-prefix, -external-first, -external-last and -override, and what depmod does in further cases. Each folder
     * has a file of the module.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    # configuration; lines are separated by semicolons        | the file that counts
    '# nothing'                                                | updates/sub/mod-simple.ko
    search updates built-in                                    | updates/sub/mod-simple.ko
    search foo built-in                                        | foo/mod-simple.ko
    search foobar foo built-in                                 | foobar/mod-simple.ko
    search kernel built-in                                     | kernel/mod-simple.ko
    search foo/ kernel                                         | kernel/mod-simple.ko
    search foo;search kernel                                   | foo/mod-simple.ko
    override mod-simple 4.4.4 override                         | override/mod-simple.ko
    override mod_simple * override/deep                        | override/deep/mod-simple.ko
    override mod-simple 4.4.5 override                         | updates/sub/mod-simple.ko
    override mod-simple 4.4.* override                         | override/mod-simple.ko
    override other * foo                                       | updates/sub/mod-simple.ko
    exclude foo;search foo kernel built-in                     | kernel/mod-simple.ko
    external * /ext                                            | updates/sub/mod-simple.ko
    search external foo built-in;external 4\\.4\\..* /ext        | /ext/mod-simple.ko
    search foo built-in external;external 4\\.4\\..* /ext        | foo/mod-simple.ko
    search external foo built-in;external 5\\.4 /ext            | foo/mod-simple.ko
    """)
    void theConfigurationSaysWhichFileCounts(String config, String file) throws IOException {
        for (String folder : List.of("kernel", "updates/sub", "override", "override/deep", "foo", "foobar")) {
            files.module(folder + "/mod-simple.ko", plain("mod_simple").build());
        }
        files.file(files.path("/ext/mod-simple.ko"), plain("mod_simple").build());
        depmod(config(config.replace(";", "\n").replace("\\", "\\\\")));

        assertEquals(file + ":\n", written("modules.dep"));
    }

    @Test
    void whatTheConfigurationDoesNotSayRightIsTold() throws IOException {
        DepmodConfig config = config("search\noverride a *\nnonsense x\noverride a (4|5) b\n");

        assertEquals(List.of("updates", "built-in"), config.search());
        assertEquals(
                List.of(
                        "/etc/depmod.d/test.conf: line 1: \"search\" is passed over",
                        "/etc/depmod.d/test.conf: line 2: \"override a *\" is passed over",
                        "/etc/depmod.d/test.conf: line 3: \"nonsense x\" is passed over",
                        "/etc/depmod.d/test.conf: line 4: \"override a (4|5) b\" is passed over"),
                config.ignored());
    }

    /** depmod_detect_loop. */
    @Test
    void modulesThatNeedEachOtherAreTold() {
        files.module("a.ko", module("a", "b")).module("b.ko", module("b", "c")).module("c.ko", module("c", "a"));

        FormatException refusal = assertThrows(FormatException.class, () -> depmod(DepmodConfig.none()));
        assertEquals(
                "modules need each other, so none of them can be loaded first: a -> b -> c -> a",
                refusal.getMessage().replaceAll("b -> c -> a -> b|c -> a -> b -> c", "a -> b -> c -> a"));
    }

    @Test
    void progressIsTold() throws IOException {
        files.module("a.ko", plain("a").build()).module("b.ko", plain("b").build());
        List<Double> told = new ArrayList<>();
        ModuleTree.open(files.modules()).withProgress(told::add).depmod(files.modules());

        assertEquals(List.of(0.0, 0.5, 1.0), told);
    }

    /** depmod writes these four lines, and an error for each of the broken files. */
    @Test
    void aBrokenModuleIsListedAndTold() throws IOException {
        byte[] whole = module("limits");
        files.module("kernel/limits.ko", whole)
                .module("kernel/bad.ko", new byte[] {'b', 'a', 'd', '\n'})
                .module("kernel/empty.ko", new byte[0])
                .module("kernel/short.ko", Arrays.copyOf(whole, 300));

        List<String> remarks = ModuleTree.open(files.modules()).depmod(files.modules());

        assertEquals("kernel/limits.ko:\nkernel/short.ko:\nkernel/empty.ko:\nkernel/bad.ko:\n", written("modules.dep"));
        assertEquals(
                List.of(
                        "/lib/modules/4.4.4/kernel/short.ko",
                        "/lib/modules/4.4.4/kernel/empty.ko",
                        "/lib/modules/4.4.4/kernel/bad.ko"),
                remarks.stream().map(remark -> remark.split(": ")[0]).toList());
    }

    /** Any bytes of a module give files, and a remark if they cannot be understood; depmod itself refuses names that are not ASCII. */
    @Test
    void brokenModulesAreTold() throws IOException {
        byte[] whole = plain("a")
                .info("alias", "x")
                .info("depends", "")
                .object("s", ".data", 0)
                .exports("s")
                .build();
        Random random = new Random(4);
        int told = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] broken = Arrays.copyOf(whole, i % 3 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int change = 0; change < 4 && broken.length > 0; change++) {
                int at = random.nextInt(3) == 0
                        ? random.nextInt(broken.length)
                        : random.nextInt(Math.min(64, broken.length));
                broken[at] = (byte) random.nextInt();
            }
            files.module("a.ko", broken);
            ModuleTree tree = ModuleTree.open(files.modules(), DepmodConfig.none());
            Modprobe.of(tree, ModprobeConfig.none()).insertions("a");
            try {
                List<String> remarks = tree.depmod(Files.createDirectories(files.path("/out")));
                assertTrue(
                        remarks.stream().allMatch(remark -> remark.startsWith("/lib/modules/4.4.4/a.ko: ")),
                        remarks.toString());
                told += remarks.size();
            } catch (FormatException refused) {
                assertTrue(refused.getMessage().startsWith("modules index: "), refused.getMessage());
            }
        }
        assertTrue(told > 100, told + " told");
    }
}
