package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelVersion;
import io.modrt.kernel.MachineFacts;
import io.modrt.layout.RegionKind;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate.Piece;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PLT entries and veneers, word for word; addresses and words were worked out by hand. */
class AArch64PltTest {
    private static final int CALL26 = 283;
    private static final int ADRP = 275;
    private static final int ADRP_NC = 276;

    /** 256 MB from the module: beyond the reach of a branch. */
    private static final long S = 0xffff_8000_1000_0abcL;

    private static final long T = 0xffff_8000_2000_0004L;

    /** Calls from the start of {@code .text} on, a word each; S comes before T in the symbol table. */
    private static Laid calling(String... symbols) {
        Laid laid = Laid.module().exported("S", S).exported("T", T);
        laid.builder().symbol("S");
        laid.builder().symbol("T");
        for (int i = 0; i < symbols.length; i++) {
            laid.builder().text(0x9400_0000).relocation(".text", 4L * i, CALL26, symbols[i]);
        }
        return laid;
    }

    /** The PLT lies at 0x40, behind the code; from there S is 0x10000 pages away, T 0x20000. */
    @Test
    void aCallThatDoesNotReachGoesThroughAnEntry() {
        Laid.Result result = calling("S").relocate();
        assertEquals(List.of("94000010"), result.words(".text")); // bl 0x40, from 0
        assertEquals(
                List.of(
                        "90080010", // adrp x16, 0xffff800010000000
                        "912af210", // add x16, x16, #0xabc
                        "d61f0200", // br x16
                        "0",
                        "0",
                        "0"),
                result.words(".plt"));
        Stub stub = result.relocated().stubs().get(0);
        assertEquals(Address.of(0xffff_8000_0000_0040L), stub.address());
        assertEquals(Address.of(S), stub.target());
        assertEquals("S", stub.symbol());
        assertEquals(
                List.of("adrp   x16, target", "add    x16, x16, #:lo12:target", "br     x16"),
                stub.template().pieces().stream().map(Piece::assembly).toList());
    }

    @ParameterizedTest(name = "{0} from the call: {1}")
    @CsvSource({
        "0x7fffffc, 95ffffff, 0",
        "0x7ffffff, 95ffffff, 0",
        "0x8000000, 94000010, 1",
        "-0x8000000, 96000000, 0",
        "-0x8000001, 94000010, 1"
    })
    void onlyWhatDoesNotReachGoesThroughAnEntry(long distance, String word, int entries) {
        long base = 0xffff_8000_4000_0000L;
        Laid.Result result =
                calling("S").at(base).exported("S", base + distance).relocate();
        assertEquals(List.of(word), result.words(".text"));
        assertEquals(entries, result.relocated().stubs().size());
    }

    /** Applied are S, S, T: the entry that the second S left behind becomes that of T. */
    @Test
    void callsOfOneSymbolShareAnEntryAndTheNextOverwritesWhatIsLeft() {
        Laid laid = calling("T", "S", "S", "here");
        laid.builder().function("here", ".text", 12);
        Laid.Result result = laid.relocate();
        assertEquals(List.of("94000013", "9400000f", "9400000e", "94000000"), result.words(".text"));
        assertEquals(
                List.of(
                        "90080010",
                        "912af210",
                        "d61f0200",
                        "90100010", // adrp x16, 0xffff800020000000
                        "91001210", // add x16, x16, #4
                        "d61f0200",
                        "0",
                        "0",
                        "0"),
                result.words(".plt"));
        assertEquals(2, result.relocated().stubs().size());
    }

