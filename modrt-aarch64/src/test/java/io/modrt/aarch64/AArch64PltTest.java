package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate.Piece;
import io.modrt.testkit.DryLoad;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PLT entries, word for word; addresses and words were worked out by hand. */
class AArch64PltTest {
    private static final int CALL26 = 283;

    /** 256 MB from the module: beyond the reach of a branch. */
    private static final long S = 0xffff_8000_1000_0abcL;

    private static final long T = 0xffff_8000_2000_0004L;

    /** Calls from the start of {@code .text} on, a word each; S comes before T in the symbol table. */
    private static DryLoad calling(String... symbols) {
        DryLoad laid = Loads.module().exports("S", S).exports("T", T);
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
        DryLoad.Result result = calling("S").relocate();
        assertEquals(List.of("94000010"), result.hexWords(".text")); // bl 0x40, from 0
        assertEquals(
                List.of(
                        "90080010", // adrp x16, 0xffff800010000000
                        "912af210", // add x16, x16, #0xabc
                        "d61f0200", // br x16
                        "0",
                        "0",
                        "0"),
                result.hexWords(".plt"));
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
        DryLoad.Result result =
                calling("S").at(base).exports("S", base + distance).relocate();
        assertEquals(List.of(word), result.hexWords(".text"));
        assertEquals(entries, result.relocated().stubs().size());
    }

    /** Applied are S, S, T: the entry that the second S left behind becomes that of T. */
    @Test
    void callsOfOneSymbolShareAnEntryAndTheNextOverwritesWhatIsLeft() {
        DryLoad laid = calling("T", "S", "S", "here");
        laid.builder().function("here", ".text", 12);
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of("94000013", "9400000f", "9400000e", "94000000"), result.hexWords(".text"));
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
                result.hexWords(".plt"));
        assertEquals(2, result.relocated().stubs().size());
    }

    /** The PLT begins at 0xfc0, so that the seventh entry, the one left behind, lies in the next page: its adrp counts one page less. */
    @Test
    void theEntryLeftBehindStaysInMemory() {
        DryLoad laid = Loads.module();
        laid.builder().code(".text").zeros(0xfa0);
        List<String> symbols = List.of("S1", "S2", "S3", "S4", "S5", "S6", "S6", "here");
        for (int i = 0; i < symbols.size(); i++) {
            laid.builder().text(0x9400_0000).relocation(".text", 0xfa0 + 4L * i, CALL26, symbols.get(i));
        }
        laid.builder().function("here", ".text", 0xfbc);
        symbols.subList(0, 5).forEach(symbol -> laid.exports(symbol, T + 4 * symbol.charAt(1)));
        DryLoad.Result result = laid.exports("S6", S).relocate();
        assertEquals(0xffff_8000_0000_0fc0L, result.address(".plt"));
        List<String> plt = result.hexWords(".plt");
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
        DryLoad.Result result = calling("T", "S", "S").relocate();
        assertEquals(List.of("94000013", "9400000f", "94000014"), result.hexWords(".text"));
        assertEquals(3, result.relocated().stubs().size());
    }

    @Test
    void codeOfInitUsesTheInitPlt() {
        DryLoad laid = calling("S").at(RegionKind.INIT, 0xffff_8000_0010_0000L);
        laid.builder().initText(0x9400_0000).relocation(".init.text", 0, CALL26, "T");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of("90080010", "912af210", "d61f0200", "0", "0", "0"), result.hexWords(".plt"));
        // From 0xffff800000100040: 0x20000 pages less 0x100.
        assertEquals(List.of("900ff810", "91001210", "d61f0200", "0", "0", "0"), result.hexWords(".init.plt"));
        assertEquals(List.of("94000010"), result.hexWords(".init.text"));
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
        DryLoad.Result result =
                calling("S").exports("S", Long.parseUnsignedLong(target, 16)).relocate();
        assertEquals(List.of(first, second, "d61f0200"), result.hexWords(".plt").subList(0, 3));
    }

    @Test
    void aWeakSymbolThatNobodyHasIsCalledThroughAnEntry() {
        DryLoad laid = Loads.module();
        laid.builder().importsWeakly("absent").text(0x9400_0000).relocation(".text", 0, CALL26, "absent");
        assertEquals(
                List.of("90000010", "91000210", "d61f0200"),
                laid.relocate().hexWords(".plt").subList(0, 3));
    }

    /** A branch within its section is not counted, so there is no entry for it, however far its addend leads. */
    @Test
    void whereNoneWasCountedNoneIsLeft() {
        DryLoad laid = Loads.module();
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
                Loads.LINUX_6_1.with("CONFIG_RANDOMIZE_BASE", false).with("CONFIG_ARM64_ERRATUM_843419", false);
        RelocationException refused = assertThrows(
                RelocationException.class, () -> calling("S").under(withoutPlts).relocate());
        assertEquals(
                Optional.of("module m: overflow in relocation type 283 val ffff800010000abc"), refused.kernelMessage());
    }
}
