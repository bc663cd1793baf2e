package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.StateException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.load.LiveModule;
import io.modrt.policy.Diagnostic;
import io.modrt.testkit.sample.SampleArch;
import io.modrt.tree.Modprobe;
import io.modrt.tree.ModprobeConfig;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A runtime that finds modules in a tree. */
class LoadByNameTest {

    private final FileTrees files = FileTrees.of("6.1.0");

    @AfterEach
    void dropFiles() {
        files.close();
    }

    private static KernelModuleBuilder module(String name, String... needed) {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name)
                .data(0, 0)
                .object(name + "_api", ".data", 0)
                .exports(name + "_api")
                .info("depends", String.join(",", needed));
        for (String other : needed) {
            module.imports(other + "_api");
        }
        return module;
    }

    @BeforeEach
    void modules() {
        files.module("kernel/lib.ko", module("lib").build())
                .module("kernel/core-fs.ko", module("core_fs", "lib").build())
                .module(
                        "kernel/x-fs.ko",
                        module("x_fs", "core_fs")
                                .info("alias", "fs-x")
                                .info("softdep", "pre: helper broken")
                                .build())
                .module("kernel/helper.ko", module("helper").build())
                .module("kernel/broken.ko", new byte[] {1, 2, 3})
                .module("kernel/bad.ko", module("bad", "core_fs", "worse").build())
                .module(
                        "kernel/worse.ko",
                        module("worse").info("softdep", "").imports("nowhere").build());
    }

    private ModuleRuntime runtime(String config) throws IOException {
        files.file(files.path("/etc/a.conf"), config.getBytes(StandardCharsets.UTF_8));
        return ModuleRuntime.builder()
                .arch(new SampleArch())
                .modprobe(Modprobe.of(
                        ModuleTree.open(files.modules()), ModprobeConfig.of(List.of(files.path("/etc/a.conf")))))
                .build();
    }

    private static List<String> names(ModuleRuntime runtime) {
        return runtime.modules().stream().map(LiveModule::name).toList();
    }

    @Test
    void aModuleBringsWhatItNeeds() throws IOException {
        try (ModuleRuntime runtime = runtime("")) {
            LiveModule lib = runtime.load("lib");
            LiveModule module = runtime.load("fs-x");

            assertEquals("x_fs", module.name());
            assertEquals(List.of("x_fs", "helper", "core_fs", "lib"), names(runtime));
            assertSame(lib, runtime.module("lib").orElseThrow());
            assertSame(module, runtime.load("x-fs"));
        }
    }

    @Test
    void whatCameGoesAgainIfAModuleIsRefused() throws IOException {
        try (ModuleRuntime runtime = runtime("")) {
            runtime.load("lib");
            assertThrows(UnresolvedSymbolsException.class, () -> runtime.load("bad"));

            assertEquals(List.of("lib"), names(runtime));
            assertThrows(FormatException.class, () -> runtime.load("broken"));
        }
    }

    @Test
    void whatCannotBeLoadedIsSaidClearly() throws IOException {
        try (ModuleRuntime runtime = runtime("install lib /bin/true\nalias off none\n")) {
            StateException command = assertThrows(StateException.class, () -> runtime.load("x_fs"));
            assertEquals(
                    "module \"lib\" has an install command, and modrt runs no commands: /bin/true; load its file, or use a"
                            + " configuration without the command",
                    command.getMessage());
            assertEquals(Errno.EOPNOTSUPP, command.errno());

            StateException absent = assertThrows(StateException.class, () -> runtime.load("absent"));
            assertEquals(Errno.ENOENT, absent.errno());
            assertEquals("/lib/modules/6.1.0: no module is named \"absent\" or has such an alias", absent.getMessage());
            assertTrue(assertThrows(StateException.class, () -> runtime.load("off"))
                    .getMessage()
                    .startsWith("\"off\" means no module that can be loaded"));
            assertEquals(List.of(), names(runtime));
        }
        ModuleRuntime without = ModuleRuntime.builder().arch(new SampleArch()).build();
        assertTrue(assertThrows(StateException.class, () -> without.load("lib"))
                .getMessage()
                .contains("the runtime has no tree"));
    }

    @Test
    void optionsOfTheConfigurationAreGivenToTheModule() throws IOException {
        try (ModuleRuntime runtime = runtime("options helper a=1\n")) {
            LiveModule helper = runtime.load("helper");

            assertEquals(
                    List.of("unknown parameter 'a' ignored"),
                    helper.diagnostics().stream()
                            .map(Diagnostic::text)
                            .filter(line -> line.contains("parameter"))
                            .toList());
        }
    }
}
