package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.FormatException;
import io.modrt.kernel.MachineFacts;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that is replaced for a machine, word for word. {@code .text} lies at 0xffff800000000000. */
class AArch64AlternativesTest {
    private static final int PREL32 = 261;
    private static final int CALLBACK = 0x8000;
    private static final int NOP = 0xd503_201f;

    private enum Data {
        LITTLE(ElfTarget.AARCH64_LE),
        BIG(ElfTarget.AARCH64_BE);

        private final ElfTarget target;

        Data(ElfTarget target) {
            this.target = target;
        }
    }

    /** A module with code at 0 and room for a replacement at 0x40. */
    private static DryLoad module(ElfTarget target, int[] code, int[] replacement) {
        DryLoad laid = Loads.module(target)
                .under(Loads.LINUX_6_1.withMachine(MachineFacts.of(1).withCapabilities(26, 37)));
        laid.builder().text(code).code(".text").padding(0x40).instructions(replacement);
        laid.builder().function("code", ".text", 0).function("replacement", ".text", 0x40);
        return laid;
    }

    /** Adds an entry: the code, its replacement, then a u16 and two u8, which have the file's byte order. */
    private static void entry(
            DryLoad laid, ElfTarget target, String replacement, int capability, int bytes, int newBytes) {
        boolean isBig = target.encoding().isBigEndian();
        int fields = isBig ? capability << 16 | bytes << 8 | newBytes : newBytes << 24 | bytes << 16 | capability;
        long at = laid.builder().readOnly(".altinstructions").sizeBytes();
        laid.builder()
                .readOnly(".altinstructions")
                .words(0, 0, fields)
                .relocation(at, PREL32, laid.builder().symbol("code"))
                .relocation(at + 4, PREL32, laid.builder().symbol(replacement));
    }

    private static List<String> replaced(int capability, int[] code, int[] replacement) {
        DryLoad laid = module(ElfTarget.AARCH64_LE, code, replacement);
        entry(laid, ElfTarget.AARCH64_LE, "replacement", capability, 4 * code.length, 4 * replacement.length);
        return laid.relocate().hexWords(".text").subList(0, code.length);
    }

    /** Capabilities 0 and 1 are every machine's. */
    @ParameterizedTest
    @CsvSource({"0, aaaa", "1, aaaa", "2, 5555", "25, 5555", "26, aaaa", "27, 5555", "37, aaaa"})
    void codeIsReplacedWhereTheMachineHasTheCapability(int capability, String after) {
        assertEquals(List.of(after), replaced(capability, new int[] {0x5555}, new int[] {0xaaaa}));
    }

    @ParameterizedTest
    @EnumSource
    void fieldsHaveTheByteOrderOfDataAndCodeIsLittleEndian(Data data) {
        DryLoad laid = module(data.target, new int[] {1, 2, 3}, new int[] {4, 5});
        entry(laid, data.target, "replacement", 26, 8, 8);
        assertEquals(List.of("4", "5", "3"), laid.relocate().hexWords(".text").subList(0, 3));
    }

    @Test
    void aLaterEntryOverwritesAnEarlierOne() {
        DryLoad laid = module(ElfTarget.AARCH64_LE, new int[] {1, 2}, new int[] {3, 4});
        laid.builder().text(5).function("other", ".text", 0x48);
        entry(laid, ElfTarget.AARCH64_LE, "replacement", 26, 8, 8);
        entry(laid, ElfTarget.AARCH64_LE, "other", 37, 4, 4);
        assertEquals(List.of("5", "4"), laid.relocate().hexWords(".text").subList(0, 2));
    }

