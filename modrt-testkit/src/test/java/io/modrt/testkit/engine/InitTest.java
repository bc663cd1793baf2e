package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.InitException;
import io.modrt.error.StateException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModuleState;
import io.modrt.policy.Taint;
import io.modrt.testkit.FakeAllocator;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Init and exit functions, and the references that keep a module. */
class InitTest {
    private final FakeMemory memory = FakeMemory.zeroed();
    private final FakeAllocator allocator =
            FakeAllocator.overUsed(new AddressRange(Address.of(0xffff_8000_0800_0000L), 1 << 24));
    private final List<String> heard = new ArrayList<>();

    private static KernelModuleBuilder withInit(String name) {
        return Samples.exporter(name).initText(Samples.NOP).function("init_module", ".init.text", 0);
    }

    private static KernelModuleBuilder withBoth(String name) {
        return withInit(name).function("cleanup_module", ".text", 4);
    }

    private ModuleRuntime.Builder kernel() {
        return Samples.runtime().memory(memory).allocator(allocator);
    }

    /** A kernel whose init functions return {@code result}. */
    private ModuleRuntime returning(int result) {
        return kernel().executor((module, function) -> {
                    String what = module.initFunction().filter(function::equals).isPresent() ? "init" : "other";
                    heard.add(what + " of " + module + " at " + module.name() + "+"
                            + function.minus(module.address(what.equals("init") ? ".init.text" : ".text")
                                    .orElseThrow()));
                    return result;
                })
                .listener(new ModuleListener() {
                    @Override
                    public void coming(LiveModule module) {
                        heard.add("coming " + module);
                    }

                    @Override
                    public void live(LiveModule module) {
                        heard.add("live " + module);
                    }

                    @Override
                    public void going(LiveModule module) {
                        heard.add("going " + module);
                    }
                })
                .build();
    }

    @Test
    void anExecutorRunsInitWhileTheModuleComesAndExitWhileItGoes() {
        LiveModule module = returning(0).load(withBoth("guest").build());
        assertEquals(ModuleState.LIVE, module.state());
        assertTrue(module.isInitDropped());
        module.unload();

        assertEquals(
                List.of(
                        "coming guest (COMING)",
                        "init of guest (COMING) at guest+0",
                        "live guest (LIVE)",
                        "other of guest (GOING) at guest+4",
                        "going guest (GOING)"),
                heard);
        assertTrue(allocator.reserved().isEmpty());
    }

    @Test
    void aModuleWhoseInitFailsIsUnloadedAgain() {
        ModuleRuntime runtime = returning(-19);
        InitException failed = assertThrows(
                InitException.class, () -> runtime.load(withBoth("guest").build()));

        assertEquals(-19, failed.result());
        assertEquals(Errno.ENODEV, failed.errno());
        assertEquals("guest: its init function returned -19", failed.getMessage());
        assertEquals("going guest (GOING)", heard.get(heard.size() - 1));
        assertTrue(runtime.modules().isEmpty());
        assertTrue(allocator.reserved().isEmpty());
    }

    @Test
    void anErrorNumberThatDiffersBetweenArchitecturesIsToldAsItIs() {
        InitException failed = assertThrows(
                InitException.class,
                () -> returning(-145).load(withBoth("guest").build()));
        assertEquals(Errno.OTHER, failed.errno());
        assertEquals(-145, failed.result());
    }

    @Test
    void aPositiveResultIsWarnedOf() {
        LiveModule module = returning(3).load(withBoth("guest").build());
        assertEquals(ModuleState.LIVE, module.state());
        assertTrue(
                module.diagnostics().stream()
                        .anyMatch(line -> line.text()
                                .startsWith("do_init_module: 'guest'->init suspiciously returned 3, it should follow"
                                        + " 0/-E convention")),
                module.diagnostics().toString());
    }

    @Test
    void anExecutorThatThrowsRefusesTheModule() {
        IllegalStateException crash = new IllegalStateException("the emulator stopped");
        ModuleRuntime runtime = kernel().executor((module, function) -> {
                    throw crash;
                })
                .build();
        assertSame(
                crash,
                assertThrows(
                        IllegalStateException.class,
                        () -> runtime.load(withBoth("guest").build())));
        assertTrue(runtime.modules().isEmpty());
        assertTrue(allocator.reserved().isEmpty());
    }

    @Test
    void withoutAnExecutorAModuleIsLoadedUntilItsInitIsSaidToHaveRun() {
        ModuleRuntime runtime = kernel().build();
        LiveModule module = runtime.load(withBoth("guest").build());
        assertEquals(ModuleState.LOADED, module.state());
        runtime.load(Samples.importer("user", "guest_run").build());

        module.initialized(0);
        module.initialized(-1);
        assertEquals(ModuleState.LIVE, module.state());

        LiveModule second = runtime.load(withBoth("second").build());
        assertThrows(InitException.class, () -> second.initialized(-12));
        assertEquals(ModuleState.UNLOADED, second.state());
        assertEquals(
                Errno.EBUSY,
                assertThrows(StateException.class, () -> second.initialized(0)).errno());
    }

