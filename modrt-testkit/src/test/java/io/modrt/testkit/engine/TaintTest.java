package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.error.ModrtException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LiveModule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.Taint;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What modules taint the kernel with, by the kernel's age, and what it says in its log. */
class TaintTest {
    private static ModuleRuntime kernel(String version, UnaryOperator<KernelProfile> change) {
        return Samples.runtime()
                .profile(change.apply(KernelProfile.of(KernelVersion.parse(version))))
                .build();
    }

    private static ModuleRuntime kernel(String version) {
        return kernel(version, profile -> profile.with(ConfigOption.LIVEPATCH, true));
    }

    private static List<String> lines(LiveModule module) {
        return module.diagnostics().stream()
                .filter(told -> told.kind() == Kind.TAINT)
                .map(Diagnostic::text)
                .toList();
    }

    // spotless:off
    /** Of a module that is proprietary, unsigned, out of tree, from the staging directory, a live patch and for tests. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "2.6.18, '',     P",
        "2.6.20, P,      P",
        "2.6.28, PC,     PC",
        "3.1.0,  PC,     PC",
        "3.2.0,  PCO,    PCO",
        "3.8.0,  PFCO,   PFCO",
        "3.15.0, PCOE,   PCOE",
        "4.9.0,  PCOEK,  PCOEK",
        "5.18.0, PCOEK,  PCOEK",
        "6.0.0,  PCOEKN, PCOEKN",
    })
    // spotless:on
    void aKernelHasTheTaintsOfItsAge(String version, String ofModule, String ofKernel) {
        try (ModuleRuntime runtime = kernel(version)) {
            KernelModuleBuilder all = Samples.module("all")
                    .license("Proprietary")
                    .info("staging", "Y")
                    .info("livepatch", "Y")
                    .info("test", "Y");
            LiveModule module = runtime.load(Samples.file(all));
            assertEquals(ofModule, Taint.letters(module.taints()));
            assertEquals(ofKernel, Taint.letters(runtime.taints()));
        }
    }

    @Test
    void theKernelLogsEachTaintAndSomeOnlyOnce() {
        try (ModuleRuntime runtime = kernel("6.1.0")) {
            LiveModule first = runtime.load(
                    Samples.file(Samples.module("first").license("Proprietary").info("staging", "Y")));
            assertEquals(
                    List.of(
                            "O: loading out-of-tree module taints kernel.",
                            "C: module is from the staging directory, the quality is unknown, you have been warned.",
                            "P: module license 'Proprietary' taints kernel.",
                            "E: module verification failed: signature and/or required key missing - tainting kernel"),
                    lines(first));
            LiveModule second = runtime.load(
                    Samples.file(Samples.module("second").noLicense().info("staging", "Y")));
            assertEquals("PCOE", Taint.letters(second.taints()));
            assertEquals(
                    List.of("C: module is from the staging directory, the quality is unknown, you have been warned."),
                    lines(second));
        }
    }

    @Test
    void aModuleOfTheKernelsOwnTaintsNothing() {
        try (ModuleRuntime runtime = kernel("6.1.0", profile -> profile.with(ConfigOption.MODULE_SIG, false))) {
            LiveModule module = runtime.load(Samples.file(Samples.module("m").info("intree", "Y")));
            assertEquals(Set.of(), module.taints());
            assertEquals(List.of(), module.diagnostics());
        }
    }

    @Test
    void aRefusedModuleLeavesNoTaintAndAnUnloadedOneDoes() {
        try (ModuleRuntime runtime = kernel("6.1.0")) {
            assertThrows(
                    ModrtException.class, () -> runtime.load(Samples.file(Samples.importer("m", "nobody_has_this"))));
            assertEquals(Set.of(), runtime.taints());
            runtime.load(Samples.file(Samples.module("m"))).unload();
            assertEquals(EnumSet.of(Taint.OUT_OF_TREE, Taint.UNSIGNED), runtime.taints());
        }
    }

    /** Since 5.9; before, the licence of a module counted alone. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"5.8.0, OE, true", "5.9.0, POE, false"})
    void theUserOfAProprietaryModuleBecomesProprietary(String version, String letters, boolean mayUseGplOnly) {
        try (ModuleRuntime runtime = kernel(version)) {
            runtime.load(Samples.file(Samples.exporter("closed").license("Proprietary")));
            runtime.load(Samples.file(Samples.module("open")
                    .exports("open_run", export -> export.gplOnly().crc(Samples.CRC))));
            LiveModule user = runtime.load(Samples.file(Samples.importer("user", "closed_run")));
            assertEquals(letters, Taint.letters(user.taints()));

            KernelModuleBuilder both = Samples.importer("both", "closed_run").imports("open_run", Samples.CRC);
            LoadPolicy exact = LoadPolicy.kernelExact();
            boolean loads = kernelTakes(runtime, both, exact);
            assertEquals(mayUseGplOnly, loads);
        }
    }

    private static boolean kernelTakes(ModuleRuntime runtime, KernelModuleBuilder module, LoadPolicy policy) {
        try {
            runtime.load(Samples.file(module), policy);
            return true;
        } catch (ModrtException refused) {
            assertTrue(refused.getMessage().contains("open_run is exported by open for GPL-compatible modules only"));
            return false;
        }
    }

    @Test
    void aModuleWithoutVermagicIsForced() {
        try (ModuleRuntime runtime = kernel("6.1.0")) {
            byte[] file = Samples.module("m").build();
            int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("vermagic=");
            file[at] = 'V';
            assertEquals("FOE", Taint.letters(runtime.load(file).taints()));
        }
    }
}