    /** The replacement lies 0x40 bytes, 0x10 words, behind the code. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # word    | moved    | what it is, as it lies in the replacement of 8 bytes
            14000003  | 14000013 | b      .+12, behind the end
            14000002  | 14000002 | b      .+8, to the end, which counts as within
            14000000  | 14000000 | b      ., within
            17ffffff  | 1400000f | b      .-4, in front
            94000100  | 94000110 | bl     .+0x400
            540000c0  | 540002c0 | b.eq   .+24
            54ffffe0  | 540001e0 | b.eq   .-4
            b4000065  | b4000265 | cbz    x5, .+12
            35000041  | 35000041 | cbnz   w1, .+8, to the end
            b60800e3  | b60802e3 | tbz    x3, #33, .+28
            3707fff2  | 370001f2 | tbnz   w18, #0, .-4
            d503201f  | d503201f | nop
            d53800a1  | d53800a1 | mrs    x1, mpidr_el1
            """)
    void branchesOutOfTheReplacementKeepTheirTarget(String word, String moved, String what) {
        int replacement = Integer.parseUnsignedInt(word, 16);
        assertEquals(List.of(moved, "d503201f"), replaced(26, new int[] {0, 0}, new int[] {replacement, NOP}), what);
    }

    /** The code lies in page 0, the replacement in page 2. */
    @Test
    void adrpKeepsItsPage() {
        DryLoad laid = Loads.module()
                .under(Loads.LINUX_6_1.withMachine(MachineFacts.of(1).withCapabilities(26)));
        laid.builder().text(0).code(".text").zeros(0x2000).instructions(0xb000_0001); // adrp x1, page 3
        laid.builder().function("code", ".text", 0).function("replacement", ".text", 0x2004);
        entry(laid, ElfTarget.AARCH64_LE, "replacement", 26, 4, 4);
        assertEquals("f0000001", laid.relocate().hexWords(".text").get(0)); // from page 0
    }

    @ParameterizedTest
    @ValueSource(strings = {"10000001", "70ffffe5", "18000041", "58000041", "98000041", "1c000041", "9c000041"})
    void otherWordsThatCountFromTheirPlaceAreRefused(String word) {
        int replacement = Integer.parseUnsignedInt(word, 16);
        FormatException refused =
                assertThrows(FormatException.class, () -> replaced(26, new int[] {0}, new int[] {replacement}));
        assertTrue(refused.getMessage().startsWith("alternative of 0xffff800000000000 has 0x" + word));
        assertEquals(List.of("0"), replaced(27, new int[] {0}, new int[] {replacement}), "not this machine's");
    }

    @Test
    void aReplacementHasTheLengthOfWhatItReplaces() {
        FormatException refused =
                assertThrows(FormatException.class, () -> replaced(26, new int[] {1, 2}, new int[] {3}));
        assertEquals(
                "alternative of 0xffff800000000000 has a replacement of another length, where the kernel stops",
                refused.getMessage());
    }

    /** As a live 6.12 showed, whose processor had the capability: it crashed. */
    @ParameterizedTest
    @ValueSource(ints = {26, 27})
    void codeOutsideTheModuleIsRefusedWhateverTheMachine(int capability) {
        DryLoad laid = module(ElfTarget.AARCH64_LE, new int[] {1}, new int[] {2});
        laid.exports("elsewhere", 0xffff_8000_0801_2340L);
        laid.builder()
                .readOnly(".altinstructions")
                .words(0, 0, 0x0404_0000 | capability)
                .relocation(0, PREL32, laid.builder().symbol("elsewhere"))
                .relocation(4, PREL32, laid.builder().symbol("replacement"));
        FormatException refused = assertThrows(FormatException.class, laid::relocate);
        assertTrue(refused.beyondKernel());
        assertTrue(refused.getMessage().contains("0xffff800008012340"), refused.getMessage());
    }

    private static DryLoad withCallback(int capability, String function) {
        DryLoad laid = module(ElfTarget.AARCH64_LE, new int[] {1, 2, 3}, new int[] {});
        laid.exports("alt_cb_patch_nops", 0xffff_8000_0801_2340L).exports("another", 0xffff_8000_0801_2380L);
        laid.builder().symbol("alt_cb_patch_nops");
        entry(laid, ElfTarget.AARCH64_LE, function, capability | CALLBACK, 8, 0);
        return laid;
    }

    @Test
    void theKernelsCallbackWritesNops() {
        List<String> nops = List.of("d503201f", "d503201f", "3");
        assertEquals(
                nops,
                withCallback(26, "alt_cb_patch_nops")
                        .relocate()
                        .hexWords(".text")
                        .subList(0, 3));
        assertEquals(
                nops,
                withCallback(1, "alt_cb_patch_nops")
                        .relocate()
                        .hexWords(".text")
                        .subList(0, 3));
        assertEquals(
                List.of("1", "2", "3"),
                withCallback(25, "alt_cb_patch_nops")
                        .relocate()
                        .hexWords(".text")
                        .subList(0, 3));
    }

    @Test
    void otherCallbacksAreNotKnown() {
        FormatException refused = assertThrows(
                FormatException.class, () -> withCallback(26, "another").relocate());
        assertEquals(
                "alternative of 0xffff800000000000 is for a function of the kernel other than alt_cb_patch_nops",
                refused.getMessage());
        assertEquals(
                List.of("1", "2", "3"),
                withCallback(25, "another").relocate().hexWords(".text").subList(0, 3));
    }
}
