package io.modrt.testkit.assertions;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;
import static io.modrt.testkit.assertions.ModrtAssertions.assertThatCall;
import static io.modrt.testkit.assertions.ModrtAssertions.assertThatLoading;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.PolicyException;
import io.modrt.error.Rule;
import io.modrt.error.StateException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.layout.Placement;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.FileTrees;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.sample.SampleArch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Assertions about loads, runtimes and kernels, and what they say when they fail. */
class LoadAssertTest {
    private final FakeKernel kernel = FakeKernel.builder()
            .arch(new SampleArch())
            .vermagic(KernelModuleBuilder.VERMAGIC)
            .build();

    private static KernelModuleBuilder module(String name) {
        return KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name)
                .data(0, 0)
                .object(name + "_api", ".data", 0)
                .exports(name + "_api");
    }

    private static KernelModuleBuilder user(String name, String symbol) {
        return module(name).relocation(".data", 0, ElfTarget.AARCH64_LE.pointerType(), symbol);
    }

    private static String failure(Runnable assertion) {
        return String.valueOf(assertThrows(AssertionError.class, assertion::run).getMessage());
    }

    @Test
    void aRefusalIsAskedForItsFacts() {
        RefusalAssert<UnresolvedSymbolsException> refused = assertThatLoading(user("user", "nowhere"))
                .on(kernel)
                .failsWith(UnresolvedSymbolsException.class)
                .withErrno(Errno.ENOENT)
                .withKernelMessage("user: Unknown symbol nowhere (err -2)")
                .withMessageContaining("user", "nowhere")
                .with(UnresolvedSymbolsException::names, List.of("nowhere"))
                .beyondKernel(false)
                .leavingNoTrace();
        assertEquals(List.of("nowhere"), refused.refusal().names());
        refused.withMessage(refused.refusal().getMessage());
        String said = failure(() -> refused.withErrno(Errno.EBUSY));
        assertTrue(
                said.startsWith(
                        "expected errno EBUSY, but was ENOENT; the refusal: UnresolvedSymbolsException with ENOENT\n  message: user"),
                said);
        assertTrue(said.endsWith("\n  kernel message: user: Unknown symbol nowhere (err -2)"), said);
        assertTrue(failure(() -> refused.withKernelMessage("x")).startsWith("expected the kernel message x, but was"));
        assertTrue(failure(refused::withoutKernelMessage).startsWith("expected the kernel message"));
        assertTrue(failure(() -> refused.withMessageContaining("elsewhere")).contains("to contain \"elsewhere\""));
        assertTrue(failure(() -> refused.at(".text+0x8")).startsWith("expected the message to be about .text+0x8"));
        assertTrue(failure(() -> refused.with(UnresolvedSymbolsException::names, List.of()))
                .startsWith("expected the fact []"));
    }

    @Test
    void anotherEndThanExpectedIsTold() {
        String loaded =
                failure(() -> assertThatLoading(module("fine")).on(kernel).failsWith(PolicyException.class));
        assertTrue(
                loaded.startsWith(
                        "expected a PolicyException, but fine (LOADED) was loaded; the load let this pass:\n  fine: "),
                loaded);
        String kind = failure(
                () -> assertThatLoading(user("user", "nowhere")).on(kernel).failsWith(PolicyException.class));
        assertTrue(kind.startsWith("expected a PolicyException, but was UnresolvedSymbolsException with ENOENT"), kind);
        String refused = failure(
                () -> assertThatLoading(user("user", "nowhere")).on(kernel).succeeds());
        assertTrue(refused.startsWith("expected to be loaded, but was refused: UnresolvedSymbolsException"), refused);
    }

    @Test
    void aPolicyAndParametersAreTheLoads() {
        KernelModuleBuilder other = module("other").vermagic("5.10.0 mod_unload ");
        assertThatLoading(other).on(kernel).failsWith(PolicyException.class).withErrno(Errno.ENOEXEC);
        LoadPolicy lenient = LoadPolicy.kernelExact().relaxed(Rule.VERMAGIC);
        assertThatLoading(other.build())
                .on(kernel)
                .under(lenient)
                .with("x=1")
                .succeeds()
                .isAsLoaded();
        assertTrue(failure(() -> assertThatLoading(module("passed").noLicense())
                        .on(kernel)
                        .with("unknown=1")
                        .failsWith(PolicyException.class))
                .contains("the load let this pass:\n  "));
    }

    @Test
    void filesOfAnyKindAreLoaded() {
        try (FileTrees tree = FileTrees.with(module("first"), user("second", "first_api"))) {
            assertThatLoading(tree.modules().resolve("kernel/first.ko"))
                    .on(kernel)
                    .succeeds();
            assertThatLoading(ModuleFile.open(user("third", "first_api").build()))
                    .on(kernel.runtime())
                    .succeeds();
        }
        assertThat(kernel).hasModules("third", "first").leaksNoMemory();
        assertThatCall(() -> kernel.runtime().unload("first"))
                .failsWith(StateException.class)
                .withErrno(Errno.EWOULDBLOCK);
        assertThat(kernel).hasModule("third").isAsLoaded();
        assertTrue(failure(() -> assertThatCall(() -> {}).failsWith(StateException.class))
                .endsWith("nothing was refused"));
        assertThrows(IllegalStateException.class, () -> assertThatCall(() -> {}).succeeds());
    }

    @Test
    void aKernelOfItsOwnIsMadeWhereNoneIsGiven() {
        assertThatLoading(module("m")).succeeds().isAsLoaded();
        assertThatLoading(user("m", "nowhere")).failsWith(UnresolvedSymbolsException.class);
        String said = failure(() -> assertThatLoading(KernelModuleBuilder.of(ElfTarget.PARISC_32, "m"))
                .succeeds());
        assertTrue(said.contains("no architecture takes machine 15"), said);
    }

    @Test
    void modulesThatAreStillThereAreListed() {
        LiveModule first = kernel.load(module("first"));
        kernel.load(user("second", "first_api"));
        first.acquire();
        assertEquals("""
                expected no modules, but there are
                  second (LOADED)
                  first (LOADED), used by second, held by 1 reference""", failure(() -> assertThat(kernel).hasNoModules()));
        assertTrue(failure(() -> assertThat(kernel.runtime()).hasModules("first"))
                .startsWith("expected the modules [first], but there are\n"));
        assertEquals("""
                expected the modules [first, second], but there are, in another order; the most recent comes first:
                  second (LOADED)
                  first (LOADED), used by second, held by 1 reference""", failure(() -> assertThat(kernel).hasModules("first", "second")));
        assertSame(first, assertThat(kernel).hasModule("first").module());
        assertTrue(failure(() -> assertThat(kernel).hasModule("xfs"))
                .startsWith("expected the module xfs, but there are\n"));
        first.release();
        kernel.unloadAll();
        assertThat(kernel).hasNoModules().leaksNoMemory();
        assertEquals(
                "expected the module xfs, but there are none",
                failure(() -> assertThat(kernel.runtime()).hasModule("xfs")));
    }

    @Test
    void symbolsAreLookedUp() {
        LiveModule first = kernel.load(module("first"));
        long api = first.symbol("first_api").orElseThrow().address().value();
        assertThat(kernel).hasSymbolAt("first_api", api);
        assertTrue(failure(() -> assertThat(kernel).hasSymbolAt("first_api", 1))
                .startsWith("expected first_api at 0x1, but it is at first_api+0x0/"));
        assertEquals(
                "expected no at 0x1, but it is not known",
                failure(() -> assertThat(kernel).hasSymbolAt("no", 1)));
    }

    @Test
    void leakedMemoryIsListedWithWhatItWas() {
        PlacedModule placed =
                kernel.runtime().plan(ModuleFile.open(module("m").build())).place(Placement.allocated());
        String said = failure(() -> assertThat(kernel).leaksNoMemory());
        assertTrue(
                said.startsWith(
                        "expected no memory to be leaked, but 2 ranges not given back:\n  [0xffff800000000000, "),
                said);
        assertTrue(said.endsWith(" bytes, which no module was committed to: a PlacedModule is not closed"), said);
        placed.close();
        assertThat(kernel).leaksNoMemory();
    }

    @Test
    void changesOfAKernelAreListed() {
        FakeKernel.State before = kernel.state();
        LiveModule first = kernel.load(module("first"));
        assertThat(kernel).isUnchangedSince(kernel.state());
        String said = failure(() -> assertThat(kernel).isUnchangedSince(before));
        assertTrue(
                said.startsWith(
                        "expected the kernel to be as before, but\n  memory changed in the page at 0xffff800000000000"),
                said);
        assertTrue(said.contains("\n  modules: now also first (LOADED) used by []"), said);
        assertTrue(said.contains("\n  exports: now also first_api = "), said);
        FakeKernel.State loaded = kernel.state();
        first.unload();
        assertTrue(failure(() -> assertThat(kernel).isUnchangedSince(loaded)).contains("modules: no longer first"));
    }

    @Test
    void aRefusalThatLeavesATraceIsTold() {
        RefusalAssert<UnresolvedSymbolsException> refused =
                assertThatLoading(user("user", "nowhere")).on(kernel).failsWith(UnresolvedSymbolsException.class);
        String said =
                failure(() -> new RefusalAssert<>(refused.refusal(), List.of("reserved: now also x")).leavingNoTrace());
        assertTrue(said.startsWith("expected no trace, but there is\n  reserved: now also x"), said);
        assertThrows(AssertionFailedError.class, () -> refused.beyondKernel(true));
    }
}
