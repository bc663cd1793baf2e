package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.kernel.MachineFacts;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.ElfTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code module_finalize} does to a module's tables. */
class PariscFinishTest {
    private static final int PCREL32 = 9;
    private static final int SEGREL32 = 49;
    private static final int NOP = 0x0800_0240;
    private static final int SYNC = 0x0000_0400;
    private static final int PDTLB = 0x0422_1200; // pdtlb %r2(%sr1,%r1)

    /** The targets of both widths. */
    enum Machine {
        NARROW(ElfTarget.PARISC_32),
        WIDE(ElfTarget.PARISC_64);

        private final ElfTarget target;

        Machine(ElfTarget target) {
            this.target = target;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLastUnwindTableIsSortedAndTheFirstIsNot(Machine machine) {
        DryLoad laid = Loads.module(machine.target);
        laid.builder().text(NOP, NOP, NOP, NOP).function("f", ".text", 0);
        unwind(laid, ".PARISC.unwind", 8, 0);
        unwind(laid, ".PARISC.unwind.init", 8, 12, 4);
        DryLoad.Result result = laid.relocate();

        int text = (int) result.address(".text");
        assertEquals(List.of(text + 8, text + 8, 1, ~1, text, text, 2, ~2), words(result, ".PARISC.unwind", 8));
        assertEquals(
                List.of(text + 4, text + 4, 3, ~3, text + 8, text + 8, 1, ~1, text + 12, text + 12, 2, ~2),
                words(result, ".PARISC.unwind.init", 12));
    }

    /** An unwind table with an entry for each of these offsets of code: start, end, and two words that number the entry. */
    private static void unwind(DryLoad laid, String section, int... offsets) {
        laid.builder().readOnly(section);
        for (int i = 0; i < offsets.length; i++) {
            laid.builder().readOnly(section).words(0, 0, i + 1, ~(i + 1));
            laid.builder().relocation(section, 16L * i, SEGREL32, "f", offsets[i]);
            laid.builder().relocation(section, 16L * i + 4, SEGREL32, "f", offsets[i]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void localLabelsLeaveTheSymbolTableOfInitAndAStaleTailStays(Machine machine) {
        DryLoad laid = Loads.module(machine.target);
        laid.builder()
                .text(NOP, NOP, NOP)
                .function("first", ".text", 0)
                .function(".L1", ".text", 4)
                .function("second", ".text", 8)
                .function(".L2", ".text", 4)
                .function("third", ".text", 0);
        DryLoad.Result result = laid.relocate();

        SymbolTable symbols = result.plan().file().elf().symbolTable().orElseThrow();
        List<String> inFile =
                IntStream.range(0, symbols.count()).mapToObj(symbols::name).toList();
        List<String> expected = new ArrayList<>(
                inFile.stream().filter(name -> !name.startsWith(".L")).toList());
        expected.addAll(inFile.subList(expected.size(), inFile.size())); // the tail stays as it was
        Section section = symbols.section();
        ElfEncoding encoding = machine.target.encoding();
        byte[] bytes = result.relocated().bytes(section);
        int entryBytes = encoding.is64Bit() ? 24 : 16;
        List<String> found = IntStream.range(0, symbols.count())
                .map(i -> encoding.word(bytes, i * entryBytes))
                .mapToObj(offset -> IntStream.range(0, symbols.count())
                        .filter(i -> symbols.nameOffset(i) == offset)
                        .mapToObj(symbols::name)
                        .findFirst()
                        .orElseThrow())
                .toList();
        assertEquals(expected, found);
    }

    static Stream<Arguments> conditions() {
        return Stream.of(
                Arguments.of(MachineFacts.unknown(), 0x80),
                Arguments.of(MachineFacts.of(1), 0x81),
                Arguments.of(MachineFacts.of(2), 0x80),
                Arguments.of(MachineFacts.of(2).withFeatures("no-data-cache"), 0x82),
                Arguments.of(MachineFacts.of(2).withFeatures("no-instruction-cache"), 0x84),
                Arguments.of(MachineFacts.of(2).withFeatures("combined-tlb"), 0x88),
                Arguments.of(MachineFacts.of(2).withFeatures("coherent-io-directory"), 0x90),
                Arguments.of(MachineFacts.of(1).withFeatures("qemu"), 0xa1),
                Arguments.of(MachineFacts.of(1).withFeatures("qemu", "no-alternatives"), 0x80));
    }

    /** There is one entry for each condition bit; where the condition holds, a nop replaces the {@code sync}. */
    @ParameterizedTest
    @MethodSource("conditions")
    void codeIsRewrittenWhereAConditionHolds(MachineFacts machine, int holding) {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).under(Loads.LINUX_6_1.withMachine(machine));
        laid.builder().text(SYNC, SYNC, SYNC, SYNC, SYNC, SYNC, SYNC, SYNC).function("f", ".text", 0);
        for (int bit = 0; bit < 8; bit++) {
            entry(laid, bit, 4 * bit, 1, 1 << bit, NOP);
        }
        DryLoad.Result result = laid.relocate();
        assertEquals(
                IntStream.range(0, 8)
                        .mapToObj(bit -> (holding >> bit & 1) == 1 ? NOP : SYNC)
                        .toList(),
                words(result, ".text", 8));
    }

    private static void entry(DryLoad laid, int index, int codeOffset, int length, int conditions, int replacement) {
        laid.builder().readOnly(".altinstructions").words(0, length << 16 | conditions, replacement);
        laid.builder().relocation(".altinstructions", 12L * index, PCREL32, "f", codeOffset + 8);
    }

    @Test
    void whatIsWrittenFollowsFromLengthAndReplacement() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_64)
                .under(Loads.LINUX_6_1.withMachine(MachineFacts.of(1).withFeatures("local-tlb-purge")));
        laid.builder().text(PDTLB, SYNC, SYNC, SYNC, SYNC, SYNC, SYNC).function("f", ".text", 0);
        entry(laid, 0, 0, 1, 0x80, 2); // a purge of one TLB
        entry(laid, 1, 4, 3, 0x80, NOP); // a branch over 3 words: b,n skips one by itself, the field adds 1
        entry(laid, 2, 16, 1, 0x80, 0x3333_3333);
        entry(laid, 3, 20, -2, 0x80, 0); // copies two words from a higher address, since the offset is unsigned
        laid.builder().readOnly(".rodata.patch").words(0x1111_1111, 0x2222_2222);
        laid.builder().symbol("patch").in(laid.builder().section(".rodata.patch"), 0);
        laid.builder().relocation(".altinstructions", 44, PCREL32, "patch", 8);
        DryLoad.Result result = laid.relocate();
        assertEquals(
                List.of(PDTLB | 0x400, 0xe800_000a, SYNC, SYNC, 0x3333_3333, 0x1111_1111, 0x2222_2222),
                words(result, ".text", 7));
    }

    @Test
    void aPurgeStaysGlobalBeforePa20() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32);
        laid.builder().text(PDTLB).function("f", ".text", 0);
        entry(laid, 0, 0, 1, 0x80, 2);
        assertEquals(List.of(PDTLB), words(laid.relocate(), ".text", 1));
    }

    @Test
    void aFeatureThatNobodyKnowsIsRefused() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32)
                .under(Loads.LINUX_6_1.withMachine(MachineFacts.of(1).withFeatures("qemu", "no-dcache")));
        laid.builder().text(NOP).function("f", ".text", 0);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, laid::relocate);
        assertEquals(
                "the architecture knows no machine feature no-dcache; it knows coherent-io-directory, combined-tlb,"
                        + " local-tlb-purge, no-alternatives, no-data-cache, no-instruction-cache, qemu",
                refused.getMessage());
    }

    @Test
    void codeOutsideTheModuleIsNotRewritten() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32);
        laid.builder().text(NOP).function("f", ".text", 0);
        entry(laid, 0, 0x4000_0000, 1, 0x80, NOP);
        assertThrows(FormatException.class, laid::relocate);
    }

    private static List<Integer> words(DryLoad.Result result, String section, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> result.word(section, 4 * i))
                .toList();
    }
}
