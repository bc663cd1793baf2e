package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Jimfs;
import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.LayoutException;
import io.modrt.error.Rule;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the steps of a load say of themselves, and what they refuse. */
class StepsTest {
    private static final Address CORE = Address.of(0xffff_8000_0800_0000L);
    private static final Address INIT = Address.of(0xffff_8000_0810_0000L);

    private final ModuleRuntime runtime = Samples.runtime().build();

    @Test
    void eachStepTellsWhatItIs() {
        // .text and .data, 4 and 8 bytes; __this_module and the symbol tables make the rest of the regions
        LayoutPlan plan = runtime.plan(Samples.file(Samples.module("guest")));
        String regions = plan.regions().toString();
        assertEquals("guest for " + plan.profile() + ": " + regions, plan.toString());
        assertTrue(regions.startsWith("[CORE of "), regions);

        try (PlacedModule placed =
                plan.place(Placement.regions(Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT)))) {
            String where = placed.toString();
            assertTrue(where.startsWith("guest at CORE [0xffff800008000000, 0xffff80000800"), where);
            assertTrue(where.contains(", INIT [0xffff800008100000, 0xffff80000810"), where);
            ResolvedModule resolved = placed.resolve();
            assertEquals(where + ", 0 imports bound", resolved.toString());
            assertEquals(where + ", relocated, 0 stubs", resolved.relocate().toString());
        }
    }

    /** Memory on the heap keeps the arrays that a commit gives it, and changes them. */
    @Test
    void theRelocatedBytesStayWhatTheyAreAfterTheCommit() {
        try (PlacedModule placed =
                runtime.plan(Samples.file(Samples.module("guest"))).place()) {
            RelocatedModule relocated = placed.resolve().relocate();
            byte[] before = relocated.bytes(RegionKind.CORE);
            LiveModule module = relocated.commit();
            Address data = module.address(".data").orElseThrow();
            runtime.memory().write(data, new byte[] {1, 2, 3, 4}, 0, 4);

            assertArrayEquals(before, relocated.bytes(RegionKind.CORE));
            byte[] now = new byte[4];
            runtime.memory().read(data, now, 0, now.length);
            assertArrayEquals(new byte[] {1, 2, 3, 4}, now);
        }
    }

    @Test
    void aSectionOfAnotherFileIsNotTakenForOneOfThis() {
        Section foreign =
                Samples.file(Samples.module("other")).elf().section(".text").orElseThrow();
        LayoutPlan plan = runtime.plan(Samples.file(Samples.module("guest")));
        try (PlacedModule placed = plan.place()) {
            RelocatedModule relocated = placed.resolve().relocate();
            for (Executable use : List.<Executable>of(
                    () -> plan.region(foreign),
                    () -> plan.regionOffset(foreign),
                    () -> placed.address(foreign),
                    () -> relocated.bytes(foreign),
                    () -> relocated.relocated(foreign))) {
                assertEquals(
                        foreign + " is not a section of this file of guest",
                        assertThrows(IllegalArgumentException.class, use).getMessage());
            }
        }
    }

    @Test
    void aPolicyTellsWhatItIs() {
        assertEquals(
                "LoadPolicy[stubs=SHARED, trampolines=1, relaxed=[VERMAGIC], onFailure=STOP, strict=false]",
                LoadPolicy.kernelExact()
                        .stubs(StubPolicy.SHARED)
                        .trampolines(1)
                        .relaxed(Rule.VERMAGIC)
                        .toString());
    }

    @Test
    void whatIsClosedOrLiveAlreadyCannotBeCommitted() {
        PlacedModule placed =
                runtime.plan(Samples.file(Samples.module("guest"))).place();
        RelocatedModule relocated = placed.resolve().relocate();
        placed.close();
        assertEquals(
                "guest: this placement is CLOSED; place it again",
                assertThrows(IllegalStateException.class, relocated::commit).getMessage());

        RelocatedModule again = runtime.plan(Samples.file(Samples.module("guest")))
                .place()
                .resolve()
                .relocate();
        LiveModule guest = again.commit();
        assertEquals(
                "guest: this placement is COMMITTED; place it again",
                assertThrows(IllegalStateException.class, again::commit).getMessage());
        assertEquals(List.of(guest), runtime.modules());
    }

    @Test
    void aRegionThatThePlanLacksIsNotPlaced() {
        LayoutPlan plan = runtime.plan(Samples.file(Samples.module("guest")));
        Placement more = Placement.regions(
                Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT, RegionKind.TEXT, INIT.plus(0x10_0000)));

        LayoutException refused = assertThrows(LayoutException.class, () -> plan.place(more));

        assertEquals("guest: there is no region TEXT, the layout has [CORE, INIT]", refused.getMessage());
    }

    @Test
    void aFileIsLoadedFromAnyFileSystemUnderAPolicyOfItsOwn() throws IOException {
        KernelModuleBuilder older = Samples.module("older").vermagic("5.10.0 SMP mod_unload modversions ");
        runtime.load(Samples.file(Samples.module("guest")));
        try (FileSystem memory = Jimfs.newFileSystem()) {
            Path file = Files.write(memory.getPath("/older.ko"), older.build());

            LiveModule loaded = runtime.load(file, LoadPolicy.kernelExact().relaxed(Rule.VERMAGIC));

            // what is relaxed already is not advised
            List<String> relaxed = loaded.diagnostics().stream()
                    .filter(diagnostic -> diagnostic.kind() == Diagnostic.Kind.RELAXED_RULE)
                    .map(Diagnostic::text)
                    .toList();
            assertEquals(
                    List.of("version magic '5.10.0 SMP mod_unload modversions ' should be '"
                            + KernelModuleBuilder.VERMAGIC + "'"),
                    relaxed);
        }
    }

    /** The kernel looks at a file's machine before it looks for a module in it. */
    @Test
    void aFileForAnotherMachineIsRefusedForThat() {
        byte[] foreign = ElfBuilder.relocatable(ElfTarget.MIPS_O32_BE).build();
        FormatException first = assertThrows(FormatException.class, () -> runtime.load(foreign));
        assertEquals(Errno.ENOEXEC, first.errno());
        assertTrue(first.getMessage().contains("no architecture takes machine 8,"), first.getMessage());
        assertTrue(
                first.getMessage()
                        .endsWith(
                                "; machine 8 needs io.modrt:modrt-mips on the class path or module path, in the version of"
                                        + " this artifact"),
                first.getMessage());
        byte[] unknown = ElfBuilder.relocatable(ElfTarget.RISCV_64).build();
        String none =
                assertThrows(FormatException.class, () -> runtime.load(unknown)).getMessage();
        assertTrue(none.endsWith("; modrt has no artifact for it; write one against io.modrt.spi"), none);

        runtime.load(Samples.file(Samples.module("guest")));
        FormatException second = assertThrows(FormatException.class, () -> runtime.load(foreign));
        assertTrue(second.getMessage().contains("machine 8, ELF32"), second.getMessage());
        assertTrue(second.getMessage().contains("is not for this "), second.getMessage());

        byte[] plain = ElfBuilder.relocatable(ElfTarget.AARCH64_LE).build();
        assertFalse(assertThrows(FormatException.class, () -> runtime.load(plain))
                .getMessage()
                .contains("machine"));
    }
}
