package io.modrt.testkit.assertions;

import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.sample.SampleArch;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Assertions about words, addresses, calls and differences, and what they say when they fail. */
class ModuleAssertTest {
    private static final int BL = 0x9400_0000;
    private static final int NOP = 0xd503_201f;
    private static final int CALL26 = 283;
    private static final long NEAR = 0xffff_8000_0800_0000L;
    private static final long FAR = 0xffff_9000_0000_0000L;

    private final FakeKernel kernel = FakeKernel.builder()
            .arch(new SampleArch())
            .exports("near", NEAR)
            .exports("far", FAR)
            .build();
    private final LiveModule module = kernel.load(caller());

    /** The stub for {@code far} is the only one, and takes 20 bytes in front of .text. */
    private static KernelModuleBuilder caller() {
        return KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "caller")
                .text(NOP, BL, BL, BL, NOP)
                .function("call", ".text", 4)
                .function("end", ".text", 16)
                .relocation(".text", 4, CALL26, "near")
                .relocation(".text", 8, CALL26, "far")
                .relocation(".text", 12, CALL26, "end")
                .data(0, 0, 0x6c6c_6568, 0x6f)
                .object("hook", ".data", 0)
                .relocation(".data", 0, ElfTarget.AARCH64_LE.pointerType(), "end");
    }

    private static String failure(Runnable assertion) {
        return String.valueOf(
                assertThrows(AssertionFailedError.class, assertion::run).getMessage());
    }

    @Test
    void wordsAreNamedBySectionAndBySymbol() {
        assertThat(module)
                .holds(".text", NOP)
                .holds("call+0x8", BL | 1)
                .holds("end", NOP)
                .holds("call+8", BL | 1);
        long text = module.address(".text").orElseThrow().value();
        assertThat(module).holds("0x" + Long.toHexString(text + 16), NOP);
        assertThat(module).holds(".text+0xc", BL | 1, NOP).isAsLoaded();
    }

    @Test
    void onlyALoadedModuleIsGivenBack() {
        assertSame(module, assertThat(module).module());
        IllegalStateException none = assertThrows(
                IllegalStateException.class, () -> assertThat(module.asLoaded()).module());
        assertEquals("caller is not loaded", none.getMessage());
    }

    @Test
    void aWrongWordIsShownWithTheRelocationThatWroteIt() {
        long text = module.address(".text").orElseThrow().value();
        AssertionFailedError wrong = assertThrows(
                AssertionFailedError.class, () -> assertThat(module).holds("call+0x8", BL, NOP));
        assertEquals("0x94000000 0xd503201f", wrong.getExpected().getStringRepresentation());
        assertEquals("0x94000001 0xd503201f", wrong.getActual().getStringRepresentation());
        String end = Long.toHexString(text + 16);
        String place = Long.toHexString(text + 12);
        assertEquals("""
                caller: 1 of 2 words at .text+0xc, call+0x8, at 0xPLACE is not as expected:
                  .text+0xc: expected 0x94000000, but was 0x94000001
                    caller: .text+0xc: R_AARCH64_CALL26 against end+0x0: 0x94000000 becomes 0x94000001; S 0xEND, A 0x0, P 0xPLACE, value S + A - P = 0x4
                  .text+0x10: 0xd503201f""".replace("PLACE", place).replace("END", end), wrong.getMessage());
    }

    @Test
    void aWordOfAStubIsShownWithItsAssemblerText() {
        long stub = module.stubs().get(0).address().value();
        String said = failure(() -> assertThat(module).holds("0x" + Long.toHexString(stub + 16), NOP));
        assertTrue(said.contains("but was 0xd61f0200\n    br   x16 of the stub at 0x"), said);
    }

    @Test
    void aChangedWordIsShownWithWhatShouldBeThere() {
        long text = module.address(".text").orElseThrow().value();
        kernel.memory().write(Address.of(text + 16), new byte[] {1, 2, 3, 4}, 0, 4);
        String said = failure(() -> assertThat(module).holds("end", NOP));
        assertTrue(said.contains("expected 0xd503201f, but was 0x04030201\n    unexplained"), said);
        assertThat(module).differsOnlyAt("end");
        assertThat(module).differsOnlyAt("end+2");
        String all = failure(() -> assertThat(module).isAsLoaded());
        assertTrue(all.startsWith("caller: expected to be as it was loaded; caller: "), all);
        assertTrue(
                all.contains("\n  differs: 0x" + Long.toHexString(text + 16)
                        + " .text+0x10, end+0x0: expected 0xd503201f, found 0x04030201"),
                all);
        String other = failure(() -> assertThat(module).differsOnlyAt("call", "end"));
        assertTrue(other.contains("expected to differ at 2 places and nowhere else"), other);
        assertTrue(other.contains("\n  as loaded: .text+0x4, call+0x0, at 0x"), other);
    }

    @Test
    void aPlaceThatIsNotThereIsRefusedWithWhatIs() {
        IllegalArgumentException unknown = assertThrows(
                IllegalArgumentException.class, () -> assertThat(module).holds(".rodata+4", 0));
        assertTrue(
                String.valueOf(unknown.getMessage())
                        .startsWith("caller has no section or symbol .rodata; it has the sections .text, .data,"),
                unknown.getMessage());
        assertTrue(String.valueOf(unknown.getMessage()).contains("the symbols call, end, hook"), unknown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> assertThat(module).holds("", 0));
        assertThrows(IllegalArgumentException.class, () -> assertThat(module).holds(".text"));
        IllegalArgumentException unloaded = assertThrows(
                IllegalArgumentException.class, () -> assertThat(module).holds(".shstrtab", 0));
        assertTrue(String.valueOf(unloaded.getMessage()).contains("no loaded section .shstrtab"));
    }

    @Test
    void addressesBytesAndTextsAreCompared() {
        long end = module.symbol("end").orElseThrow().address().value();
        assertThat(module)
                .holdsAddress("hook", end)
                .holdsAddressOf("hook", "end")
                .holdsBytes(".data+8", (byte) 'h', (byte) 'e')
                .holdsText(".data+8", "hello")
                .hasSectionAt(".text", module.address(".text").orElseThrow().value())
                .hasSymbolAt("end", end)
                .hasStubs(1);
        String address = failure(() -> assertThat(module).holdsAddress("hook", NEAR));
        assertTrue(address.startsWith("caller: the address at .data+0x0, hook+0x0, at 0x"), address);
        assertTrue(
                address.contains("expected 0xffff800008000000, near, but was 0x" + Long.toHexString(end) + ", end"),
                address);
        assertEquals(
                "caller: the bytes at .data+0x8, hook+0x8, at "
                        + Address.of(module.address(".data").orElseThrow().value() + 8)
                        + ": expected 00, but were 68",
                failure(() -> assertThat(module).holdsBytes(".data+8", (byte) 0)));
        assertTrue(failure(() -> assertThat(module).holdsText(".data+8", "hallo"))
                .endsWith("expected \"hallo\", but was \"hello\""));
        assertTrue(failure(() -> assertThat(module).hasSectionAt(".text", 1))
                .contains(".text: expected at 0x1, but was "));
        assertTrue(
                failure(() -> assertThat(module).hasSectionAt(".bss", 1)).contains("nowhere, since it is not loaded"));
        assertTrue(failure(() -> assertThat(module).hasSymbolAt("end", 1)).contains("end: expected at 0x1, but was "));
        assertTrue(
                failure(() -> assertThat(module).hasSymbolAt("no", 1)).contains("the module defines call, end, hook"));
        assertTrue(failure(() -> assertThat(module).hasStubs(2))
                .contains("expected 2 stubs, but there are 1\n  stub at "));
    }

    @Test
    void callsArriveDirectlyOrThroughAStub() {
        assertThat(module).callAt("call").arrivesAt("near").directly();
        assertThat(module).callAt(".text+8").arrivesAt("far").arrivesAt(FAR).throughStub();
        assertThat(module).callAt(".text+0xc").arrivesAt("end").directly().and().hasStubs(1);
    }

    @Test
    void aCallThatGoesElsewhereIsShownStepByStep() {
        String said = failure(() -> assertThat(module).callAt(".text+8").arrivesAt("near"));
        assertTrue(
                said.startsWith("caller: the call at .text+0x8: expected to arrive at near at 0xffff800008000000, but"
                        + " arrives at 0xffff900000000000, far\n  .text+0x8, call+0x4, at 0x"),
                said);
        assertTrue(said.contains("\n  -> the stub at 0x"), said);
        assertTrue(said.contains("\n       movz x16, #:abs_g0_nc:target\n"), said);
        assertTrue(said.endsWith("\n  -> 0xffff900000000000, far"), said);
        String direct = failure(() -> assertThat(module).callAt(".text+8").directly());
        assertTrue(
                direct.contains("expected to go straight to where it arrives, but goes through the stub at 0x"),
                direct);
        String stub = failure(() -> assertThat(module).callAt("call").throughStub());
        assertTrue(stub.contains("expected to go through a stub, but goes straight to where it arrives"), stub);
        assertTrue(failure(() -> assertThat(module).callAt("call").throughGot()).contains("a slot of the GOT"));
        assertTrue(failure(() -> assertThat(module).callAt("call").throughDescriptor())
                .contains("a function descriptor"));
        assertTrue(failure(() -> assertThat(module).callAt("call").throughTrampoline())
                .contains("a trampoline"));
    }

    @Test
    void whatIsNoCallArrivesNowhere() {
        String said = failure(() -> assertThat(module).callAt("end").arrivesAt(NEAR));
        assertTrue(said.contains("but arrives at nowhere, since it is no call"), said);
        assertTrue(
                failure(() -> assertThat(module).callAt("end").throughStub()).contains("nowhere, since it is no call"));
        IllegalArgumentException unknown = assertThrows(
                IllegalArgumentException.class,
                () -> assertThat(module).callAt("call").arrivesAt("printk"));
        assertEquals(
                "caller has no symbol printk; it defines call, end, hook, __this_module, and imports near, far",
                unknown.getMessage());
    }

    @Test
    void aRelocatedModuleIsAskedTheSame() {
        ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new SampleArch())
                .kernelSymbols(KernelSymbols.of(Map.of("near", Address.of(NEAR), "far", Address.of(FAR))))
                .build();
        LayoutPlan plan = runtime.plan(ModuleFile.open(caller().build()));
        Address base = Address.of(0xffff_8000_0000_0000L);
        RelocatedModule relocated = plan.place(
                        Placement.regions(Map.of(RegionKind.CORE, base, RegionKind.INIT, base.plus(0x10_0000))))
                .resolve()
                .relocate();
        assertThat(relocated)
                .holds("end", NOP)
                .holdsAddressOf("hook", "end")
                .isAsLoaded()
                .callAt(".text+8")
                .arrivesAt("far")
                .throughStub();
        assertThat(module.asLoaded()).holds("end", NOP).isAsLoaded();
        String said = failure(() -> assertThat(relocated).holds("call", NOP));
        assertTrue(said.contains("R_AARCH64_CALL26 against near+0x0"), said);
        assertThrows(MemoryException.class, () -> assertThat(relocated).holds("0xffff900000000000", 0));
    }
}
