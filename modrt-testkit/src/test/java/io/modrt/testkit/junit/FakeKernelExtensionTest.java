package io.modrt.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.junit.ForKernel.Leftovers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What the extension gives to tests, and which tests it fails: those of the classes below, which a launcher of their own runs. */
class FakeKernelExtensionTest {

    /** How each test of a class ended, and the class itself if it failed: {@code passed}, or the message of the failure. */
    private static Map<String, String> ends(Class<?> tests) {
        Map<String, String> ends = new TreeMap<>();
        TestExecutionListener listener = new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                Optional<Throwable> failure = result.getThrowable();
                if (test.isTest() || failure.isPresent()) {
                    String name = test.getDisplayName().replaceAll("\\(.*", "");
                    ends.put(name, failure.map(Throwable::getMessage).orElse("passed"));
                }
            }
        };
        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestExecutionListenerAutoRegistration(false)
                        .build())
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        listener);
        return ends;
    }

    private static ModuleFile module(String name, String... imports) {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name)
                .data(0, 0)
                .object(name + "_api", ".data", 0)
                .exports(name + "_api");
        List.of(imports).forEach(module::imports);
        return ModuleFile.open(module.build());
    }

    @ForKernel(
            value = "aarch64-subset",
            exports = {"printk=0xffff800008000000", "jiffies=4096"})
    static class Tidy {
        private FakeKernel shared = FakeKernel.builder().build();

        @BeforeEach
        void load(FakeKernel kernel) {
            shared = kernel;
            kernel.runtime().load(module("first"));
        }

        @AfterEach
        void unload(FakeKernel kernel) {
            kernel.unloadAll();
        }

        @Test
        void sharesOneKernel(FakeKernel kernel, ModuleRuntime runtime) {
            assertSame(shared, kernel);
            assertSame(kernel.runtime(), runtime);
            assertEquals(Optional.of(Address.of(0xffff_8000_0800_0000L)), runtime.address("printk"));
            assertEquals(Optional.of(Address.of(0x1000)), runtime.address("jiffies"));
            runtime.load(module("user", "first_api", "made_up"));
        }

        @Test
        @ForKernel(
                vermagic = KernelModuleBuilder.VERMAGIC,
                config = {"CONFIG_KALLSYMS=n", "CONFIG_MODVERSIONS=y"},
                madeUpSymbols = false)
        void hasItsOwn(FakeKernel kernel, @ForKernel FakeKernel other) {
            assertSame(shared, kernel);
            assertNotSame(kernel, other);
            KernelProfile profile = kernel.runtime().profile().orElseThrow();
            assertTrue(profile.isStated(ConfigOption.KALLSYMS) && !profile.has(ConfigOption.KALLSYMS));
            assertTrue(profile.has(ConfigOption.MODVERSIONS));
            assertEquals(Optional.empty(), kernel.runtime().address("printk"));
            LiveModule module = other.load(KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "other"));
            module.unload();
        }

        @Test
        @ForKernel
        void hasTheProfileOfItsFirstModule(FakeKernel kernel) {
            assertEquals(
                    "6.1.0", kernel.runtime().profile().orElseThrow().version().toString());
        }
    }

    @Test
    void testsThatUnloadWhatTheyLoadPass() {
        assertEquals(
                Map.of("sharesOneKernel", "passed", "hasItsOwn", "passed", "hasTheProfileOfItsFirstModule", "passed"),
                ends(Tidy.class));
    }

    @ForKernel
    static class Untidy {
        @Test
        void leavesModules(FakeKernel kernel) {
            kernel.runtime().load(module("first"));
            LiveModule user = kernel.runtime().load(module("user", "first_api"));
            user.acquire();
        }

        @Test
        void leavesMemory(FakeKernel kernel) {
            kernel.runtime().plan(module("first")).place(Placement.allocated());
        }

        @Test
        void failsByItself(FakeKernel kernel) {
            kernel.runtime().load(module("first"));
            fail("its own failure");
        }

        @Test
        @ForKernel(leftovers = Leftovers.UNLOAD)
        void mayLeaveModules(FakeKernel kernel) {
            kernel.runtime().load(module("first"));
        }
    }

    @Test
    void testsThatLeaveSomethingBehindFail() {
        Map<String, String> ends = ends(Untidy.class);
        assertEquals("""
                leavesModules(FakeKernel) leaves behind:
                  module user (LOADED)
                  module first (LOADED), used by user
                Unload what the test loads, with unload() or kernel.unloadAll(), or say leftovers = Leftovers.UNLOAD.""", ends.get("leavesModules"));
        assertTrue(
                String.valueOf(ends.get("leavesMemory"))
                        .startsWith("leavesMemory(FakeKernel) leaves behind:\n  memory [0xffff800000000000, "),
                ends.toString());
        assertEquals("its own failure", ends.get("failsByItself"));
        assertEquals("passed", ends.get("mayLeaveModules"));
    }

    @ForKernel
    static class SharedByAll {
        @BeforeAll
        static void load(FakeKernel kernel) {
            kernel.runtime().load(module("first"));
        }

        @Test
        void passes() {
            assertTrue(true);
        }
    }

    @Test
    void aKernelOfAClassIsLookedAfterWhenItsTestsHaveEnded() {
        Map<String, String> ends = ends(SharedByAll.class);
        assertEquals("passed", ends.get("passes"));
        assertTrue(
                String.valueOf(ends.get("FakeKernelExtensionTest$SharedByAll")).contains("module first (LOADED)"),
                ends.toString());
    }

    static class Wrong {
        @Test
        @ForKernel("mips")
        void namesNoArchitecture(FakeKernel kernel) {
            kernel.unloadAll();
        }

        @Test
        @ForKernel(exports = "printk")
        void exportsWithoutValue(FakeKernel kernel) {
            kernel.unloadAll();
        }

        @Test
        @ForKernel(exports = "printk=here")
        void exportsWithoutNumber(FakeKernel kernel) {
            kernel.unloadAll();
        }

        @Test
        @ForKernel(vermagic = "", config = "CONFIG_SMP=y")
        void configuresWhatIsUnknown(FakeKernel kernel) {
            kernel.unloadAll();
        }

        @Test
        void hasNoAnnotation(@ForKernel FakeKernel kernel, FakeKernel other) {
            kernel.unloadAll();
        }
    }

    @Test
    void whatCannotBeMadeIsRefusedWithTheReason() {
        Map<String, String> ends = ends(Wrong.class);
        assertTrue(
                String.valueOf(ends.get("namesNoArchitecture"))
                        .contains("no architecture on the path is called mips; there are aarch64-subset; architectures"
                                + " come with io.modrt:modrt-mips"),
                ends.toString());
        assertTrue(
                String.valueOf(ends.get("exportsWithoutValue"))
                        .contains("\"printk\" in exports is not of the form printk=0x80100000"),
                ends.toString());
        assertTrue(String.valueOf(ends.get("exportsWithoutNumber")).contains("has no number"), ends.toString());
        assertTrue(String.valueOf(ends.get("configuresWhatIsUnknown")).contains("needs a version"), ends.toString());
        assertTrue(String.valueOf(ends.get("hasNoAnnotation")).contains("no @ForKernel for"), ends.toString());
    }
}
