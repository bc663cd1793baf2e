package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.error.Errno;
import io.modrt.error.InitException;
import io.modrt.error.StateException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadOutcome;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModuleState;
import io.modrt.testkit.sample.SampleArch;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A runtime that loads a whole tree, on one thread and on several. */
@Timeout(60)
class LoadTreeTest {

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

    private ModuleTree tree(KernelModuleBuilder... modules) throws IOException {
        int number = 0;
        for (KernelModuleBuilder module : modules) {
            files.module("kernel/" + name(number++) + ".ko", module.build());
        }
        return ModuleTree.open(files.modules());
    }

    private static String name(int number) {
        return "abcdefgh".substring(number, number + 1);
    }

    private static ModuleRuntime runtime() {
        return ModuleRuntime.builder().arch(new SampleArch()).build();
    }

    private static List<String> names(List<LoadOutcome> outcomes) {
        return outcomes.stream().map(LoadOutcome::name).toList();
    }

    private static Set<String> loaded(ModuleRuntime runtime) {
        return runtime.modules().stream().map(LiveModule::name).collect(Collectors.toSet());
    }

    @Test
    void oneThreadLoadsInTheOrderOfTheGraph() throws IOException {
        ModuleTree tree = tree(module("a", "c"), module("b"), module("c", "d"), module("d"));
        try (ModuleRuntime runtime = runtime()) {
            List<String> told = new ArrayList<>();

            List<LoadOutcome> outcomes = runtime.loadAll(tree, tree.names(), 1, outcome -> told.add(outcome.name()));

            assertEquals(List.of("d", "c", "a", "b"), names(outcomes));
            assertEquals(List.of("d", "c", "a", "b"), told);
            assertEquals(
                    List.of("b", "a", "c", "d"),
                    runtime.modules().stream().map(LiveModule::name).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void namesBringWhatTheyNeedAndWantBeforeThem(int threads) throws IOException {
        ModuleTree tree = tree(
                module("a", "c").info("softdep", "pre: e"), module("b"), module("c", "d"), module("d"), module("e"));
        try (ModuleRuntime runtime = runtime()) {
            List<String> told = new ArrayList<>();

            List<LoadOutcome> outcomes = runtime.loadAll(tree, List.of("a"), threads, outcome -> {
                synchronized (told) {
                    told.add(outcome.name());
                }
            });

            assertEquals(Set.of("a", "c", "d", "e"), loaded(runtime));
            assertEquals(List.of("d", "c", "e", "a"), names(outcomes));
            assertEquals("a", told.get(3));
            assertTrue(told.indexOf("d") < told.indexOf("c"), told.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void aRefusedModuleDoesNotEndTheLoad(int threads) throws IOException {
        ModuleTree tree = tree(module("a").imports("nowhere"), module("b", "a"), module("c"), module("d", "c"));
        try (ModuleRuntime runtime = runtime()) {
            List<LoadOutcome> outcomes = runtime.loadAll(tree, tree.names(), threads, outcome -> {});

            assertEquals(List.of("a", "b", "c", "d"), names(outcomes));
            UnresolvedSymbolsException refused =
                    (UnresolvedSymbolsException) outcomes.get(0).refusal().orElseThrow();
            assertEquals(List.of("nowhere"), refused.names());
            StateException user = (StateException) outcomes.get(1).refusal().orElseThrow();
            assertEquals("b: needs a, which was refused", user.getMessage());
            assertSame(refused, user.getCause());
            assertSame(
                    runtime.module("d").orElseThrow(), outcomes.get(3).module().orElseThrow());
            assertTrue(outcomes.get(3).refusal().isEmpty());
        }
    }

    @Test
    void madeUpSymbolsDoNotStandForARefusedModule() throws IOException {
        ModuleTree tree =
                tree(module("a").vermagic("5.10.0 mod_unload "), module("b", "a"), module("c", "b"), module("d"));
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new SampleArch())
                .profile(KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC))
                .kernelSymbols(KernelSymbols.synthetic())
                .build()) {
            List<LoadOutcome> outcomes = runtime.loadAll(tree, tree.names(), 2, outcome -> {});

            assertEquals(Set.of("d"), loaded(runtime));
            assertEquals(
                    "c: needs b, which was refused",
                    outcomes.get(2).refusal().orElseThrow().getMessage());
        }
    }

    @Test
    void aSoftDependencyThatWasRefusedIsPassedOver() throws IOException {
        ModuleTree tree = tree(module("a").imports("nowhere"), module("b").info("softdep", "pre: a"));
        try (ModuleRuntime runtime = runtime()) {
            runtime.loadAll(tree);

            assertEquals(Set.of("b"), loaded(runtime));
        }
    }

    @Test
    void whatIsLoadedAlreadyStays() throws IOException {
        ModuleTree tree = tree(module("a"), module("b", "a"));
        try (ModuleRuntime runtime = runtime()) {
            LiveModule present = runtime.load(tree.file("a").orElseThrow());

            List<LoadOutcome> outcomes = runtime.loadAll(tree);

            assertSame(present, outcomes.get(0).module().orElseThrow());
            assertEquals(
                    List.of(present), outcomes.get(1).module().orElseThrow().uses());
        }
    }

    @Test
    void modulesThatNeedEachOtherAreRefusedNotAwaited() throws IOException {
        ModuleTree tree = tree(module("a", "b"), module("b", "a"), module("c"));
        try (ModuleRuntime runtime = runtime()) {
            List<LoadOutcome> outcomes = runtime.loadAll(tree, tree.names(), 2, outcome -> {});

            assertEquals(Set.of("c"), loaded(runtime));
            assertEquals(
                    Map.of("a", true, "b", true, "c", false),
                    outcomes.stream()
                            .collect(Collectors.toMap(
                                    LoadOutcome::name,
                                    outcome -> outcome.refusal().isPresent())));
        }
    }

    @Test
    void aFileThatIsGoneIsThatModulesRefusal() throws IOException {
        ModuleTree tree = tree(module("a"), module("b"));
        files.file(
                files.modules().resolve("modules.dep"),
                "kernel/a.ko:\nkernel/b.ko:\nkernel/c.ko: kernel/b.ko\n".getBytes(StandardCharsets.US_ASCII));
        ModuleTree listed = ModuleTree.open(files.modules());
        try (ModuleRuntime runtime = runtime()) {
            List<LoadOutcome> outcomes = runtime.loadAll(listed, List.of("c", "a"), 2, outcome -> {});

            assertEquals(List.of("a", "b", "c"), names(outcomes));
            RuntimeException gone = outcomes.get(2).refusal().orElseThrow();
            assertEquals(
                    NoSuchFileException.class,
                    ((UncheckedIOException) gone).getCause().getClass());
            assertTrue(String.valueOf(gone.getMessage()).contains("has no file of module c"), gone.getMessage());
            assertEquals(Set.of("a", "b"), loaded(runtime));
            assertEquals(2, tree.names().size());
        }
    }

    @Test
    void twoThreadsLoadAtTheSameTime() throws IOException {
        ModuleTree tree = tree(module("a"), module("b"));
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger met = new AtomicInteger();
        try (ModuleRuntime runtime = runtime()) {
            runtime.loadAll(tree, tree.names(), 2, outcome -> {
                both.countDown();
                try {
                    met.addAndGet(both.await(30, TimeUnit.SECONDS) ? 1 : 0);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertEquals(2, met.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whatTheListenerRaisesEndsTheLoad(int threads) throws IOException {
        ModuleTree tree = tree(module("a"), module("b", "a"), module("c", "b"), module("d", "c"));
        try (ModuleRuntime runtime = runtime()) {
            UnsupportedOperationException raised = assertThrows(
                    UnsupportedOperationException.class,
                    () -> runtime.loadAll(tree, tree.names(), threads, outcome -> {
                        if (outcome.name().equals("b")) {
                            throw new UnsupportedOperationException("enough");
                        }
                    }));

            assertEquals("enough", raised.getMessage());
            assertEquals(Set.of("a", "b"), loaded(runtime));
        }
    }

    @Test
    void anErrorOfACallbackEndsTheLoad() throws IOException {
        ModuleTree tree = tree(module("a"), module("b", "a"));
        try (ModuleRuntime runtime = runtime()) {
            runtime.listen(new ModuleListener() {
                @Override
                public void coming(LiveModule module) {
                    throw new AssertionError("a slip");
                }
            });

            assertEquals(
                    "a slip",
                    assertThrows(AssertionError.class, () -> runtime.loadAll(tree))
                            .getMessage());
            assertEquals(Set.of(), loaded(runtime));
        }
    }

    @Test
    void aCallbackMayLoadATree() throws IOException {
        ModuleTree tree = tree(module("a"), module("b", "a"), module("c"));
        try (ModuleRuntime runtime = runtime()) {
            runtime.listen(new ModuleListener() {
                @Override
                public void coming(LiveModule module) {
                    if (module.name().equals("first")) {
                        assertEquals(3, loadAll(runtime, tree).size());
                    }
                }
            });
            files.module("other/first.ko", module("first").build());

            runtime.load(files.modules().resolve("other/first.ko"));

            assertEquals(Set.of("a", "b", "c", "first"), loaded(runtime));
        }
    }

    private static List<LoadOutcome> loadAll(ModuleRuntime runtime, ModuleTree tree) {
        return runtime.loadAll(tree, tree.names(), 4, outcome -> {});
    }

    @Test
    void anInterruptEndsTheLoadAndStays() throws IOException {
        ModuleTree tree = tree(module("a"), module("b", "a"));
        try (ModuleRuntime runtime = runtime()) {
            UncheckedIOException ended = assertThrows(
                    UncheckedIOException.class,
                    () -> runtime.loadAll(
                            tree,
                            tree.names(),
                            1,
                            outcome -> Thread.currentThread().interrupt()));

            assertTrue(Thread.interrupted());
            assertEquals(InterruptedIOException.class, ended.getCause().getClass());
            assertEquals(Set.of("a"), loaded(runtime));
        }
    }

    @Test
    void noThreadsAreAWrongCall() throws IOException {
        ModuleTree tree = tree(module("a"));
        try (ModuleRuntime runtime = runtime()) {
            assertEquals(
                    "0 threads load nothing",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> runtime.loadAll(tree, tree.names(), 0, outcome -> {}))
                            .getMessage());
        }
    }

    @Test
    void aUserIsBegunWhenTheInitFunctionOfWhatItNeedsHasReturned() throws IOException {
        ModuleTree tree = tree(
                module("a").initText(0xd65f_03c0).function("init_module", ".init.text", 0),
                module("b", "a"),
                module("c", "a"),
                module("d", "b", "c"));
        Map<String, ModuleState> seen = new ConcurrentHashMap<>();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new SampleArch())
                .executor((module, function) -> 0)
                .build()) {
            runtime.listen(new ModuleListener() {
                @Override
                public void coming(LiveModule module) {
                    module.uses().forEach(used -> seen.put(module.name() + " sees " + used.name(), used.state()));
                }
            });

            runtime.loadAll(tree, tree.names(), 4, outcome -> {});

            assertEquals(
                    Map.of(
                            "b sees a", ModuleState.LIVE,
                            "c sees a", ModuleState.LIVE,
                            "d sees b", ModuleState.LIVE,
                            "d sees c", ModuleState.LIVE),
                    new TreeMap<>(seen));
        }
    }

    @Test
    void anInitFunctionThatFailsIsThatModulesRefusal() throws IOException {
        ModuleTree tree = tree(
                module("a").initText(0xd65f_03c0).function("init_module", ".init.text", 0),
                module("b", "a"),
                module("c"));
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new SampleArch())
                .executor((module, function) -> -Errno.ENODEV.number())
                .build()) {
            List<LoadOutcome> outcomes = runtime.loadAll(tree, tree.names(), 2, outcome -> {});

            assertEquals(
                    InitException.class, outcomes.get(0).refusal().orElseThrow().getClass());
            assertEquals(Set.of("c"), loaded(runtime));
        }
    }
}
