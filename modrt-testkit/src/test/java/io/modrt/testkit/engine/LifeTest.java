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
import io.modrt.error.LayoutException;
import io.modrt.error.ModrtException;
import io.modrt.error.StateException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModuleState;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.FakeAllocator;
import io.modrt.testkit.FakeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A module's way from file to memory and out again, step by step. */
class LifeTest {
    private final FakeMemory memory = FakeMemory.filledWith(0x5a);
    private final FakeAllocator allocator =
            FakeAllocator.overUsed(new AddressRange(Address.of(0xffff_8000_0800_0000L), 1 << 24));
    private final List<String> heard = new ArrayList<>();
    private final ModuleListener listener = new ModuleListener() {
        @Override
        public void coming(LiveModule module) {
            heard.add("coming " + module);
            if (module.name().equals("unwanted")) {
                throw new IllegalStateException("not here");
            }
        }

        @Override
        public void live(LiveModule module) {
            heard.add("live " + module);
        }

        @Override
        public void initDropped(LiveModule module) {
            heard.add("init dropped " + module);
        }

        @Override
        public void going(LiveModule module) {
            heard.add("going " + module);
        }
    };
    private final ModuleRuntime runtime = Samples.runtime()
            .memory(memory)
            .allocator(allocator)
            .listener(listener)
            .build();

    @Test
    void aListenerHearsOfEachStepInOrder() {
        LiveModule module = runtime.load(Samples.file(Samples.module("guest")));
        module.dropInit();
        module.unload();

        assertEquals(
                List.of(
                        "coming guest (COMING)",
                        "live guest (LIVE)",
                        "init dropped guest (LIVE)",
                        "going guest (GOING)"),
                heard);
        assertEquals(ModuleState.UNLOADED, module.state());
    }

    @Test
    void aListenerThatRefusesLeavesNothingBehind() {
        Map<Long, String> before = memory.contents();

        IllegalStateException refused = assertThrows(
                IllegalStateException.class, () -> runtime.load(Samples.file(Samples.exporter("unwanted"))));

        assertEquals("not here", refused.getMessage());
        assertEquals(List.of("coming unwanted (COMING)", "going unwanted (GOING)"), heard);
        assertTrue(runtime.modules().isEmpty());
        assertTrue(allocator.reserved().isEmpty());
        assertThrows(
                UnresolvedSymbolsException.class,
                () -> runtime.load(Samples.file(Samples.importer("user", "unwanted_run"))));
        assertEquals(before, memory.contents());
    }

    @Test
    void droppingInitFreesTheInitRegionOnce() {
        LiveModule module = runtime.load(Samples.file(Samples.module("guest").initText(Samples.NOP)));
        AddressRange init = module.placed().range(RegionKind.INIT).orElseThrow();
        assertTrue(allocator.reserved().contains(init));

        module.dropInit();
        module.dropInit();

        assertFalse(allocator.reserved().contains(init));
        assertEquals(1, allocator.reserved().size());
    }

    @Test
    void aModuleInUseStays() {
        LiveModule lender = runtime.load(Samples.file(Samples.exporter("lender")));
        LiveModule user = runtime.load(Samples.file(Samples.importer("user", "lender_run")));

        StateException refused = assertThrows(StateException.class, lender::unload);
        assertEquals(Errno.EWOULDBLOCK, refused.errno());
        assertTrue(refused.getMessage().contains("user"), refused.getMessage());

        user.unload();
        lender.unload();
        assertTrue(allocator.reserved().isEmpty());
    }

    @Test
    void closingARuntimeUnloadsUsersFirst() {
        runtime.load(Samples.file(Samples.exporter("lender")));
        runtime.load(Samples.file(Samples.importer("user", "lender_run")));
        heard.clear();

        runtime.close();

        assertEquals(List.of("going user (GOING)", "going lender (GOING)"), heard);
        assertTrue(allocator.reserved().isEmpty());
    }

    @Test
    void aNameIsLoadedOnce() {
        runtime.load(Samples.file(Samples.module("guest")));

        StateException refused =
                assertThrows(StateException.class, () -> runtime.load(Samples.file(Samples.module("guest"))));
        assertEquals(Errno.EEXIST, refused.errno());
        assertEquals(1, runtime.modules().size());
    }

    @Test
    void aStepThatFailsLeavesItsInputUsable() {
        try (PlacedModule placed = runtime.plan(Samples.file(Samples.importer("user", "lender_run")))
                .place()) {
            assertThrows(UnresolvedSymbolsException.class, placed::resolve);

            LiveModule lender = runtime.load(Samples.file(Samples.exporter("lender")));
            LiveModule user = placed.resolve().relocate().commit();

            assertEquals(List.of(lender), user.uses());
            assertSame(placed, user.placed());
        }
        assertTrue(runtime.module("user").isPresent());
    }

