package io.modrt.testkit.x86;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Stub;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Modules that are loaded and refused as Linux on x86-64 does, and with stubs that it does not have. */
class X86LoadTest {
    private static final Address CORE = Address.of(0xffff_ffff_c000_0000L);
    private static final Address INIT = CORE.plus(0x10_0000);
    private static final LoadPolicy EXACT = LoadPolicy.kernelExact();

    private final FakeMemory memory = FakeMemory.zeroed();

    private ModuleRuntime runtime(Map<String, Address> symbols) {
        return ModuleRuntime.builder()
                .arch(new X86Arch())
                .kernelSymbols(KernelSymbols.of(symbols).or(KernelSymbols.synthetic()))
                .memory(memory)
                .build();
    }

    private static KernelModuleBuilder module() {
        return KernelModuleBuilder.of(ElfTarget.X86_64, "m");
    }

    private LiveModule load(KernelModuleBuilder module, Map<String, Address> symbols, LoadPolicy policy) {
        return runtime(symbols)
                .load(
                        ModuleFile.open(module.build()),
                        Placement.regions(Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT)),
                        policy);
    }

    private ModrtException refusal(KernelModuleBuilder module, long far) {
        return assertThrows(ModrtException.class, () -> load(module, Map.of("far", Address.of(far)), EXACT));
    }

    private static String relocated(LiveModule module, String section) {
        return HexFormat.of()
                .formatHex(module.relocated(module.file().elf().section(section).orElseThrow()));
    }

    private String memory(Address address, int sizeBytes) {
        return HexFormat.of().formatHex(memory.bytes(address, sizeBytes));
    }

    @Test
    void aModuleFindsAnothersExportsInItsTableOfDistances() {
        ModuleRuntime runtime = runtime(Map.of());
        LiveModule greeter = runtime.load(BundledModules.file("x86-64/greeter.ko"));
        LiveModule visitor = runtime.load(BundledModules.file("x86-64/visitor.ko"));

        assertEquals(List.of(greeter), visitor.uses());
        assertEquals(
                List.of("greet", "greet_alloc", "greet_secretly", "greeter_count"),
                greeter.exports().stream().map(KernelSymbol::name).sorted().toList());
        greeter.exports()
                .forEach(export -> assertEquals(
                        greeter.symbol(export.name()).orElseThrow().address(), export.value(), export.name()));
        assertTrue(Verification.of(visitor).run(memory).isClean());
    }

    /** The exception table names its instructions third, first, second. */
    @Test
    void entriesThatMoveGiveTheSameAddresses() {
        LiveModule greeter = runtime(Map.of()).load(BundledModules.file("x86-64/greeter.ko"));
        Address table = greeter.address("__ex_table").orElseThrow();
        Address peek = greeter.symbol("greeter_peek").orElseThrow().address();
        byte[] entries = memory.bytes(table, 36);

        long[] instructions = {0, 3, 7};
        int[] data = {0x101, 0x202, 0x303};
        for (int i = 0; i < 3; i++) {
            Address field = table.plus(12L * i);
            assertEquals(
                    peek.plus(instructions[i]),
                    field.plus(ElfTarget.X86_64.encoding().word(entries, 12 * i)));
            assertEquals(data[i], ElfTarget.X86_64.encoding().word(entries, 12 * i + 8));
        }
    }

    /** As compiled: a nop of 2 bytes, one of 5, and jumps of both kinds, which are what the port makes of the table. */
    @Test
    void staticBranchesHaveTheLengthOfTheInstructionFound() {
        LiveModule greeter = runtime(Map.of()).load(BundledModules.file("x86-64/greeter.ko"));
        Address branch = greeter.symbol("greeter_branch").orElseThrow().address();
        VerificationResult result = Verification.of(greeter).run(memory);

        assertEquals("6690" + "0f1f440000" + "eb04", memory(branch.plus(4), 9));
        assertTrue(result.isClean(), result::table);
        assertEquals(2, result.sites().get("jump label: not taken"));
        assertEquals(2, result.sites().get("jump label: taken"));
    }

    /** endbr64; call __fentry__; ret: the table lists the call. */
    @Test
    void callsOfTheTracerBecomeNopsAndCallsAgain() {
        KernelModuleBuilder module = module();
        module.code(".text").bytes(HexFormat.of().parseHex("f30f1efa" + "e800000000" + "c3"));
        module.function("traced", ".text", 0)
                .relocation(".text", 5, X86Reloc.R_X86_64_PLT32.number(), X86Tracing.FENTRY, -4);
        module.readOnly("__mcount_loc").pointer(module.symbol("traced"), 4);
        Address caller = Address.of(0xffff_ffff_8100_1000L);
        LiveModule live = load(
                module, Map.of(X86Tracing.FENTRY, Address.of(0xffff_ffff_8100_0000L), "ftrace_caller", caller), EXACT);

        assertEquals("f30f1efa" + "e8f7ffffc0" + "c3", relocated(live, ".text"));
        assertEquals("f30f1efa" + "0f1f440000" + "c3", memory(CORE, 10));
        assertEquals(
                Map.of("function tracing: off", 1),
                Verification.of(live).run(memory).sites());

        byte[] off = memory.bytes(CORE.plus(4), 5);
        byte[] on = off.clone();
        long site = CORE.plus(4).value();
        X86Tracing.CALL.on(site, on, caller.value());
        assertEquals(
                "[0xffffffffc0000004: 0f -> cc, 0xffffffffc0000005: 1f440000 -> f70f00c1, 0xffffffffc0000004: cc -> e8]",
                X86Tracing.CALL
                        .patches(site, off, on, io.modrt.spi.SiteKind.State.ON)
                        .toString());
        assertEquals(caller.value(), X86Tracing.CALL.entry(site, on));
        memory.write(CORE.plus(4), on, 0, on.length);
        assertEquals(
                Map.of("function tracing: on, to ftrace_caller", 1),
                Verification.of(live).run(memory).sites());
    }

    @Test
    void aSiteThatCallsAnotherFunctionStaysAsItIs() {
        KernelModuleBuilder module = module();
        module.code(".text").bytes(HexFormat.of().parseHex("e800000000c3"));
        module.function("traced", ".text", 0).relocation(".text", 1, X86Reloc.R_X86_64_PLT32.number(), "other", -4);
        module.readOnly("__mcount_loc").pointer(module.symbol("traced"));
        LiveModule live = load(module, Map.of(), EXACT);

        assertEquals("e8", memory(CORE, 1));
        assertTrue(live.diagnostics().stream().anyMatch(d -> d.text().contains("no call of __fentry__")));
    }

    @Test
    void aPlaceThatHoldsSomethingIsRefused() {
        KernelModuleBuilder quad = module().data(0, 0x1_0000).relocation(".data", 0, 1, "far");
        KernelModuleBuilder word = module().data(0, 1).relocation(".data", 1, 2, "far"); // the last of its bytes is 1

        assertEquals(
                "m: .data+0x0: R_X86_64_64 against far+0x0: the place holds 0x1000000000000, and must hold zero",
                refusal(quad, 0).getMessage());
        assertEquals(
                "existing value is nonzero for type 1",
                refusal(quad, 0).kernelMessage().orElseThrow());
        assertEquals(
                "existing value is nonzero for type 2",
                refusal(word, 0).kernelMessage().orElseThrow());
        assertEquals(Errno.ENOEXEC, refusal(word, 0).errno());
    }

    @Test
    void addressesThatTheProcessorWouldExtendToOthersAreRefused() {
        KernelModuleBuilder zeros = module().data(0).relocation(".data", 0, 10, "far");
        KernelModuleBuilder sign = module().data(0).relocation(".data", 0, 11, "far");

        ModrtException refused = refusal(zeros, 0xffff_ffff_8100_0000L);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(
                "overflow in relocation type 10 val ffffffff81000000\n"
                        + "`m' likely not compiled with -mcmodel=kernel",
                refused.kernelMessage().orElseThrow());
        assertEquals(
                "overflow in relocation type 11 val 80000000\n`m' likely not compiled with -mcmodel=kernel",
                refusal(sign, 0x8000_0000L).kernelMessage().orElseThrow());
    }

    @Test
    void otherTypesAndAddendsInPlaceAreRefused() {
        KernelModuleBuilder gotpcrel = module().data(0).relocation(".data", 0, 9, "far");
        KernelModuleBuilder rel = KernelModuleBuilder.of(ElfTarget.X86_64.withAddends(AddendKind.IN_PLACE), "m")
                .data(0)
                .relocation(".data", 0, 10, "far");

        assertEquals(
                "module: m: Unknown rela relocation: 9",
                refusal(gotpcrel, 0).kernelMessage().orElseThrow());
        assertEquals(Errno.ENOEXEC, refusal(rel, 0).errno());
    }

    /** The call at .text + 1 to 4 GB ahead of its end becomes one of the next instruction. */
    @Test
    void distancesAreCutInSilence() {
        KernelModuleBuilder module = module();
        module.code(".text").bytes(HexFormat.of().parseHex("90e800000000"));
        module.relocation(".text", 2, X86Reloc.R_X86_64_PLT32.number(), "far", -4);
        Map<String, Address> far = Map.of("far", CORE.plus(6 + (1L << 32)));
        LiveModule live = load(module, far, EXACT);

        assertEquals("90e800000000", relocated(live, ".text"));
        String text =
                "m: .text+0x2: R_X86_64_PLT32 against far-0x4: value 0x100000000 outside [-0x80000000, 0x7fffffff];"
                        + " the high bits are lost";
        assertTrue(live.diagnostics().stream().anyMatch(d -> d.toString().equals(text)), live.diagnostics()::toString);
        assertEquals(
                text + "; the kernel does so in silence",
                assertThrows(ModrtException.class, () -> load(module, far, EXACT.strict()))
                        .getMessage());
    }

    /** The room for the stub is in front of the code, which so begins at 0x10. */
    @Test
    void farCallsGoThroughASlot() {
        KernelModuleBuilder module = module();
        module.code(".text").bytes(HexFormat.of().parseHex("e800000000e900000000"));
        module.relocation(".text", 1, X86Reloc.R_X86_64_PLT32.number(), "far", -4)
                .relocation(".text", 6, X86Reloc.R_X86_64_PLT32.number(), "far", -4);
        Address far = Address.of(0x1234_5678_9abc_def0L);
        LiveModule live = load(module, Map.of("far", far), EXACT.stubs(StubPolicy.SHARED));
        Stub stub = live.stubs().get(0);
        Relocation jump = live.relocationsAt(CORE.plus(0x16)).get(0);

        assertEquals(1, live.stubs().size());
        assertEquals("ff2502000000" + "0000" + "f0debc9a78563412", memory(CORE, 16));
        assertEquals("e8ebffffff" + "e9e6ffffff", memory(CORE.plus(0x10), 10));
        assertEquals(far, stub.target());
        assertEquals(CORE.plus(8), stub.slot().orElseThrow());
        assertEquals(stub, jump.stub().orElseThrow());
        assertArrayEquals(memory.bytes(CORE, 6), stub.code(ByteOrder.LITTLE_ENDIAN));
    }
}
