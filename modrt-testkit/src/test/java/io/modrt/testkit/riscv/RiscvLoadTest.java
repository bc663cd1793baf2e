package io.modrt.testkit.riscv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.verify.Verification;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Modules that are loaded and refused as Linux 6.12 on RISC-V does. */
class RiscvLoadTest {
    private static final Address CORE = Address.of(0xffff_ffff_0200_0000L);

    private static final Address INIT = CORE.plus(0x10_0000);

    private final FakeMemory memory = FakeMemory.zeroed();

    private ModuleRuntime runtime(Map<String, Address> symbols, LoadPolicy policy) {
        return ModuleRuntime.builder()
                .arch(new RiscvArch())
                .kernelSymbols(KernelSymbols.of(symbols).or(KernelSymbols.synthetic()))
                .memory(memory)
                .policy(policy)
                .build();
    }

    private LiveModule load(KernelModuleBuilder module, Map<String, Address> symbols, LoadPolicy policy) {
        return runtime(symbols, policy)
                .load(
                        ModuleFile.open(module.build()),
                        Placement.regions(Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT)),
                        policy);
    }

    private static KernelModuleBuilder module() {
        return KernelModuleBuilder.of(ElfTarget.RISCV_64, "m");
    }

    private ModrtException refusal(KernelModuleBuilder module, Map<String, Address> symbols) {
        return assertThrows(RelocationException.class, () -> load(module, symbols, LoadPolicy.kernelExact()));
    }

    private static byte[] bytes(LiveModule module, String section) {
        return module.relocated(module.file().elf().section(section).orElseThrow());
    }

    @Test
    void aModuleFindsAnothersExportsInItsTableOfPointers() {
        ModuleRuntime runtime = runtime(Map.of(), LoadPolicy.kernelExact());
        LiveModule greeter = runtime.load(BundledModules.file("riscv-64/greeter.ko"));
        LiveModule visitor = runtime.load(BundledModules.file("riscv-64/visitor.ko"));

        assertEquals(List.of(greeter), visitor.uses());
        greeter.exports()
                .forEach(export -> assertEquals(
                        greeter.symbol(export.name()).orElseThrow().address(), export.value(), export.name()));
        assertEquals(
                List.of("greet", "greet_alloc", "greet_secretly", "greeter_count"),
                greeter.exports().stream().map(export -> export.name()).sorted().toList());
        assertTrue(Verification.of(greeter).run(memory).isClean());
        assertTrue(Verification.of(visitor).run(memory).isClean());
    }

    /** {@code auipc ra, 0; jalr ra} to 0x7ffff7ff ahead, the farthest: 0x7ffff000 + 0x7ff. */
    @Test
    void aCallOfTwoInstructionsIsOneRelocation() {
        KernelModuleBuilder module =
                module().text(0x0000_0097, 0x0000_80e7).relocation(".text", 0, RiscvReloc.CALL_PLT.number(), "far");
        LiveModule live = load(module, Map.of("far", CORE.plus(0x7fff_f7ff)), LoadPolicy.kernelExact());
        Relocation call = live.relocations().findFirst().orElseThrow();

        assertArrayEquals(ElfTarget.RISCV_64.encoding().words(0x7fff_f097, 0x7ff0_80e7), bytes(live, ".text"));
        assertEquals(0x0000_80e7_0000_0097L, call.before());
        assertEquals(0x7ff0_80e7_7fff_f097L, call.after());
        assertEquals(
                "m: .text+0x0: R_RISCV_CALL_PLT against far+0x0: 0x000080e700000097 becomes 0x7ff080e77ffff097",
                call.toString());
        assertEquals(0, live.reach().tightest().orElseThrow().headroomBytes());
    }

    @Test
    void aCallOutOfReachIsRefusedWithTheKernelsLine() {
        KernelModuleBuilder module =
                module().text(0x0000_0097, 0x0000_80e7).relocation(".text", 0, RiscvReloc.CALL_PLT.number(), "far");
        ModrtException refused = refusal(module, Map.of("far", CORE.plus(0x7fff_f800)));

        assertEquals(Errno.EINVAL, refused.errno());
        assertEquals(
                "m: target ffffffff81fff800 can not be addressed by the 32-bit offset from PC",
                refused.kernelMessage().orElseThrow());
    }

    /** The second instruction comes first in the file, and so does its relocation. */
    @Test
    void theLowerHalfIsThatOfTheInstructionThatItsSymbolMarks() {
        KernelModuleBuilder module = module().text(0x0005_3503, 0x0000_0517) // ld a0, 0(a0); auipc a0, 0
                .function("upper", ".text", 4)
                .relocation(".text", 0, RiscvReloc.PCREL_LO12_I.number(), "upper", 0x7777)
                .relocation(".text", 4, RiscvReloc.PCREL_HI20.number(), "far", 0x10);
        LiveModule live = load(module, Map.of("far", CORE.plus(0x1234_5ff4)), LoadPolicy.kernelExact());

        // 0x12345ff4 + 0x10 - 4 = 0x12346000: the upper half takes all of it
        assertArrayEquals(ElfTarget.RISCV_64.encoding().words(0x0005_3503, 0x1234_6517), bytes(live, ".text"));
    }

    @Test
    void aLowerHalfWithoutItsUpperIsRefused() {
        KernelModuleBuilder module = module().text(0x0005_3503)
                .function("upper", ".text", 0)
                .relocation(".text", 0, RiscvReloc.PCREL_LO12_I.number(), "upper");
        ModrtException refused = refusal(module, Map.of());

        assertEquals(Errno.EINVAL, refused.errno());
        assertEquals(
                "m: Can not find HI20 relocation information",
                refused.kernelMessage().orElseThrow());
    }

    @Test
    void typesOfLinkersAreRefused() {
        KernelModuleBuilder align = module().text(0).relocation(".text", 0, 43, "far");
        KernelModuleBuilder strange = module().text(0).relocation(".text", 0, 62, "far");

        assertEquals(Errno.EINVAL, refusal(align, Map.of()).errno());
        assertEquals(
                "m: unexpected relocation type 'R_RISCV_ALIGN'",
                refusal(align, Map.of()).kernelMessage().orElseThrow());
        assertEquals(
                "m: Unknown relocation type 62",
                refusal(strange, Map.of()).kernelMessage().orElseThrow());
    }

    @Test
    void absoluteCodeIsRefusedUnlessThePolicyAppliesTheAbi() {
        KernelModuleBuilder module = module().text(0x0000_0537).relocation(".text", 0, 26, "low"); // lui a0, 0
        assertEquals(
                "m: Unknown relocation type 26",
                refusal(module, Map.of("low", Address.of(0x1234_5800)))
                        .kernelMessage()
                        .orElseThrow());
        LiveModule live = load(
                module,
                Map.of("low", Address.of(0x1234_5800)),
                LoadPolicy.kernelExact().relaxed(Rule.RELOCATION_TYPE));
        assertArrayEquals(ElfTarget.RISCV_64.encoding().words(0x1234_6537), bytes(live, ".text"));
    }

    @Test
    void jumpsAndDistancesAreCutInSilence() {
        KernelModuleBuilder module = module().text(0x0000_006f, 0xa001_c101, 0) // jal x0, 0; c.beqz a0, 0; c.j 0
                .relocation(".text", 0, RiscvReloc.JAL.number(), "far")
                .relocation(".text", 4, RiscvReloc.RVC_BRANCH.number(), "far")
                .relocation(".text", 6, RiscvReloc.RVC_JUMP.number(), "far")
                .relocation(".text", 8, RiscvReloc.R_32_PCREL.number(), "far");
        Map<String, Address> far = Map.of("far", CORE.plus(0x8000_0000L));
        LiveModule live = load(module, far, LoadPolicy.kernelExact());

        assertEquals(
                List.of(
                        "m: .text+0x0: R_RISCV_JAL against far+0x0: value 0x80000000 outside [-0x100000, 0xffffe]; the high bits are lost",
                        "m: .text+0x4: R_RISCV_RVC_BRANCH against far+0x0: value 0x7ffffffc outside [-0x100, 0xfe]; the high bits are lost",
                        "m: .text+0x6: R_RISCV_RVC_JUMP against far+0x0: value 0x7ffffffa outside [-0x800, 0x7fe]; the high bits are lost"),
                live.diagnostics().stream()
                        .map(Object::toString)
                        .filter(text -> text.contains("high bits"))
                        .toList());
        assertEquals(
                "value 0x80000000 outside [-0x100000, 0xffffe]; the high bits are lost; the kernel does so in silence",
                assertThrows(
                                RelocationException.class,
                                () -> load(module, far, LoadPolicy.kernelExact().strict()))
                        .getMessage()
                        .substring("m: .text+0x0: R_RISCV_JAL against far+0x0: ".length()));
    }

    @Test
    void aWordThatIsNoUnsignedNumberOf32BitsIsRefused() {
        KernelModuleBuilder module = module().data(0).relocation(".data", 0, RiscvReloc.R_32.number(), "far");

        assertEquals(
                Errno.EINVAL,
                refusal(module, Map.of("far", Address.of(0x1_0000_0000L))).errno());
        assertEquals(
                Errno.EINVAL,
                refusal(module, Map.of("far", Address.of(-0x8000_0000L))).errno());
    }

    /** Addresses from -4095 on stand for errors. */
    @Test
    void aWeakSymbolWithAnErrorForItsValueIsPassedOverAndNoOther() {
        KernelModuleBuilder module = module().data(0x11, 0, 0, 0)
                .relocation(".data", 0, RiscvReloc.R_64.number(), "error")
                .relocation(".data", 8, RiscvReloc.R_64.number(), "good");
        module.symbol("error").absolute(-4095).weak();
        LiveModule live = load(module, Map.of("good", CORE), LoadPolicy.kernelExact());

        assertArrayEquals(ElfTarget.RISCV_64.encoding().words(0x11, 0, 0x0200_0000, -1), bytes(live, ".data"));
        assertEquals(
                1,
                live.diagnostics().stream()
                        .filter(d -> d.text().contains("is skipped"))
                        .count());
    }

    @Test
    void aStrongSymbolWithAnErrorForItsValueIsUnknown() {
        KernelModuleBuilder module = module().data(0, 0).relocation(".data", 0, RiscvReloc.R_64.number(), "error");
        module.symbol("error").absolute(-4095);
        ModrtException refused = refusal(module, Map.of());

        assertEquals(Errno.ENOENT, refused.errno());
        assertEquals("m: Unknown symbol error", refused.kernelMessage().orElseThrow());
    }

    /** The last byte of a section that is not loaded: there are no others behind it. */
    @Test
    void sixBitsTouchNoByteButTheirs() {
        KernelModuleBuilder module = module();
        module.elf()
                .notLoaded(".debug_x")
                .bytes((byte) 0x11, (byte) 0xc5)
                .relocation(1, RiscvReloc.SUB6.number(), module.symbol("three"));
        LiveModule live = load(module, Map.of("three", Address.of(3)), LoadPolicy.kernelExact());

        assertArrayEquals(new byte[] {0x11, (byte) 0xc2}, bytes(live, ".debug_x"));
    }

    @Test
    void aDifferenceOfUleb128NeedsBothItsHalves() {
        int set = RiscvReloc.SET_ULEB128.number();
        int sub = RiscvReloc.SUB_ULEB128.number();
        KernelModuleBuilder lone = module().data(0x55).relocation(".data", 0, sub, "from");
        KernelModuleBuilder negative =
                module().data(0x55).relocation(".data", 0, set, "from").relocation(".data", 0, sub, "from", 1);
        KernelModuleBuilder zero =
                module().data(0x55).relocation(".data", 0, set, "from").relocation(".data", 0, sub, "from");

        KernelModuleBuilder wide = module().data(0x55);
        wide.relocation(".data", 3, set, "from", 0x80).relocation(".data", 3, sub, "from");

        assertTrue(refusal(wide, Map.of()).getMessage().endsWith("the difference takes 2 bytes, beyond its section"));
        assertEquals(Errno.EINVAL, refusal(lone, Map.of()).errno());
        assertTrue(refusal(negative, Map.of()).getMessage().endsWith("the difference -1 is negative"));
        LiveModule left = load(negative, Map.of(), LoadPolicy.kernelExact().bestEffort());
        assertArrayEquals(ElfTarget.RISCV_64.encoding().words(0x55), bytes(left, ".data"));
        LiveModule nothing = load(zero, Map.of(), LoadPolicy.kernelExact());
        assertArrayEquals(
                ElfTarget.RISCV_64.encoding().words(0x55), bytes(nothing, ".data"), "the kernel stores no group of 0");
    }
}