    @Test
    void onePlanCanBePlacedTwice() {
        var plan = runtime.plan(Samples.file(Samples.module("guest")));
        try (PlacedModule here = plan.place();
                PlacedModule there = plan.place()) {
            assertFalse(here.range(RegionKind.CORE)
                    .orElseThrow()
                    .overlaps(there.range(RegionKind.CORE).orElseThrow()));
            RelocatedModule first = here.resolve().relocate();
            RelocatedModule second = there.resolve().relocate();
            first.commit();
            assertThrows(StateException.class, second::commit);
            assertThrows(IllegalStateException.class, first::commit);
        }
        assertEquals(2, allocator.reserved().size());
    }

    @Test
    void whatWasClosedCannotBeCommitted() {
        PlacedModule placed =
                runtime.plan(Samples.file(Samples.module("guest"))).place();
        RelocatedModule relocated = placed.resolve().relocate();
        placed.close();

        assertThrows(IllegalStateException.class, relocated::commit);
        assertTrue(memory.writes().isEmpty());
    }

    @Test
    void aModuleResolvedAgainstOneThatLeftIsResolvedAgain() {
        LiveModule lender = runtime.load(Samples.file(Samples.exporter("lender")));
        try (PlacedModule placed = runtime.plan(Samples.file(Samples.importer("user", "lender_run")))
                .place()) {
            RelocatedModule relocated = placed.resolve().relocate();
            lender.unload();
            StateException refused = assertThrows(StateException.class, relocated::commit);
            assertEquals(Errno.ENOENT, refused.errno());
        }
    }

    @Test
    void askingWhyALoadWouldFailChangesNothing() {
        Optional<ModrtException> reason = runtime.refusal(
                Samples.file(Samples.importer("user", "nowhere")), Placement.allocated(), LoadPolicy.kernelExact());
        Optional<ModrtException> none =
                runtime.refusal(Samples.file(Samples.module("guest")), Placement.allocated(), LoadPolicy.kernelExact());

        assertTrue(reason.orElseThrow() instanceof UnresolvedSymbolsException);
        assertTrue(none.isEmpty());
        assertTrue(allocator.reserved().isEmpty());
        assertTrue(memory.writes().isEmpty());
    }

    @Test
    void aFirstLoadThatFailsDoesNotSettleWhichKernelItIs() {
        ModuleRuntime fresh = Samples.runtime().build();
        assertThrows(
                UnresolvedSymbolsException.class,
                () -> fresh.load(Samples.file(
                        Samples.importer("user", "nowhere").vermagic("5.10.0 SMP mod_unload modversions "))));

        LiveModule guest = fresh.load(Samples.file(Samples.module("guest")));

        assertEquals("6.1", fresh.profile().orElseThrow().version().toString().substring(0, 3));
        assertEquals(ModuleState.LOADED, guest.state());
    }

    @Test
    void ofTwoPlansForDifferentKernelsTheFirstToCommitDecides() {
        ModuleRuntime fresh = Samples.runtime().build();
        var older = fresh.plan(Samples.file(Samples.module("older").vermagic("5.10.0 SMP mod_unload modversions ")));
        fresh.load(Samples.file(Samples.module("guest")));

        try (PlacedModule placed = older.place()) {
            RelocatedModule relocated = placed.resolve().relocate();
            StateException refused = assertThrows(StateException.class, relocated::commit);
            assertEquals(Errno.ENOEXEC, refused.errno());
        }
    }

    @Test
    void aPlaceThatAModuleHasIsNotGivenAgain() {
        AddressRange first = new AddressRange(Address.of(0xffff_8000_0800_0000L), 0x1000);
        Placement there = Placement.regions(Map.of(
                RegionKind.CORE, first.start(), RegionKind.INIT, first.start().plus(0x10_0000)));
        LiveModule fixed = runtime.load(Samples.file(Samples.module("fixed")), there, LoadPolicy.kernelExact());

        LayoutException refused = assertThrows(
                LayoutException.class,
                () -> runtime.load(Samples.file(Samples.module("second")), there, LoadPolicy.kernelExact()));
        assertTrue(refused.beyondKernel());
        assertTrue(refused.getMessage().contains("fixed"), refused.getMessage());

        LiveModule third = runtime.load(Samples.file(Samples.module("third")));
        assertFalse(third.placed()
                .range(RegionKind.CORE)
                .orElseThrow()
                .overlaps(fixed.placed().range(RegionKind.CORE).orElseThrow()));

        fixed.unload();
        runtime.load(Samples.file(Samples.module("second")), there, LoadPolicy.kernelExact());
    }

    @Test
    void anObservedSectionKeepsItsAlignment() {
        ModuleFile file = Samples.file(Samples.module("seen"));
        int text = file.elf().section(".text").orElseThrow().index();
        Placement odd = Placement.sections(
                Map.of(text, Address.of(0x4000_1001L)),
                Map.of(RegionKind.INIT, new AddressRange(Address.of(0x5000_0000L), 0x1000)));

        assertThrows(LayoutException.class, () -> runtime.plan(file).place(odd));
    }
}
