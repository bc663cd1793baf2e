package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A load that goes as far as the final bytes, at the places that the test chose. */
class DryLoadTest {
    private static final int BL = 0x9400_0000;
    private static final long BASE = 0xffff_8000_0000_0000L;

    private final DryLoad load = DryLoad.of(ElfTarget.AARCH64_LE).exports("far", 0xffff_9000_0000_0000L);

    DryLoadTest() {
        load.builder()
                .text(BL, BL)
                .function("here", ".text", 0)
                .relocation(".text", 0, "R_AARCH64_CALL26", "here")
                .relocation(".text", 4, "R_AARCH64_CALL26", "far")
                .data(0, 0, 0x0102_0304)
                .relocation(".data", 0, "R_AARCH64_ABS64", "far");
        load.builder().elf().notLoaded(".comment").zeros(4);
    }

    @Test
    void wordsAndAddressesAreThoseOfTheFinalBytes() {
        DryLoad.Result result = load.relocate();
        assertEquals(BL, result.word(".text", 0));
        assertEquals(List.of("94000000", "97fffffa"), result.hexWords(".text"));
        assertEquals(0x0102_0304, result.word(".data", 8));
        assertEquals(0xffff_9000_0000_0000L, result.pointer(".data", 0));
        assertEquals(8, result.bytes(".text").length);
        assertEquals(8, result.shape(".text").sizeBytes());
        assertEquals(BASE, result.start(RegionKind.CORE));
        assertEquals(
                result.address(".text") - 20,
                Long.parseUnsignedLong(result.stubs().get(0).substring(2, 18), 16));
        assertEquals(
                List.of(0xd280_0010, 0xf2a0_0010),
                result.wordsAt(RegionKind.CORE, result.address(".text") - BASE - 20, 2));
    }

    @Test
    void regionsAreWhereTheTestPlacesThem() {
        load.at(BASE + 0x10_0000).apart(0x20_0000);
        assertEquals(BASE + 0x30_0000, load.relocate().start(RegionKind.INIT));
        load.at(RegionKind.INIT, BASE).at(RegionKind.TEXT, 0);
        assertEquals(BASE, load.relocate().start(RegionKind.INIT));
        assertEquals(BASE + 0x10_0000, load.relocate().start(RegionKind.CORE));
    }

    @Test
    void kernelPolicyAndDamageAreTheTests() {
        load.under(KernelProfile.of(new KernelVersion(6, 12, 0)))
                .with(LoadPolicy.kernelExact())
                .broken(edit -> edit.relocationType(".rela.text", 0, "R_AARCH64_LD_PREL_LO19"));
        assertEquals(RegionKind.TEXT, load.plan().regions().get(0).kind());
        assertThrows(RelocationException.class, load::relocate);
    }

    @Test
    void whatIsNotThereIsNamed() {
        DryLoad.Result result = load.relocate();
        assertEquals(
                "the module has no section .rodata",
                assertThrows(IllegalArgumentException.class, () -> result.word(".rodata", 0))
                        .getMessage());
        assertEquals(
                ".comment is not loaded",
                assertThrows(IllegalArgumentException.class, () -> result.address(".comment"))
                        .getMessage());
        assertEquals(
                "the module has no region TEXT",
                assertThrows(IllegalArgumentException.class, () -> result.start(RegionKind.TEXT))
                        .getMessage());
    }
}
