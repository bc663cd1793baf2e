package io.modrt.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.Permission;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.BundledModules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whichever callback fails, at whichever call, and whatever it raises: a runtime is then as it was before, or as it is after. */
class CallbackFaultsTest {
    private static final String TARGET = "mips-o32-be-r2/";
    private static final Address TRACER = Address.of(0xc012_3450L);
    private static final int MOST_CALLS = 10_000;

    private static final List<Supplier<Throwable>> RAISED = List.of(
            () -> new MemoryException(Refusal.of(Errno.EFAULT, "unmapped")),
            () -> new UnsupportedOperationException("a slip"),
            () -> new AssertionError("a slip that is an error"));

    /** What is done before, what is done under faults, and which failing callbacks do not keep it from being done. */
    private record Operation(Consumer<Embedder> before, Consumer<Embedder> itself, List<String> goesOn) {}

    private static LiveModule load(Embedder embedder, String module) {
        return embedder.runtime.load(BundledModules.file(TARGET + module + ".ko"));
    }

    private static final List<String> LEAVING =
            List.of("live", "init dropped", "going", "wipe", "free", "function", "code changed", "protect");

    private static Map<String, Operation> operations() {
        List<String> afterLive = List.of("live", "init dropped", "wipe", "free", "protect", "code changed");
        Map<String, Operation> all = new TreeMap<>();
        all.put("load", new Operation(e -> {}, e -> load(e, "greeter"), afterLive));
        all.put("load a user", new Operation(e -> load(e, "greeter"), e -> load(e, "visitor"), afterLive));
        all.put(
                "load traced",
                new Operation(
                        e -> {
                            load(e, "farcall");
                            e.ftrace.trace("", TRACER);
                        },
                        e -> load(e, "greeter"),
                        afterLive));
        all.put(
                "unload",
                new Operation(
                        e -> load(e, "greeter"), e -> e.runtime.modules().get(0).unload(), LEAVING));
        all.put(
                "unload traced",
                new Operation(
                        e -> {
                            load(e, "greeter");
                            e.ftrace.trace("", TRACER);
                        },
                        e -> e.runtime.modules().get(0).unload(),
                        LEAVING));
        all.put(
                "close",
                new Operation(
                        e -> {
                            load(e, "greeter");
                            load(e, "visitor");
                        },
                        e -> e.runtime.close(),
                        LEAVING));
        all.put("trace", new Operation(e -> load(e, "greeter"), e -> e.ftrace.trace("*", TRACER), List.of()));
        return all;
    }