    @Test
    void aModuleThatIsComingIsOfUseToNobodyYet() {
        List<StateException> refused = new ArrayList<>();
        ModuleRuntime[] runtime = new ModuleRuntime[1];
        runtime[0] = kernel().executor((module, function) -> {
                    refused.add(assertThrows(
                            StateException.class,
                            () -> runtime[0].load(
                                    Samples.importer("user", "guest_run").build())));
                    refused.add(assertThrows(StateException.class, module::unload));
                    refused.add(assertThrows(StateException.class, runtime[0]::close));
                    refused.add(assertThrows(
                            StateException.class,
                            () -> runtime[0].load(Samples.module("guest").build())));
                    runtime[0].load(Samples.module("another").build());
                    return 0;
                })
                .build();
        runtime[0].load(withInit("guest").build());

        assertEquals(
                List.of(Errno.EBUSY, Errno.EBUSY, Errno.EBUSY, Errno.EBUSY),
                refused.stream().map(StateException::errno).toList());
        assertEquals(
                List.of("user: gave up waiting for init of module guest.", "user: Unknown symbol guest_run (err -16)"),
                refused.get(0).kernelMessage().orElseThrow().lines().toList());
        assertEquals(2, runtime[0].modules().size());
    }

    @Test
    void whatGoesCannotBeUsed() {
        List<Errno> refused = new ArrayList<>();
        ModuleRuntime runtime = kernel().build();
        runtime.listen(new ModuleListener() {
            @Override
            public void going(LiveModule module) {
                refused.add(assertThrows(
                                StateException.class,
                                () -> runtime.load(
                                        Samples.importer("user", "guest_run").build()))
                        .errno());
                refused.add(assertThrows(StateException.class, module::acquire).errno());
                refused.add(assertThrows(StateException.class, module::unload).errno());
            }
        });
        runtime.load(withBoth("guest").build()).unload();
        assertEquals(List.of(Errno.ENOENT, Errno.ENOENT, Errno.EBUSY), refused);
        assertTrue(runtime.modules().isEmpty());
    }

    @Test
    void aReferenceKeepsAModule() {
        ModuleRuntime runtime = kernel().build();
        LiveModule module = runtime.load(withBoth("guest").build());
        assertThrows(IllegalStateException.class, module::release);
        module.acquire();
        module.acquire();
        assertEquals(2, module.references());
        StateException refused = assertThrows(StateException.class, module::unload);
        assertEquals(Errno.EWOULDBLOCK, refused.errno());
        assertEquals("guest: 2 references to it are held; release them first", refused.getMessage());
        module.release();
        module.release();
        module.unload();
        assertFalse(runtime.taints().contains(Taint.FORCED_UNLOAD));
    }

    @Test
    void forceUnloadsWhatIsHeldOrPermanentAndTaintsTheKernel() {
        ModuleRuntime runtime = kernel().build();
        LiveModule held = runtime.load(withBoth("held").build());
        held.acquire();
        held.forceUnload();
        assertTrue(runtime.taints().contains(Taint.FORCED_UNLOAD));

        LiveModule permanent = runtime.load(withInit("permanent").build());
        assertTrue(permanent.isPermanent());
        assertEquals(
                Errno.EBUSY,
                assertThrows(StateException.class, permanent::unload).errno());
        permanent.forceUnload();
        assertTrue(runtime.modules().isEmpty());
    }

    @Test
    void whatIsUsedGoesByNoForce() {
        ModuleRuntime runtime = kernel().build();
        LiveModule lender = runtime.load(withBoth("lender").build());
        runtime.load(Samples.importer("user", "lender_run").build());
        assertEquals(
                Errno.EWOULDBLOCK,
                assertThrows(StateException.class, lender::forceUnload).errno());
    }

    @Test
    void aKernelThatCannotBeForcedKeepsAPermanentModuleUntilItCloses() {
        KernelProfile unforced =
                KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC).with(ConfigOption.MODULE_FORCE_UNLOAD, false);
        ModuleRuntime runtime = kernel().profile(unforced).build();
        LiveModule permanent = runtime.load(withInit("permanent").build());
        assertEquals(
                Errno.EBUSY,
                assertThrows(StateException.class, permanent::forceUnload).errno());
        runtime.close();
        assertEquals(ModuleState.UNLOADED, permanent.state());
    }

    @Test
    void unloadingWhatIsNotThereIsRefused() {
        StateException refused =
                assertThrows(StateException.class, () -> kernel().build().unload("nothing"));
        assertEquals(Errno.ENOENT, refused.errno());
    }

    @Test
    void listenersOfHigherPriorityAreCalledFirst() {
        ModuleRuntime runtime = kernel().listener(named("low"))
                .listener(named("high"), 2)
                .listener(named("middle"), 1)
                .build();
        runtime.listen(named("second high"), 2);
        runtime.load(Samples.module("guest").build());
        assertEquals(List.of("high", "second high", "middle", "low"), heard);
    }

    private ModuleListener named(String name) {
        return new ModuleListener() {
            @Override
            public void coming(LiveModule module) {
                heard.add(name);
            }
        };
    }

    @Test
    void aListenerThatFailsDoesNotKeepAModuleThatGoes() {
        ModuleRuntime runtime = kernel().listener(new ModuleListener() {
                    @Override
                    public void going(LiveModule module) {
                        throw new IllegalStateException("not now");
                    }
                })
                .listener(new ModuleListener() {
                    @Override
                    public void going(LiveModule module) {
                        heard.add("going");
                    }
                })
                .build();
        LiveModule module = runtime.load(withBoth("guest").build());
        assertEquals(
                "not now",
                assertThrows(IllegalStateException.class, module::unload).getMessage());
        assertEquals(List.of("going"), heard);
        assertEquals(ModuleState.UNLOADED, module.state());
        assertTrue(allocator.reserved().isEmpty());
    }

    @Test
    void freedMemoryIsWiped() {
        ModuleRuntime runtime = kernel().build();
        LiveModule module =
                runtime.load(Samples.module("guest").text(Samples.NOP).build());
        Address text = module.address(".text").orElseThrow();
        assertEquals((byte) 0x1f, memory.bytes(text, 1)[0]);
        module.unload();
        assertEquals(0, memory.bytes(text, 1)[0]);
    }
}
