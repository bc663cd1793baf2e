package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.BundledModules;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whichever call of the target's memory fails, and whatever it raises, a switch is done or not done, never half done. */
class FaultSweepTest {
    private static final Address TRACER = Address.of(0xc012_3450L);
    private static final Address OTHER = Address.of(0xc012_3460L);
    private static final int MOST_CALLS = 10_000;

    /** What a call raises: the error of memory, another exception, an error. */
    private static final List<Supplier<Throwable>> RAISED = List.of(
            () -> new MemoryException(Refusal.of(Errno.EFAULT, "unmapped")),
            () -> new UnsupportedOperationException("a slip"),
            () -> new AssertionError("a slip that is an error"));

    /** What is done before the faults, and what is done under them. */
    private static final Map<String, List<Consumer<Scene>>> OPERATIONS = Map.of(
            "trace", List.of(scene -> {}, scene -> scene.ftrace.trace("*", TRACER)),
            "untrace", List.of(scene -> scene.ftrace.trace("*", TRACER), scene -> scene.ftrace.untrace(TRACER)),
            "replace", List.of(scene -> scene.ftrace.trace("*", TRACER), scene -> scene.ftrace.replace(TRACER, OTHER)),
            "redirect",
                    List.of(
                            scene -> {},
                            scene -> scene.ftrace.redirect(scene.ftrace.sites().get(0), OTHER)),
            "restore",
                    List.of(
                            scene -> scene.ftrace.redirect(scene.ftrace.sites().get(0), OTHER),
                            scene -> scene.ftrace.restore(scene.ftrace.sites().get(0))),
            "list function",
                    List.of(
                            scene -> scene.ftrace.listFunction(OTHER).trace("*", TRACER),
                            scene -> scene.ftrace.trace("*", TRACER.plus(0x100))),
            "close", List.of(scene -> scene.ftrace.trace("*", TRACER), scene -> scene.ftrace.close()));

    /** A runtime with one module, whose memory may fail. */
    private static final class Scene {
        private final FaultyMemory memory = new FaultyMemory();
        private final ModuleRuntime runtime = ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.synthetic())
                .memory(memory)
                .policy(LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(2))
                .build();
        private final LiveModule module;
        private final Ftrace ftrace;

        Scene(String path) {
            module = runtime.load(BundledModules.file(path));
            ftrace = Ftrace.attach(runtime);
        }

        /** All that can be seen: the sites, the trampolines, the module's memory. */
        String state() {
            StringBuilder state = new StringBuilder().append(ftrace.sites()).append(ftrace.trampolines());
            module.placed().plan().regions().forEach(region -> {
                byte[] bytes = new byte[(int) region.sizeBytes()];
                memory.read(module.placed().range(region.kind()).orElseThrow().start(), bytes, 0, bytes.length);
                state.append(HexFormat.of().formatHex(bytes));
            });
            return state.toString();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mips-o32-be-r2/greeter.ko",
        "mips-n64-le-r2/greeter.ko",
        "parisc-32/greeter.ko",
        "parisc-64/greeter.ko",
        "mips-o32-le-r2/farcall.ko"
    })
    void everyCallThatFailsLeavesAllAsItWas(String path) {
        int[] faults = {0};
        OPERATIONS.forEach((name, steps) -> RAISED.forEach(raised -> faults[0] += sweep(path, name, steps, raised)));
        assertTrue(faults[0] > 60, faults[0] + " faults");
    }

    private static int sweep(String path, String name, List<Consumer<Scene>> steps, Supplier<Throwable> raised) {
        Scene well = new Scene(path);
        steps.get(0).accept(well);
        steps.get(1).accept(well);
        String after = well.state();
        for (int n = 1; n < MOST_CALLS; n++) {
            Scene scene = new Scene(path);
            steps.get(0).accept(scene);
            String before = scene.state();
            scene.memory.failAt(n, raised);
            Throwable seen = null;
            try {
                steps.get(1).accept(scene);
            } catch (RuntimeException | Error failure) {
                seen = failure;
            }
            if (!scene.memory.heal()) {
                assertEquals(after, scene.state(), name + ", undisturbed");
                return n - 1;
            }
            String what = name + ", call " + n + ", which raises " + raised.get();
            assertTrue(seen != null, what + " went unheard");
            assertEquals(before, scene.state(), what);
            steps.get(1).accept(scene);
            assertEquals(after, scene.state(), what + ", then again");
        }
        throw new AssertionError("never ends");
    }

    @Test
    void aSwitchCannotBeMadeFromWithinOneNorModulesComeAndGo() {
        Scene scene = new Scene("mips-o32-be-r2/greeter.ko");
        for (Runnable nested : List.<Runnable>of(
                () -> scene.ftrace.trace("*", OTHER),
                () -> scene.ftrace.untrace(TRACER),
                scene.ftrace::close,
                scene.module::unload,
                scene.runtime::close,
                () -> scene.runtime.load(BundledModules.file("mips-o32-be-r2/farcall.ko")))) {
            String before = scene.state();
            AtomicReference<StateException> refused = new AtomicReference<>();
            scene.memory.atNextWrite(() -> refused.set(assertThrows(StateException.class, nested::run)));
            scene.ftrace.trace("*", TRACER);
            assertEquals(Errno.EBUSY, refused.get().errno());
            scene.ftrace.untrace(TRACER);
            assertEquals(before, scene.state());
        }
    }

    /** The two took each other's lock first: a load the runtime's, then the tracer's; a switch the tracer's, then the runtime's. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void switchesAndLoadsTakeTheirLocksInOneOrder() throws InterruptedException {
        Scene scene = new Scene("mips-o32-be-r2/greeter.ko");
        Thread loads = new Thread(() -> {
            for (int i = 0; i < 200; i++) {
                scene.runtime
                        .load(BundledModules.file("mips-o32-be-r2/farcall.ko"))
                        .unload();
            }
        });
        loads.start();
        int refusals = 0;
        for (int i = 0; i < 200; i++) {
            scene.memory.atNextWrite(() -> {
                scene.runtime.modules();
                scene.ftrace.sites();
            });
            try {
                scene.ftrace.trace("*", TRACER).untrace(TRACER);
            } catch (StateException busy) {
                refusals++;
            }
        }
        loads.join();
        assertEquals(0, refusals);
        assertEquals(
                List.of("greeter (LOADED)"),
                scene.runtime.modules().stream().map(Object::toString).toList());
    }
}