    static Stream<Arguments> faults() {
        return operations().keySet().stream()
                .flatMap(name -> Stream.of(0, 1, 2).map(raised -> Arguments.of(name, raised)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aRuntimeIsAsBeforeOrAsAfter(String name, int raised) {
        Operation operation = operations().get(name);
        Embedder well = new Embedder();
        operation.before.accept(well);
        operation.itself.accept(well);
        String after = well.state();
        Map<String, Integer> injected = new TreeMap<>();
        for (int n = 1; n < MOST_CALLS; n++) {
            Embedder embedder = new Embedder();
            operation.before.accept(embedder);
            String before = embedder.state();
            var viewsBefore = embedder.views().toString();
            embedder.faults.failAt(n, RAISED.get(raised));
            Throwable seen = null;
            try {
                operation.itself.accept(embedder);
            } catch (RuntimeException | Error failure) {
                seen = failure;
            }
            String failed = embedder.faults.heal();
            if (failed.isEmpty()) {
                assertEquals(after, embedder.state(), name);
                assertTrue(
                        injected.values().stream().mapToInt(Integer::intValue).sum() > 1, injected.toString());
                return;
            }
            injected.merge(failed, 1, Integer::sum);
            String what = name + ", call " + n + ": " + failed;
            assertTrue(seen != null, what + " went unheard");
            String state = embedder.state();
            boolean isBefore = state.equals(before);
            boolean isAfter = state.equals(after);
            assertTrue(isBefore || isAfter, () -> what + ": between: " + differing(before, after, state));
            assertEquals(
                    isBefore ? viewsBefore : well.views().toString(),
                    embedder.views().toString(),
                    what);
            if (isAfter && !isBefore) {
                assertTrue(
                        operation.goesOn.stream().anyMatch(failed::contains),
                        what + " did not keep it from being done");
            }
            if (isBefore && !isAfter) {
                operation.itself.accept(embedder);
                assertEquals(after, embedder.state(), what + ", then again");
            }
        }
        throw new AssertionError(name + " never ends");
    }

    private static String differing(String before, String after, String state) {
        return "\nbefore " + brief(before) + "\nafter " + brief(after) + "\nis " + brief(state);
    }

    private static String brief(String state) {
        return state.length() < 3000 ? state : state.substring(0, 3000) + Integer.toHexString(state.hashCode());
    }

    /** What allocators may answer that is no new memory. */
    private static List<ModuleAllocator> slips() {
        AddressRange little = new AddressRange(Address.of(0xc000_0000L), 16);
        AddressRange same = new AddressRange(Address.of(0xc000_0000L), 1 << 20);
        AddressRange crooked = new AddressRange(Address.of(0xc000_0010L), 1 << 20);
        List<ModuleAllocator> slips = new ArrayList<>();
        for (AddressRange range : new AddressRange[] {null, little, same, crooked}) {
            slips.add(new ModuleAllocator() {
                @Override
                public AddressRange allocate(long sizeBytes, Permission permission) {
                    return range;
                }

                @Override
                public void free(AddressRange given) {}
            });
        }
        return slips;
    }

    @Test
    void allocatorsThatGiveNoNewMemoryAreToldSo() {
        List<String> told = new ArrayList<>();
        for (ModuleAllocator slip : slips()) {
            try (ModuleRuntime runtime = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .allocator(slip)
                    .build()) {
                byte[] greeter = BundledModules.file(TARGET + "greeter.ko");
                told.add(assertThrows(MemoryException.class, () -> runtime.load(greeter))
                        .getMessage()
                        .replaceAll("asked for \\d+ bytes", "asked")
                        .replace(slip.getClass().getName(), "CLASS"));
                assertEquals(List.of(), runtime.modules());
            }
        }
        assertEquals(
                List.of(
                        "the module allocator CLASS was asked and gave null",
                        "the module allocator CLASS was asked and gave [0xc0000000, 0xc0000010), which is too little",
                        "the module allocator CLASS was asked and gave [0xc0000000, 0xc0100000), which it has given before",
                        "the module allocator CLASS was asked and gave [0xc0000010, 0xc0100010), which does not start on a page"
                                + " of 4096 bytes"),
                told);
    }

    /** What a listener may do to the module that comes or goes, and to the runtime. */
    @Test
    void whatALoadCallsCannotUndoIt() {
        for (boolean isComing : new boolean[] {true, false}) {
            AtomicReference<List<Errno>> refused = new AtomicReference<>(List.of());
            AtomicReference<ModuleRuntime> self = new AtomicReference<>();
            ModuleListener listener = new ModuleListener() {
                private void act(LiveModule module) {
                    List<Errno> errnos = new ArrayList<>();
                    for (Runnable action : List.<Runnable>of(
                            module::unload,
                            () -> self.get().close(),
                            () -> self.get().load(BundledModules.file(TARGET + "greeter.ko")),
                            () -> self.get().load(BundledModules.file(TARGET + "visitor.ko")))) {
                        errnos.add(
                                assertThrows(StateException.class, action::run).errno());
                    }
                    refused.set(errnos);
                }

                @Override
                public void coming(LiveModule module) {
                    if (isComing) {
                        act(module);
                    }
                }

                @Override
                public void going(LiveModule module) {
                    if (!isComing) {
                        act(module);
                    }
                }
            };
            try (ModuleRuntime runtime = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .listener(listener)
                    .build()) {
                self.set(runtime);
                LiveModule greeter = runtime.load(BundledModules.file(TARGET + "greeter.ko"));
                assertEquals("greeter (LOADED)", greeter.toString());
                assertEquals(List.of(greeter), runtime.modules());
                greeter.unload();
                assertEquals(List.of(), runtime.modules());
                assertEquals(4, refused.get().size());
                assertTrue(
                        refused.get().stream().allMatch(errno -> errno == Errno.EBUSY || errno == Errno.ENOENT),
                        refused.toString());
            }
        }
    }

    @Test
    void aPlanDoesNotWaitForALoad() throws InterruptedException {
        CountDownLatch isComing = new CountDownLatch(1);
        CountDownLatch isPlanned = new CountDownLatch(1);
        AtomicReference<Boolean> waited = new AtomicReference<>(true);
        ModuleListener slow = new ModuleListener() {
            @Override
            public void coming(LiveModule module) {
                isComing.countDown();
                try {
                    waited.set(!isPlanned.await(20, TimeUnit.SECONDS));
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.synthetic())
                .listener(slow)
                .build()) {
            Thread load = new Thread(() -> runtime.load(BundledModules.file(TARGET + "greeter.ko")));
            load.start();
            isComing.await();
            for (String module : List.of("pairs", "greeter")) {
                byte[] file = BundledModules.file(TARGET + module + ".ko");
                runtime.plan(runtime.open(module, file, LoadPolicy.kernelExact()));
            }
            isPlanned.countDown();
            load.join();
            assertEquals(false, waited.get());
        }
    }
}