    /** The PLT begins at 0xfc0, so that the seventh entry, the one left behind, lies in the next page: its adrp counts one page less. */
    @Test
    void theEntryLeftBehindStaysInMemory() {
        Laid laid = Laid.module();
        laid.builder().code(".text").zeros(0xfa0);
        List<String> symbols = List.of("S1", "S2", "S3", "S4", "S5", "S6", "S6", "here");
        for (int i = 0; i < symbols.size(); i++) {
            laid.builder().text(0x9400_0000).relocation(".text", 0xfa0 + 4L * i, CALL26, symbols.get(i));
        }
        laid.builder().function("here", ".text", 0xfbc);
        symbols.subList(0, 5).forEach(symbol -> laid.exported(symbol, T + 4 * symbol.charAt(1)));
        Laid.Result result = laid.exported("S6", S).relocate();
        assertEquals(0xffff_8000_0000_0fc0L, result.address(".plt"));
        List<String> plt = result.words(".plt");
        assertEquals(21, plt.size());
        assertEquals(List.of("90080010", "912af210", "d61f0200"), plt.subList(15, 18)); // at 0xffc, in use
        assertEquals(List.of("f007fff0", "912af210", "d61f0200"), plt.subList(18, 21)); // at 0x1008, left behind
        assertEquals(0x9400_0012, result.word(".text", 0xfb4)); // bl 0xffc
        assertEquals(0x9400_0011, result.word(".text", 0xfb8)); // bl 0xffc
        List<Stub> stubs = result.relocated().stubs();
        assertEquals(7, stubs.size());
        assertEquals(Address.of(0xffff_8000_0000_1008L), stubs.get(6).address());
    }

    /** Where the two pointers of the kernel's search meet is a branch that is not sorted, so it finds another's entry in front of it. */
    @Test
    void theLastBranchOfAllMayMissItsEntry() {
        Laid.Result result = calling("T", "S", "S").relocate();
        assertEquals(List.of("94000013", "9400000f", "94000014"), result.words(".text"));
        assertEquals(3, result.relocated().stubs().size());
    }

    @Test
    void codeOfInitUsesTheInitPlt() {
        Laid laid = calling("S").at(RegionKind.INIT, 0xffff_8000_0010_0000L);
        laid.builder().initText(0x9400_0000).relocation(".init.text", 0, CALL26, "T");
        Laid.Result result = laid.relocate();
        assertEquals(List.of("90080010", "912af210", "d61f0200", "0", "0", "0"), result.words(".plt"));
        // From 0xffff800000100040: 0x20000 pages less 0x100.
        assertEquals(List.of("900ff810", "91001210", "d61f0200", "0", "0", "0"), result.words(".init.plt"));
        assertEquals(List.of("94000010"), result.words(".init.text"));
    }

    /** 8 GB away, and where the distance in pages wraps: the kernel keeps 32 bits of it. */
    @ParameterizedTest
    @CsvSource({
        "ffff800200000abc, d4202000, 912af210",
        "ffff800100000000, d4202000, 91000210",
        "ffff8000ffffffff, f07ffff0, 913ffe10",
        "ffff7fff00000000, 90800010, 91000210",
        "ffff7ffefffff000, d4202000, 91000210",
        "0, 90000010, 91000210"
    })
    void anEntryOutOfReachIsATrap(String target, String first, String second) {
        Laid.Result result =
                calling("S").exported("S", Long.parseUnsignedLong(target, 16)).relocate();
        assertEquals(List.of(first, second, "d61f0200"), result.words(".plt").subList(0, 3));
    }

    @Test
    void aWeakSymbolThatNobodyHasIsCalledThroughAnEntry() {
        Laid laid = Laid.module();
        laid.builder().importsWeakly("absent").text(0x9400_0000).relocation(".text", 0, CALL26, "absent");
        assertEquals(
                List.of("90000010", "91000210", "d61f0200"),
                laid.relocate().words(".plt").subList(0, 3));
    }

