package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.StateException;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FileTrees;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What modprobe finds and inserts. The names of kmod's own tests that check the same stand at each; what else is expected was seen of
 * modprobe of kmod 30.
 */
class ModprobeTest {

    private final FileTrees files = FileTrees.of("4.4.4");

    @AfterEach
    void dropFiles() {
        files.close();
    }

    private static KernelModuleBuilder plain(String name) {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, name).data(0);
    }

    private static KernelModuleBuilder module(String name, String... needed) {
        KernelModuleBuilder module = plain(name)
                .object(name + "_api", ".data", 0)
                .exports(name + "_api")
                .info("depends", String.join(",", needed));
        for (String other : needed) {
            module.imports(other + "_api");
        }
        return module;
    }

    /** mod-foo needs a and b, which needs c. */
    @BeforeEach
    void modules() {
        files.module(
                        "kernel/mod-foo.ko",
                        module("mod_foo", "mod_foo_a", "mod_foo_b").build())
                .module("kernel/mod-foo-a.ko", module("mod_foo_a").build())
                .module("kernel/mod-foo-b.ko", module("mod_foo_b", "mod_foo_c").build())
                .module("kernel/mod-foo-c.ko", module("mod_foo_c").build())
                .module(
                        "kernel/mod-simple.ko",
                        module("mod_simple")
                                .info("alias", "pci:v*d[0-9]*sc-i*")
                                .info("alias", "fs-simple")
                                .build())
                .module(
                        "kernel/twin.ko",
                        module("twin")
                                .info("alias", "fs-simple")
                                .info("softdep", "pre: mod-foo-b")
                                .info("softdep", "pre: mod-foo-a")
                                .build())
                .module("kernel/ext4.ko", module("ext4").build());
        files.file(files.modules().resolve("modules.order"), text("kernel/mod-simple.ko\nkernel/twin.ko\n"));
        files.file(files.modules().resolve("modules.builtin"), "kernel/net/unix.ko\n".getBytes(StandardCharsets.UTF_8));
        files.file(
                files.modules().resolve("modules.builtin.modinfo"),
                "unix.alias=net-pf-1\0tracefs.alias=fs-tracefs\0".getBytes(StandardCharsets.UTF_8));
    }

    private ModprobeConfig config(String text) throws IOException {
        Path file = files.path("/etc/modprobe.d/test.conf");
        files.file(file, text.replace(";", "\n").getBytes(StandardCharsets.UTF_8));
        return ModprobeConfig.of(List.of(file.getParent()));
    }

    private Modprobe modprobe(String config) throws IOException {
        return Modprobe.of(ModuleTree.open(files.modules()), config(config));
    }

    private static String names(List<Insertion> steps) {
        return steps.stream()
                .map(step -> step.toString().replaceAll("/lib/modules/4.4.4/kernel/|insmod |\\.ko", ""))
                .collect(Collectors.joining(", "));
    }

    private static String steps(Modprobe modprobe, String name) throws IOException {
        return names(modprobe.insertions(name));
    }

    /**
     * Of kmod: test-dependencies, modprobe_show_depends, modprobe_show_depends2, modprobe_show_alias_to_none, modprobe_builtin,
     * modprobe_builtin_lookup_only, modprobe_softdep_loop, modprobe_weakdep_loop, modprobe_install_cmd_loop, multi_softdep, blacklist_1,
     * from_name and from_alias.
     */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
    # configuration                              | name               | -R                | --show-depends
    ''                                           | mod-foo-c          | mod_foo_c         | mod-foo-c
    ''                                           | mod_foo-b          | mod_foo_b         | mod-foo-c, mod-foo-b
    ''                                           | mod-foo            | mod_foo           | mod-foo-a, mod-foo-c, mod-foo-b, mod-foo
    ''                                           | fs_simple          | mod_simple twin   | mod-simple, mod-foo-c, mod-foo-b, twin
    ''                                           | pci:v1d7sc_i00     | mod_simple        | mod-simple
    ''                                           | pci:v1dXsc-i00     | -                 | -
    ''                                           | twin               | twin              | mod-foo-c, mod-foo-b, twin
    ''                                           | unix               | unix              | builtin unix
    ''                                           | net_pf-1           | unix              | builtin unix
    ''                                           | fs-tracefs         | tracefs           | builtin tracefs
    ''                                           | absent             | -                 | -
    ''                                           | a[b                | -                 | -
    alias ext4.* ext4                            | ext4.*             | ext4              | ext4
    alias mod-simple deaddood                    | mod-simple         | deaddood          | ''
    alias my-* ext4;alias my-x twin              | my_x               | ext4 twin         | ext4, mod-foo-c, mod-foo-b, twin
    alias x[-b]y ext4                            | x-y                | -                 | -
    alias x[-b]y ext4                            | xby                | ext4              | ext4
    alias a\\*b ext4                             | a--b               | ext4              | ext4
    alias one two;alias two ext4                 | one                | two               | ''
    options ext4 a=1  b="c d";options e z        | ext4               | ext4              | ext4 a=1  b="c d"
    options e z;alias e ext4;options ext4 y      | e                  | ext4              | ext4 z y
    options e* z;alias e* ext4                   | ee                 | ext4              | ext4 z
    options fs-simple z                          | fs-simple          | mod_simple twin   | mod-simple z, mod-foo-c, mod-foo-b, twin z
    blacklist mod-simple                         | fs-simple          | mod_simple twin   | mod-foo-c, mod-foo-b, twin
    blacklist mod-simple                         | mod-simple         | mod_simple        | mod-simple
    blacklist ext4;alias e ext4                  | e                  | ext4              | ''
    blacklist ext4;softdep twin pre: ext4        | twin               | twin              | ext4, twin
    softdep ext4 post: mod-simple                | ext4               | ext4              | ext4, mod-simple
    softdep ext4 pre: fs-simple absent           | ext4               | ext4              | mod-simple, mod-foo-c, mod-foo-b, twin, ext4
    softdep ext4 pre: twin;softdep ext4 pre: x   | ext4               | ext4              | mod-foo-c, mod-foo-b, twin, ext4
    softdep ext4 twin                            | ext4               | ext4              | ext4
    softdep mod-foo-c post: mod-foo-b            | mod-foo-c          | mod_foo_c         | mod-foo-c, mod-foo-b
    softdep mod-foo-c pre: mod-foo-b             | mod-foo-c          | mod_foo_c         | mod-foo-c, mod-foo-b
    weakdep ext4 twin mod-foo                    | ext4               | ext4              | ext4
    install ext4 /bin/true $CMDLINE_OPTS         | ext4               | ext4              | install /bin/true $CMDLINE_OPTS
    install ext4 x;softdep ext4 pre: mod-simple  | ext4               | ext4              | mod-simple, ext4
    install mod-foo x                            | mod-foo            | mod_foo           | mod-foo-a, mod-foo-c, mod-foo-b, install x
    install absent x;install absent y            | absent             | absent            | install x
    remove fs-simple x                           | fs-simple          | fs_simple         | ''
    alias fs-simple ext4;install fs-simple x     | fs-simple          | ext4              | ext4
    """)
    void aNameMeansAndBringsWhatModprobeSays(String config, String name, String meaning, String steps)
            throws IOException {
        Modprobe modprobe = modprobe(config);

        assertEquals(Optional.ofNullable(meaning).orElse(""), String.join(" ", modprobe.resolve(name)));
        if (steps == null) {
            StateException none = assertThrows(StateException.class, () -> modprobe.insertions(name));
            assertEquals(Errno.ENOENT, none.errno());
        } else {
            assertEquals(steps, steps(modprobe, name));
        }
    }

    @Test
    void theListsOfDepmodBringTheSame() throws IOException {
        ModuleTree.open(files.modules()).depmod(files.modules());
        Modprobe modprobe = modprobe("");

        assertEquals("mod-simple, mod-foo-c, mod-foo-b, twin", steps(modprobe, "fs-simple"));
        assertEquals(List.of("mod_simple"), modprobe.resolve("pci:v1d7sc_i00"));
    }

    @Test
    void aSymbolMeansTheModuleThatExportsIt() throws IOException {
        files.module(
                "kernel/lib.ko",
                plain("lib").object("lib_api", ".data", 0).exports("lib_api").build());
        assertEquals(List.of("lib"), modprobe("").resolve("symbol:lib_api"));
        assertEquals(List.of(), modprobe("").resolve("symbol:other"));

        ModuleTree.open(files.modules()).depmod(files.modules());
        assertEquals(List.of("lib"), modprobe("").resolve("symbol:lib-api"));
    }

    @Test
    void aModuleThatDoesNotSayWhatItNeedsIsReadFurther() throws IOException {
        files.module(
                        "kernel/lib.ko",
                        plain("lib")
                                .object("lib_api", ".data", 0)
                                .exports("lib_api")
                                .build())
                .module("kernel/user.ko", plain("user").imports("lib_api").build());

        assertEquals("lib, user", steps(modprobe(""), "user"));
    }

    @Test
    void modulesThatNeedEachOtherAreTold() {
        files.module("kernel/a.ko", plain("a").info("depends", "b").build())
                .module("kernel/b.ko", plain("b").info("depends", "a").build());

        assertEquals(
                "modules need each other, so none of them can be loaded first: a -> b -> a",
                assertThrows(FormatException.class, () -> modprobe("").insertions("a"))
                        .getMessage());
    }

    /** modprobe.d(5): by name, and of files with one name that of the first folder; links to /dev/null hide others. */
    @Test
    void filesAreReadInTheOrderOfTheirNames() throws IOException {
        files.file(files.path("/lib/modprobe.d/a.conf"), text("options m lib_a"));
        files.file(files.path("/lib/modprobe.d/c.conf"), text("options m lib_c"));
        files.file(files.path("/run/modprobe.d/b.conf"), text("options m run_b"));
        files.file(files.path("/etc/modprobe.d/c.conf"), text("options m etc_c"));
        files.file(files.path("/etc/modprobe.d/d.txt"), text("options m no"));
        files.file(files.path("/etc/modprobe.d/.e.conf"), text("options m no"));
        files.file(files.path("/lib/modprobe.d/z.conf"), text("options m hidden"));
        files.file(files.path("/etc/modprobe.d/z.conf"), text(""));

        assertEquals(
                List.of("lib_a", "run_b", "etc_c"),
                ModprobeConfig.ofSystem(files.path("/")).options("m"));
        assertEquals(
                List.of(), ModprobeConfig.of(List.of(files.path("/absent"))).options("m"));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** test_freadline_wrapped, module-param-kcmdline, weakdep, and the commands for modules. */
    @Test
    void aConfigurationIsRead() throws IOException {
        files.file(files.path("/etc/c.conf"), text("""
                # a comment

                options a-b x=1 \\
                  y="two words" \\\\
                blacklist c-d
                install e-f /bin/sh -c "g h"
                remove e-f rm
                \tweakdep\tm-a  b-c d
                weakdep m-a e
                install one
                  # not a comment
                alias x]y z
                options last \\
                """.stripTrailing()));
        ModprobeConfig config =
                ModprobeConfig.of(List.of(files.path("/etc/c.conf")), "quiet a_b.z=3 modprobe.blacklist=k-l");

        assertEquals(List.of("x=1   y=\"two words\" \\", "z=3"), config.options("a-b"));
        assertTrue(config.isBlacklisted("c_d"));
        assertTrue(config.isBlacklisted("k-l"));
        assertEquals(Optional.of("/bin/sh -c \"g h\""), config.installCommand("e-f"));
        assertEquals(Optional.of("rm"), config.removeCommand("e_f"));
        assertEquals(List.of("b_c", "d", "e"), config.weakDependencies("m_a"));
        assertEquals(
                List.of(
                        "/etc/c.conf: line 10: \"install one\" is passed over",
                        "/etc/c.conf: line 11: \"  # not a comment\" is passed over",
                        "/etc/c.conf: line 12: \"alias x]y z\" is passed over",
                        "/etc/c.conf: line 13: \"options last \" is passed over"),
                config.ignored());
    }

    /** Whatever the lists and the configuration hold, the answer is an answer or a clear exception. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "modules.dep",
                "modules.alias",
                "modules.softdep",
                "modules.symbols",
                "modules.builtin",
                "modules.builtin.modinfo",
                "modules.order",
                "/etc/modprobe.d/test.conf"
            })
    void anyBytesOfAListAreSafe(String list) throws IOException {
        ModuleTree.open(files.modules()).depmod(files.modules());
        config("alias a* twin;softdep twin pre: a-b;options twin x\\\n y");
        byte[] whole = Files.readAllBytes(files.modules().resolve(list));
        Random random = new Random(list.hashCode());
        List<String> refusals = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] broken = whole.clone();
            for (int change = 0; change < 6 && broken.length > 0; change++) {
                broken[random.nextInt(broken.length)] = (byte) "\n \\:*[]-\0a\u00ff/.".charAt(random.nextInt(13));
            }
            files.file(files.modules().resolve(list), broken);
            try {
                Modprobe modprobe = Modprobe.of(
                        ModuleTree.open(files.modules()), ModprobeConfig.of(List.of(files.path("/etc/modprobe.d"))));
                for (String name : List.of("twin", "fs-simple", "symbol:x", "pci:v1d2sc-i")) {
                    modprobe.resolve(name).forEach(module -> assertTrue(module.length() < 1000, module));
                    modprobe.insertions(name);
                }
            } catch (ModrtException | UncheckedIOException clear) {
                refusals.add(clear.getMessage());
            }
        }
        assertTrue(refusals.stream().noneMatch(String::isBlank), refusals.toString());
    }
}
