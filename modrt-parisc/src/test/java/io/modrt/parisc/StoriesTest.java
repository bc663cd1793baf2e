package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Reach;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.BundledModules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The failures that were reported in 2008, and their cures, with the bundled modules. */
class StoriesTest {
    private static final Address CORE = Address.of(0x0081_0000);
    private static final Address INIT = Address.of(0x0091_0000);

    private static ModuleRuntime kernel(KernelProfile profile, long image) {
        AddressRange area = new AddressRange(Address.of(image), 1 << 20);
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.synthetic(area, 64))
                .build();
    }

    private static RelocatedModule relocate(ModuleFile file, KernelProfile profile, StubPolicy stubs) {
        try (ModuleRuntime runtime = kernel(profile, 0x1010_0000)) {
            LayoutPlan plan = runtime.plan(file, LoadPolicy.kernelExact().stubs(stubs));
            boolean hasInit = plan.regions().size() > 1;
            Placement placement = Placement.regions(
                    hasInit ? Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT) : Map.of(RegionKind.CORE, CORE));
            return plan.place(placement).resolve().relocate();
        }
    }

    /**
     * There are ten stubs; nine are at the head of core, 72 bytes. Each of the three sections has 0x18040 bytes, so the last begins at
     * 0x48 + 0x30080. Its second branch, to bulky_bmap through the eighth stub, is 0x18024 bytes further: 0x810038 - 0x8580ec - 8 =
     * -0x480bc bytes, -0x1202f words; the low 30 bits of that are 0x3ffedfd1.
     */
    @Test
    void until2_6_28ALargeModuleDoesNotReachItsStubs() {
        ModuleFile bulky = ModuleFile.open(BundledModules.file("parisc-32/bulky.ko.xz"));
        RelocationException refused = assertThrows(
                RelocationException.class, () -> relocate(bulky, Loads.LINUX_2_6_28, StubPolicy.KERNEL_EXACT));
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(
                Optional.of("module bulky relocation of symbol bulky_bmap is out of range (0x3ffedfd1 in 17 bits)"),
                refused.kernelMessage());
    }

    @Test
    void since2_6_29ItLoadsAndSaysHowCloseItIs() {
        ModuleFile bulky = ModuleFile.open(BundledModules.file("parisc-32/bulky.ko.xz"));
        RelocatedModule relocated = relocate(bulky, Loads.LINUX_2_6_29, StubPolicy.KERNEL_EXACT);

        // A section has 3 branches and room for 4 stubs. The branch to the next section needs none, so the third branch
        // takes the second stub: -0x20 + 8 - 0x1802c - 8. In the last section it takes the third, 8 bytes nearer.
        Reach tightest = relocated.reach().tightest().orElseThrow();
        assertEquals(
                "R_PARISC_PCREL17F against bulky_btree_read_bufs by a stub at .text.bulky_bmap+0x1802c: -0x1804c within"
                        + " [-0x40000, 0x3fffc], 163764 bytes left, 37.5 % used",
                tightest.toString());
        // two stubs in front of each of the first two sections, three in front of the last, one in front of .init.text
        assertEquals(8, relocated.stubs().size());
        assertSizesAreTheFiles(relocated);
    }

    /** In 2008, changed section sizes broke lsmod and dependencies; sizes are those of the file, whatever is in front or behind. */
    private static void assertSizesAreTheFiles(RelocatedModule relocated) {
        LayoutPlan plan = relocated.resolved().placed().plan();
        for (Section section : plan.file().elf().sections()) {
            if (plan.region(section).isPresent()) {
                assertEquals(section.sizeBytes(), relocated.bytes(section).length, section::where);
            }
        }
    }

    @Test
    void aSectionLargerThanTheReachLoadsWithStubsOnBothSidesAlone() {
        ModuleFile vast = ModuleFile.open(BundledModules.file("parisc-32/vast.ko.xz"));
        RelocationException refused = assertThrows(
                RelocationException.class, () -> relocate(vast, Loads.LINUX_2_6_29, StubPolicy.KERNEL_EXACT));
        assertTrue(String.valueOf(refused.getMessage()).contains("StubPolicy.FURTHER_REACH"), refused::getMessage);
        assertThrows(RelocationException.class, () -> relocate(vast, Loads.LINUX_2_6_29, StubPolicy.SHARED));

        RelocatedModule relocated = relocate(vast, Loads.LINUX_2_6_29, StubPolicy.FURTHER_REACH);
        assertEquals(3, relocated.stubs().size());
        long text = relocated
                .resolved()
                .placed()
                .address(vast.elf().section(".text").orElseThrow())
                .orElseThrow()
                .value();
        long end = text + vast.elf().section(".text").orElseThrow().sizeBytes();
        assertEquals(
                List.of(true, false, false),
                relocated.stubs().stream()
                        .map(stub -> stub.address().value() < text)
                        .toList());
        assertTrue(relocated.stubs().get(1).address().value() >= end);
        assertSizesAreTheFiles(relocated);
    }

    @ParameterizedTest
    @CsvSource({
        "KERNEL_EXACT,  2.6.29",
        "SHARED,        2.6.29",
        "FURTHER_REACH, 2.6.29",
        "KERNEL_EXACT,  6.1",
        "SHARED,        6.1",
        "FURTHER_REACH, 6.1"
    })
    void eachPolicyLoadsWhatTheKernelLoads(StubPolicy policy, String kernel) {
        KernelProfile profile = kernel.equals("6.1") ? Loads.LINUX_6_1 : Loads.LINUX_2_6_29;
        RelocatedModule relocated =
                relocate(ModuleFile.open(BundledModules.file("parisc-32/bulky.ko.xz")), profile, policy);
        assertSizesAreTheFiles(relocated);
    }

    /** On 64 bit an export has the address of a descriptor, and calls go through it; the address of the code is known too. */
    @Test
    void modulesCallOneAnotherThroughDescriptors() {
        try (ModuleRuntime runtime = kernel(Loads.LINUX_6_1.with(ConfigOption.MODVERSIONS, false), 0x4010_0000)) {
            LoadPolicy otherBuild = LoadPolicy.kernelExact().relaxed(Rule.VERMAGIC);
            LiveModule greeter = runtime.load(ModuleFile.open(BundledModules.file("parisc-64/greeter.ko")), otherBuild);
            LiveModule visitor = runtime.load(ModuleFile.open(BundledModules.file("parisc-64/visitor.ko")), otherBuild);

            KernelSymbol greet = export(greeter, "greet");
            Address code = greeter.symbol("greet").orElseThrow().address();
            assertEquals(Optional.of(code), greet.code());
            assertEquals(code.value(), doubleword(runtime, greet.value().plus(16)));
            long gp = greeter.placed()
                    .range(RegionKind.CORE)
                    .orElseThrow()
                    .start()
                    .value();
            assertEquals(gp, doubleword(runtime, greet.value().plus(24)));
            assertEquals(Optional.empty(), export(greeter, "greeter_count").code());

            // visitor's stub for greet loads the address of that descriptor from a slot of visitor's GOT
            assertTrue(visitor.stubs().stream().anyMatch(stub -> stub.target().equals(greet.value())));
        }
    }

    /** The bundled greeter, on a machine with one CPU under QEMU. */
    @ParameterizedTest
    @CsvSource({"parisc-32", "parisc-64"})
    void tablesAreFinishedForTheMachine(String target) {
        KernelProfile profile = Loads.LINUX_6_1
                .with(ConfigOption.JUMP_LABEL, true)
                .withMachine(MachineFacts.of(1).withFeatures("qemu"));
        try (ModuleRuntime runtime = kernel(profile, target.equals("parisc-32") ? 0x1010_0000 : 0x4010_0000)) {
            LiveModule greeter = runtime.load(BundledModules.file(target + "/greeter.ko"));
            Address branch = greeter.symbol("greeter_branch").orElseThrow().address();
            // nop, nop, b,n, and two words for each of two returns; then a sync, which one CPU does not need;
            // then pdtlb and sync, which QEMU skips with a branch over one word
            assertEquals(0x0800_0240, word(runtime, branch.plus(28)));
            assertEquals(0xe800_0002, word(runtime, branch.plus(32)));
            assertEquals(0x0000_0400, word(runtime, branch.plus(36)));

            Address unwind = greeter.address(".PARISC.unwind").orElseThrow();
            long size =
                    greeter.file().elf().section(".PARISC.unwind").orElseThrow().sizeBytes();
            for (int entry = 16; entry < size; entry += 16) {
                assertTrue(word(runtime, unwind.plus(entry)) > word(runtime, unwind.plus(entry - 16)));
            }

            // sorted by key: greeter_quiet, the jump, comes first; its branch bit stays; its key points to it
            boolean isWide = target.equals("parisc-64");
            Address table = greeter.address("__jump_table").orElseThrow();
            Address quiet = greeter.symbol("greeter_quiet").orElseThrow().address();
            assertEquals(branch.plus(8), table.plus(word(runtime, table)));
            assertEquals(
                    quiet.plus(1),
                    table.plus(8 + (isWide ? doubleword(runtime, table.plus(8)) : word(runtime, table.plus(8)))));
            assertEquals(table.value(), isWide ? doubleword(runtime, quiet.plus(8)) : word(runtime, quiet.plus(4)));

            // exception entries are sorted by address; the third word of each moves with it
            Address exceptions = greeter.address("__ex_table").orElseThrow();
            Address peek = greeter.symbol("greeter_peek").orElseThrow().address();
            for (int i = 0; i < 3; i++) {
                Address entry = exceptions.plus(12L * i);
                assertEquals(peek.plus(4 + 4L * i), entry.plus(word(runtime, entry)));
            }
            assertEquals(0x0800_0254, word(runtime, exceptions.plus(8))); // or %r0,%r0,%r20
        }
    }

    private static int word(ModuleRuntime runtime, Address address) {
        return (int) (doubleword(runtime, address) >> Integer.SIZE);
    }

    private static KernelSymbol export(LiveModule module, String name) {
        return module.exports().stream()
                .filter(symbol -> symbol.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long doubleword(ModuleRuntime runtime, Address address) {
        byte[] bytes = new byte[8];
        runtime.memory().read(address, bytes, 0, bytes.length);
        long value = 0;
        for (byte one : bytes) {
            value = value << 8 | one & 0xff;
        }
        return value;
    }
}
