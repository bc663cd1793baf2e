package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LayoutPlan;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchPlan;
import io.modrt.testkit.DryLoad;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted before layout, and in which order; the cases were worked out by hand from the kernel's algorithm. */
class AArch64PlanTest {
    private static final int CALL26 = 283;
    private static final int JUMP26 = 282;
    private static final int ADRP = 275;
    private static final int ADRP_NC = 276;
    private static final KernelProfile UNMOVED = Loads.LINUX_6_1.with("CONFIG_RANDOMIZE_BASE", false);

    /** A module whose {@code .text} has a word for each branch; {@code near} is defined there, other symbols are imported. */
    private static DryLoad calling(String... symbols) {
        DryLoad laid = Loads.module();
        laid.builder().text(new int[symbols.length + 1]).function("near", ".text", 4L * symbols.length);
        for (int i = 0; i < symbols.length; i++) {
            call(laid, i, CALL26, symbols[i], 0);
        }
        return laid;
    }

    private static void call(DryLoad laid, int word, int type, String symbol, long addend) {
        laid.builder().relocation(".text", 4L * word, type, symbol, addend);
    }

    private static Section section(LayoutPlan plan, String name) {
        return plan.shape(plan.file().elf().section(name).orElseThrow());
    }

    private static int entries(DryLoad laid, String section) {
        return (int) section(laid.plan(), section).sizeBytes() / 12 - 1;
    }

    private static ArchPlan plan(ModuleFile file, KernelProfile profile) {
        KernelProfile assumed = profile.assuming(new AArch64Arch().usualConfiguration(profile));
        return new AArch64Plan(file, new AArch64Kernel(assumed, file.elf().header()));
    }

    /** The offsets of the relocations of {@code .text}, by words, in the order of application. */
    private static List<Long> order(DryLoad laid, KernelProfile profile) {
        ModuleFile file = laid.plan().file();
        ArchPlan archPlan = plan(file, profile);
        RelocationSection text = file.elf().relocationSections().stream()
                .filter(relocations -> relocations.target().isNamed(".text"))
                .findFirst()
                .orElseThrow();
        RelocationSection ordered = archPlan.ordered(text);
        assertEquals(text.count(), ordered.count());
        return IntStream.range(0, ordered.count())
                .mapToObj(i -> ordered.offset(i) / 4)
                .toList();
    }

