package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.MachineFacts;
import io.modrt.spi.Stub;
import io.modrt.testkit.DryLoad;
import io.modrt.version.KernelVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done about erratum 843419, word for word; addresses and words were worked out by hand. */
class AArch64ErratumTest {
    private static final int CALL26 = 283;
    private static final int ADRP = 275;
    private static final int ADRP_NC = 276;

    /** 256 MB from the module: beyond the reach of {@code adr}. */
    private static final long S = 0xffff_8000_1000_0abcL;

    private static final long T = 0xffff_8000_2000_0004L;

    private static DryLoad adrpAt(int offset, int type, long target) {
        DryLoad laid = Loads.module().under(Loads.WITH_ERRATUM).exports("S", target);
        laid.builder().code(".text").zeros(offset).instructions(0x9000_0001, 0, 0);
        laid.builder().relocation(".text", offset, type, "S");
        return laid;
    }

    /** adr x1, 0xffff800000005000. */
    @ParameterizedTest
    @CsvSource({
        "0xff8, 275, 10020041",
        "0xffc, 275, 10020021",
        "0xffc, 276, 10020021",
        "0xff4, 275, b0000021",
        "0x0, 275, b0000021"
    })
    void anAdrpAtTheEndOfAPageBecomesAnAdr(int offset, int type, String word) {
        DryLoad.Result result = adrpAt(offset, type, 0xffff_8000_0000_5123L).relocate();
        assertEquals(word, Integer.toHexString(result.word(".text", offset)));
        assertEquals(List.of(), result.relocated().stubs());
    }

    /** 1 MB each way, counted from the word at 0xff8 to the start of the page. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "ffff800040100fff, 107f8041",
        "ffff800040101000, 14000012",
        "ffff80003ff01000, 10800041",
        "ffff80003ff00fff, 14000012"
    })
    void anAdrReachesOneMegabyte(String target, String word) {
        long base = 0xffff_8000_4000_0000L;
        DryLoad laid = adrpAt(0xff8, ADRP, Long.parseUnsignedLong(target, 16)).at(base);
        assertEquals(word, Integer.toHexString(laid.relocate().word(".text", 0xff8)));
    }

    /** The code has 0x1004 bytes, so the PLT begins at 0x1040: 0xffff pages from the target. */
    @ParameterizedTest
    @ValueSource(ints = {ADRP, ADRP_NC})
    void anAdrpBeyondAnAdrsReachGoesThroughAVeneer(int type) {
        DryLoad.Result result = adrpAt(0xff8, type, S).relocate();
        assertEquals("14000012", Integer.toHexString(result.word(".text", 0xff8))); // b 0x1040
        assertEquals(
                List.of(
                        "f007ffe1", // adrp x1, 0xffff800010000000
                        "91000021", // add x1, x1, #0
                        "17ffffed", // b 0xffc, from 0x1048
                        "0",
                        "0",
                        "0",
                        "0",
                        "0",
                        "0"),
                result.hexWords(".plt"));
        Stub veneer = result.relocated().stubs().get(0);
        assertEquals(Address.of(0xffff_8000_1000_0000L), veneer.target());
        assertEquals("adrp   x1, target", veneer.template().pieces().get(0).assembly());
    }

    @Test
    void otherMachinesKeepTheirAdrp() {
        assertEquals(
                "90080001",
                Integer.toHexString(
                        adrpAt(0xff8, ADRP, S).under(Loads.LINUX_6_1).relocate().word(".text", 0xff8)));
        KernelProfile otherVersion = KernelProfile.of(new KernelVersion(6, 1, 191));
        assertEquals(
                "90080001",
                Integer.toHexString(adrpAt(0xff8, ADRP, S)
                        .under(otherVersion.withMachine(MachineFacts.of(1).withCapabilities(54)))
                        .relocate()
                        .word(".text", 0xff8)),
                "54 may mean something else there");
    }

    @Test
    void theErratumIsKnownByItsNameToo() {
        KernelProfile named = KernelProfile.of(new KernelVersion(6, 1, 191))
                .withMachine(MachineFacts.of(1).withFeatures("erratum-843419"));
        assertEquals(
                "10020041",
                Integer.toHexString(adrpAt(0xff8, ADRP, 0xffff_8000_0000_5123L)
                        .under(named)
                        .relocate()
                        .word(".text", 0xff8)));
    }

    /** Twelve calls; the PLT begins at 0xf80, and its eleventh entry would lie at 0xff8, where its own adrp would be unsafe. */
    @Test
    void anEntryAtTheEndOfAPageIsPassedOver() {
        DryLoad laid = Loads.module().under(Loads.WITH_ERRATUM);
        laid.builder().code(".text").zeros(0xf50);
        for (int i = 0; i < 12; i++) {
            laid.exports("S" + i, S + 4L * i);
            laid.builder().text(0x9400_0000).relocation(".text", 0xf50 + 4L * i, CALL26, "S" + i);
        }
        DryLoad.Result result = laid.relocate();
        assertEquals(0xffff_8000_0000_0f80L, result.address(".plt"));
        List<String> plt = result.hexWords(".plt");
        assertEquals(List.of("90080010", "912b8210", "d61f0200"), plt.subList(27, 30)); // at 0xfec: 0xabc + 36
        assertEquals(List.of("0", "0", "0"), plt.subList(30, 33)); // at 0xff8
        assertEquals(List.of("f007fff0", "912b9210", "d61f0200"), plt.subList(33, 36)); // at 0x1004: 0xabc + 40
        assertEquals(0x9400_0023, result.word(".text", 0xf78)); // the eleventh call: bl 0x1004
    }

    /** The veneer comes between two calls of S in the order of application, so the second does not share the first's entry. */
    @Test
    void aVeneerIsNoEntryToShare() {
        DryLoad laid = Loads.module().under(Loads.WITH_ERRATUM).exports("S", S).exports("D", T);
        laid.builder().code(".text").zeros(0xff8).instructions(0x9000_0001, 0x9400_0000);
        laid.builder().code(".text.unlikely").instructions(0x9400_0000);
        laid.builder()
                .relocation(".text", 0xffc, CALL26, "S")
                .relocation(".text", 0xff8, ADRP, "D")
                .relocation(".text.unlikely", 0, CALL26, "S");
        DryLoad.Result result = laid.relocate();
        assertEquals(3, result.relocated().stubs().size());
        assertEquals(
                List.of("S", "D", "S"),
                result.relocated().stubs().stream().map(Stub::symbol).toList());
    }
}
