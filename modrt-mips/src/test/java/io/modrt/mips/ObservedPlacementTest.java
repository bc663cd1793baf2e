package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.image.KnownAddresses;
import io.modrt.image.MemoryImage;
import io.modrt.image.ObservedPlacement;
import io.modrt.image.PlacementEvidence;
import io.modrt.image.PlacementEvidence.Source;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.policy.LoadPolicy;
import io.modrt.verify.Verification;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where one module lies in the image of a small machine. */
class ObservedPlacementTest {
    private final FakeMachine machine = new FakeMachine();
    private final MemoryImage image = machine.image();

    private PlacedModule placed(ObservedPlacement seen) {
        return ModuleRuntime.builder()
                .profile(image.profile())
                .kernelSymbols(image.symbols())
                .build()
                .plan(machine.lowerFile(), LoadPolicy.kernelExact())
                .place(seen.placement());
    }

    private static List<String> lines(ObservedPlacement seen) {
        return seen.evidence().stream().map(PlacementEvidence::toString).toList();
    }

    private void wipe(String module) {
        long self = machine.self(module);
        for (int at = 0; at < 0x240; at += 4) {
            machine.put(self + at, 0);
        }
    }

    @Test
    void theImageAloneTellsWhereAModuleIsAndWhereItsInitMemoryWas() {
        ObservedPlacement seen = ObservedPlacement.of(machine.lowerFile(), image);
        assertEquals(
                List.of(
                        "CORE at 0xc0000000 by the place of struct module",
                        "INIT was at 0xc0002000 by the pointer to its init function"),
                lines(seen));
        assertTrue(seen.isInitGone());
        assertTrue(seen.toString().startsWith("CORE at 0xc0000000"));
    }

    @Test
    void aModuleThatIsLoadedThereVerifies() {
        RelocatedModule module = placed(ObservedPlacement.of(machine.lowerFile(), image))
                .resolve()
                .relocate();
        assertTrue(Verification.of(module).withoutInit().run(image.memory()).isClean());
    }

    @Test
    void aWipedModuleIsFoundByItsCode() {
        wipe("lower");
        ObservedPlacement seen = ObservedPlacement.of(machine.lowerFile(), image);
        assertEquals(
                "CORE at 0xc0000000 by its code: 2 of 2 pieces", lines(seen).get(0));
        assertEquals(
                Address.of(0xc000_0000L),
                placed(seen).range(RegionKind.CORE).orElseThrow().start());
    }

    @Test
    void aWipedModuleIsFoundByItsSymbols() {
        wipe("upper");
        String kallsyms = "c0004000 t upper_go\t[upper]\nc0004004 t other\t[upper]\n";
        assertThrows(FormatException.class, () -> ObservedPlacement.of(machine.upperFile(), image));
        ObservedPlacement seen = ObservedPlacement.of(
                machine.upperFile(),
                image,
                KnownAddresses.symbols(KernelSymbols.kallsyms(kallsyms).ownedBy("upper")));
        assertEquals(
                new PlacementEvidence(
                        "CORE", Optional.of(Address.of(0xc000_4000L)), Source.GIVEN_SYMBOLS, "1 of 1 symbols say so"),
                seen.evidence().get(0));
    }

    @Test
    void whatSysfsSaysCountsMoreThanTheImage() {
        long text = machine.symbol("lower_call");
        KnownAddresses known = KnownAddresses.sysText("/sys/module/lower/sections/.text:0x"
                + Long.toHexString(text + 0x1_0000) + "\n.init.text 0xc0007000\n\n");
        assertEquals(
                Map.of(".text", Address.of(text + 0x1_0000), ".init.text", Address.of(0xc000_7000L)), known.sections());
        assertEquals(
                List.of(
                        "CORE at 0xc0010000 by addresses of its sections that were given: 1 of 1 sections say so",
                        "INIT at 0xc0007000 by addresses of its sections that were given: 1 of 1 sections say so"),
                lines(ObservedPlacement.of(machine.lowerFile(), image, known)));
    }

    @Test
    void theOlderPlaceIsOutvoted() {
        long text = machine.symbol("lower_call");
        KnownAddresses known = new KnownAddresses(
                Map.of(),
                Map.of(
                        "lower_call", Address.of(text),
                        "lower_more", Address.of(text + 32),
                        "lower_hook", Address.of(0xc000_9000L)));
        assertTrue(lines(ObservedPlacement.of(machine.lowerFile(), image, known))
                .get(0)
                .startsWith("CORE at 0xc0000000 by addresses of its symbols that were given: 2 of "));
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        wipe("upper");
        FormatException refused =
                assertThrows(FormatException.class, () -> ObservedPlacement.of(machine.upperFile(), image));
        assertTrue(refused.getMessage().contains("no struct module of this name"), refused.getMessage());
    }

    @Test
    void textThatIsNoSectionIsRefused() {
        FormatException refused =
                assertThrows(FormatException.class, () -> KnownAddresses.sysText("Permission denied"));
        assertEquals("no section and its address: \"Permission denied\"", refused.getMessage());
    }
}