    /** A branch within its section is not counted, so there is no entry for it, however far its addend leads. */
    @Test
    void whereNoneWasCountedNoneIsLeft() {
        Laid laid = Laid.module();
        laid.builder().text(0x9400_0000).function("here", ".text", 0);
        laid.builder().relocation(".text", 0, CALL26, "here", 1L << 28);
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.empty(), refused.kernelMessage());
        assertEquals(
                "m: .text+0x0: R_AARCH64_CALL26 against here+0x10000000: needs PLT entry 1, of 0 counted",
                refused.getMessage());
    }

    @Test
    void aKernelWithoutPltsRefuses() {
        KernelProfile withoutPlts =
                Laid.LINUX_6_1.with("CONFIG_RANDOMIZE_BASE", false).with("CONFIG_ARM64_ERRATUM_843419", false);
        RelocationException refused = assertThrows(
                RelocationException.class, () -> calling("S").under(withoutPlts).relocate());
        assertEquals(
                Optional.of("module m: overflow in relocation type 283 val ffff800010000abc"), refused.kernelMessage());
    }

    private static Laid adrpAt(int offset, int type, long target) {
        Laid laid = Laid.module().under(Laid.WITH_ERRATUM).exported("S", target);
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
        Laid.Result result = adrpAt(offset, type, 0xffff_8000_0000_5123L).relocate();
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
        Laid laid = adrpAt(0xff8, ADRP, Long.parseUnsignedLong(target, 16)).at(base);
        assertEquals(word, Integer.toHexString(laid.relocate().word(".text", 0xff8)));
    }

    /** The code has 0x1004 bytes, so the PLT begins at 0x1040: 0xffff pages from the target. */
    @ParameterizedTest
    @ValueSource(ints = {ADRP, ADRP_NC})
    void anAdrpBeyondAnAdrsReachGoesThroughAVeneer(int type) {
        Laid.Result result = adrpAt(0xff8, type, S).relocate();
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
                result.words(".plt"));
        Stub veneer = result.relocated().stubs().get(0);
        assertEquals(Address.of(0xffff_8000_1000_0000L), veneer.target());
        assertEquals("adrp   x1, target", veneer.template().pieces().get(0).assembly());
    }

    @Test
    void otherMachinesKeepTheirAdrp() {
        assertEquals(
                "90080001",
                Integer.toHexString(
                        adrpAt(0xff8, ADRP, S).under(Laid.LINUX_6_1).relocate().word(".text", 0xff8)));
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
        Laid laid = Laid.module().under(Laid.WITH_ERRATUM);
        laid.builder().code(".text").zeros(0xf50);
        for (int i = 0; i < 12; i++) {
            laid.exported("S" + i, S + 4L * i);
            laid.builder().text(0x9400_0000).relocation(".text", 0xf50 + 4L * i, CALL26, "S" + i);
        }
        Laid.Result result = laid.relocate();
        assertEquals(0xffff_8000_0000_0f80L, result.address(".plt"));
        List<String> plt = result.words(".plt");
        assertEquals(List.of("90080010", "912b8210", "d61f0200"), plt.subList(27, 30)); // at 0xfec: 0xabc + 36
        assertEquals(List.of("0", "0", "0"), plt.subList(30, 33)); // at 0xff8
        assertEquals(List.of("f007fff0", "912b9210", "d61f0200"), plt.subList(33, 36)); // at 0x1004: 0xabc + 40
        assertEquals(0x9400_0023, result.word(".text", 0xf78)); // the eleventh call: bl 0x1004
    }

    /** The veneer comes between two calls of S in the order of application, so the second does not share the first's entry. */
    @Test
    void aVeneerIsNoEntryToShare() {
        Laid laid = Laid.module().under(Laid.WITH_ERRATUM).exported("S", S).exported("D", T);
        laid.builder().code(".text").zeros(0xff8).instructions(0x9000_0001, 0x9400_0000);
        laid.builder().code(".text.unlikely").instructions(0x9400_0000);
        laid.builder()
                .relocation(".text", 0xffc, CALL26, "S")
                .relocation(".text", 0xff8, ADRP, "D")
                .relocation(".text.unlikely", 0, CALL26, "S");
        Laid.Result result = laid.relocate();
        assertEquals(3, result.relocated().stubs().size());
        assertEquals(
                List.of("S", "D", "S"),
                result.relocated().stubs().stream().map(Stub::symbol).toList());
    }
}