    /** Words 0 and 3 stay; the two pointers exchange 0 and 4 and meet at 3; then 4, 1, 2 are sorted by symbol. */
    @Test
    void branchesThatLeaveTheirSectionComeFirstBySymbol() {
        DryLoad laid = Loads.module();
        laid.builder().symbol("S");
        laid.builder().symbol("T");
        laid.builder().text(new int[6]).function("near", ".text", 20);
        List<String> symbols = List.of("near", "T", "S", "near", "S");
        IntStream.range(0, 5).forEach(i -> call(laid, i, CALL26, symbols.get(i), 0));
        assertEquals(List.of(4L, 2L, 1L, 3L, 0L), order(laid, Loads.LINUX_6_1));
        assertEquals(List.of(4L, 2L, 1L, 3L, 0L), order(laid, Loads.LINUX_6_12));
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), order(laid, UNMOVED), "a kernel that stays where it is");
    }

    @Test
    void branchesOfOneSymbolAreSortedByTypeAndAddend() {
        DryLoad laid = Loads.module();
        laid.builder().text(new int[7]).function("near", ".text", 24);
        call(laid, 0, CALL26, "S", 8);
        call(laid, 1, CALL26, "S", -4);
        call(laid, 2, CALL26, "S", 0);
        call(laid, 3, JUMP26, "S", 4);
        call(laid, 4, JUMP26, "S", 0);
        call(laid, 5, CALL26, "near", 0);
        assertEquals(List.of(4L, 3L, 1L, 2L, 0L, 5L), order(laid, Loads.LINUX_6_1));
    }

    /** The pointers meet at the last branch, which is not looked at. */
    @Test
    void theBranchWhereThePointersMeetIsNotSorted() {
        DryLoad laid = calling("T", "S");
        DryLoad other = Loads.module();
        other.builder().symbol("S");
        other.builder().symbol("T");
        other.builder().text(0, 0);
        call(other, 0, CALL26, "T", 0);
        call(other, 1, CALL26, "S", 0);
        assertEquals(List.of(0L, 1L), order(laid, Loads.LINUX_6_1), "T has the lower index");
        assertEquals(List.of(0L, 1L), order(other, Loads.LINUX_6_1), "S has, and stays behind");
    }

    @Test
    void oneEntryIsCountedForEachSymbolThatOneSectionCalls() {
        assertEquals(0, entries(calling("near", "near"), ".plt"));
        assertEquals(1, entries(calling("S", "S", "S", "near"), ".plt"));
        assertEquals(2, entries(calling("S", "T", "S", "near"), ".plt"));
        assertEquals(0, entries(calling("S", "T", "S", "near"), ".init.plt"));
        assertEquals(0, entries(calling("S", "near").under(UNMOVED), ".plt"));
    }

    @Test
    void branchesWithAnAddendHaveAnEntryEach() {
        DryLoad laid = Loads.module();
        laid.builder().text(0, 0, 0, 0);
        call(laid, 0, CALL26, "S", 8);
        call(laid, 1, CALL26, "S", 8);
        call(laid, 2, JUMP26, "S", 0);
        call(laid, 3, CALL26, "S", 0);
        assertEquals(4, entries(laid, ".plt"));
    }

    @Test
    void initSectionsAreCountedForTheirOwnPlt() {
        DryLoad laid = calling("S", "near");
        laid.builder().initText(0, 0).relocation(".init.text", 0, CALL26, "S").relocation(".init.text", 4, CALL26, "T");
        laid.builder().code(".exit.text").instructions(0);
        laid.builder().relocation(".exit.text", 0, CALL26, "near");
        assertEquals(2, entries(laid, ".plt"), "of .exit.text the symbol in another section, too");
        assertEquals(2, entries(laid, ".init.plt"));
    }

    @Test
    void dataIsNotCounted() {
        DryLoad laid = calling("near");
        laid.builder().data(0).relocation(".data", 0, CALL26, "S");
        assertEquals(0, entries(laid, ".plt"));
    }

    @Test
    void thePlaceholdersGetTheirSizeAlignmentAndFlags() {
        LayoutPlan plan = calling("S", "near").plan();
        for (String name : List.of(".plt", ".init.plt", ".text.ftrace_trampoline")) {
            Section section = section(plan, name);
            assertEquals(Section.SHF_ALLOC | Section.SHF_EXECINSTR, section.flags(), name);
            assertEquals(name.endsWith(".plt") ? 64 : 4, section.alignment(), name);
        }
        assertEquals(24, section(plan, ".plt").sizeBytes());
        assertEquals(12, section(plan, ".init.plt").sizeBytes());
        assertEquals(24, section(plan, ".text.ftrace_trampoline").sizeBytes(), "ftrace_caller, ftrace_regs_caller");

        LayoutPlan newer = calling("S", "near").under(Loads.LINUX_6_12).plan();
        assertEquals(12, section(newer, ".text.ftrace_trampoline").sizeBytes());
        assertEquals(12, section(newer, ".init.text.ftrace_trampoline").sizeBytes());
    }

    @Test
    void whatAKernelDoesNotFillStaysAsItIs() {
        KernelProfile withoutPlts = UNMOVED.with("CONFIG_ARM64_ERRATUM_843419", false);
        LayoutPlan plan = calling("S", "near").under(withoutPlts).plan();
        assertEquals(1, section(plan, ".plt").sizeBytes());
        assertEquals(1, section(plan, ".text.ftrace_trampoline").sizeBytes());
        LayoutPlan untraced = calling("S", "near")
                .under(Loads.LINUX_6_1.with(ConfigOption.DYNAMIC_FTRACE, false))
                .plan();
        assertEquals(24, section(untraced, ".plt").sizeBytes());
        assertEquals(1, section(untraced, ".text.ftrace_trampoline").sizeBytes());
    }

    private static DryLoad adrpAt(int type, int... offsets) {
        DryLoad laid = Loads.module();
        laid.builder().code(".text").zeros(0x2000);
        for (int offset : offsets) {
            laid.builder().relocation(".text", offset, type, "S");
        }
        return laid;
    }

    /** Twice the lowest bit above the third that is 0 in the offset: an alignment that keeps the place off the end of a page. */
    @ParameterizedTest(name = "adrp at 0x{0}: {1}")
    @CsvSource({"0, 16", "4, 16", "8, 32", "10, 16", "18, 64", "3f8, 2048", "3fc, 2048", "7f8, 4096"})
    void anAdrpRaisesTheAlignmentOfItsSection(String offset, int alignment) {
        for (int type : List.of(ADRP, ADRP_NC)) {
            DryLoad laid = adrpAt(type, Integer.parseInt(offset, 16)).under(Loads.WITH_ERRATUM);
            assertEquals(alignment, section(laid.plan(), ".text").alignment());
            assertEquals(0, entries(laid, ".plt"));
        }
        assertEquals(
                4,
                section(adrpAt(ADRP, Integer.parseInt(offset, 16)).plan(), ".text")
                        .alignment(),
                "no erratum");
    }

    @Test
    void anAdrpThatNoAlignmentHelpsIsCounted() {
        DryLoad laid = adrpAt(ADRP, 0xff8, 0xffc, 0x10).under(Loads.WITH_ERRATUM);
        assertEquals(3, entries(laid, ".plt"), "two, and one more of each 341 for entries at the end of a page");
        assertEquals(16, section(laid.plan(), ".text").alignment());
        assertEquals(
                3,
                entries(
                        adrpAt(ADRP, 0xff8, 0xffc).under(Loads.WITH_ERRATUM.with("CONFIG_RANDOMIZE_BASE", false)),
                        ".plt"));
        assertEquals(0, entries(adrpAt(ADRP, 0xff8), ".plt"), "no erratum");
    }

    @Test
    void branchesAreCountedForTheEndsOfPagesToo() {
        assertEquals(342, entries(calling(341).under(Loads.WITH_ERRATUM), ".plt"));
        assertEquals(344, entries(calling(342).under(Loads.WITH_ERRATUM), ".plt"));
        assertEquals(342, entries(calling(342), ".plt"), "no erratum");
    }

    /** A module that calls so many imports. */
    private static DryLoad calling(int imports) {
        return calling(IntStream.range(0, imports).mapToObj(i -> "S" + i).toArray(String[]::new));
    }

    @Test
    void onlyBranchesThatLeaveTheirSectionMayNeedAnEntry() {
        DryLoad laid = calling("S", "near");
        laid.builder().relocation(".text", 8, ADRP, "S");
        ModuleFile file = laid.plan().file();
        ArchPlan archPlan = plan(file, Loads.LINUX_6_1);
        RelocationSection text =
                archPlan.ordered(file.elf().relocationSections().get(0));
        assertTrue(archPlan.mayNeed(text, 0));
        assertFalse(archPlan.mayNeed(text, 1));
        assertFalse(archPlan.mayNeed(text, 2));
    }
}
