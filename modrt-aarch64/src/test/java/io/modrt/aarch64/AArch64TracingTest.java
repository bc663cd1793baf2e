package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.patch.Patch;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.SiteKind;
import io.modrt.spi.SiteKind.State;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.ElfTarget;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Function entries off and on, word for word, in the three forms that kernels have; and the way to functions out of reach. */
class AArch64TracingTest {
    private static final int NOP = 0xd503_201f;
    private static final int BTI_C = 0xd503_245f;
    private static final int RET = 0xd65f_03c0;

    private static final KernelProfile WITHOUT_OPS = Laid.LINUX_6_12.with("CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS", false);
    private static final KernelProfile WITH_BTI = Laid.LINUX_6_12.with("CONFIG_ARM64_BTI_KERNEL", true);

    /** 16 MB from the module, in reach; and 256 MB from it. */
    private static final long NEAR = Laid.BASE + 0x100_0000;

    private static final long FAR = Laid.BASE + 0x1000_0000;
    private static final long NOP_OPS = 0xffff_8000_0876_5430L;
    private static final long OPS = 0xffff_8000_0876_5678L;

    /** A function as a compiler for 6.1 begins it, at the start of {@code .text}. */
    private static Laid plain(KernelProfile profile, long caller) {
        Laid laid = Laid.module()
                .under(profile)
                .exported("ftrace_caller", caller)
                .exported("ftrace_regs_caller", caller + 0x40);
        laid.builder().text(NOP, NOP, RET).function("f", ".text", 0).traced("f");
        return laid;
    }

    /** One for CALL_OPS: two nops in front of it, which the table lists, 8-byte aligned. */
    private static Laid withOps(KernelProfile profile, long caller, int... function) {
        return withOps(ElfTarget.AARCH64_LE, profile, caller, function);
    }

    private static Laid withOps(ElfTarget target, KernelProfile profile, long caller, int... function) {
        Laid laid = Laid.module(target)
                .under(profile)
                .exported("ftrace_caller", caller)
                .exported("ftrace_nop_ops", NOP_OPS);
        laid.builder().code(".text").alignment(8);
        laid.builder().text(NOP, NOP).text(function).function("f", ".text", 0).traced("f");
        return laid;
    }

    private static TracingSites tracing(Laid.Result result) {
        return result.placed().plan().archKernel().tracing();
    }

    private static SiteKind kind(Laid.Result result, int index) {
        return tracing(result).kinds(result.placed()).get(index);
    }

    private static byte[] code(Laid.Result result, SiteKind kind, long site) {
        int from = (int) (site - kind.bytesInFront() - result.address(".text"));
        byte[] code = new byte[kind.bytes()];
        System.arraycopy(result.bytes(".text"), from, code, 0, code.length);
        return code;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @CsvSource({"6.1", "6.12"})
    void theFirstNopKeepsTheReturnAddressFromTheLoadOn(String version) {
        Laid.Result result = plain(version.equals("6.1") ? Laid.LINUX_6_1 : WITHOUT_OPS, NEAR)
                .relocate();
        assertEquals(List.of("aa1e03e9", "d503201f", "d65f03c0"), result.words(".text")); // mov x9, x30
        assertEquals("__patchable_function_entries", tracing(result).tableSection());
    }

    @ParameterizedTest
    @CsvSource({"LE, 3054760800 80ffff", "BE, ffff800008765430"})
    void withOpsADoublewordInFrontNamesTheTracer(String order, String ops) {
        ElfTarget target = order.equals("LE") ? ElfTarget.AARCH64_LE : ElfTarget.AARCH64_BE;
        byte[] text =
                withOps(target, Laid.LINUX_6_12, NEAR, NOP, NOP, RET).relocate().bytes(".text");
        assertEquals(ops.replace(" ", "") + "e9031eaa" + "1f2003d5" + "c0035fd6", hex(text));
    }

    @Test
    void aFunctionMayBeginWithBti() {
        Laid.Result result = withOps(WITH_BTI, NEAR, BTI_C, NOP, NOP, RET).relocate();
        assertEquals(
                List.of("8765430", "ffff8000", "d503245f", "aa1e03e9", "d503201f", "d65f03c0"), result.words(".text"));
        assertEquals(
                List.of("8765430", "ffff8000", "aa1e03e9", "d503201f", "d65f03c0"),
                withOps(WITH_BTI, NEAR, NOP, NOP, RET).relocate().words(".text"));
    }

    @ParameterizedTest
    @CsvSource({"d503241f, 16", "d503245f, 16", "d503249f, 16", "d50324df, 16", "d503201f, 12", "d503233f, 12"})
    void onlyABtiIsPassedOver(String first, long distance) {
        Laid.Result result = withOps(WITH_BTI, NEAR, Integer.parseUnsignedInt(first, 16), NOP, NOP, NOP)
                .relocate();
        assertEquals(Laid.BASE + distance, site(result));
        Laid.Result withoutBti = withOps(Laid.LINUX_6_12, NEAR, Integer.parseUnsignedInt(first, 16), NOP, NOP, NOP)
                .relocate();
        assertEquals(Laid.BASE + 12, site(withoutBti));
    }

    /** The site of the table's first entry. */
    private static long site(Laid.Result result) {
        return tracing(result).site(Laid.BASE, new Code(result));
    }

    /** The words of {@code .text}. */
    private record Code(Laid.Result result) implements io.modrt.spi.CodeReader {
        @Override
        public boolean holds(long address, int sizeBytes) {
            return address - result.address(".text") + sizeBytes <= result.bytes(".text").length;
        }

        @Override
        public int codeAt(long address) {
            return result.word(".text", (int) (address - result.address(".text")));
        }

        @Override
        public byte byteAt(long address) {
            return result.bytes(".text")[(int) (address - result.address(".text"))];
        }
    }

    @Test
    void withoutOpsASiteIsTheSecondWord() {
        Laid.Result result = plain(Laid.LINUX_6_1, NEAR).relocate();
        assertEquals(Laid.BASE + 4, site(result));
    }

    /** The kernel warns of a function that is not aligned to 8 bytes, and forgets it. */
    @Test
    void withOpsAnEntryThatIsNotAlignedIsDropped() {
        Laid laid = Laid.module()
                .under(Laid.LINUX_6_12)
                .exported("ftrace_caller", NEAR)
                .exported("ftrace_nop_ops", NOP_OPS);
        laid.builder().code(".text").alignment(8).instructions(RET);
        laid.builder().text(NOP, NOP, NOP, NOP).function("f", ".text", 4).traced("f");
        assertEquals(
                List.of("d65f03c0", "d503201f", "d503201f", "d503201f", "d503201f"),
                laid.relocate().words(".text"));
    }

    @Test
    void anEntryThatIsNoNopEndsTracing() {
        Laid laid = Laid.module().exported("ftrace_caller", NEAR).exported("ftrace_regs_caller", NEAR);
        laid.builder()
                .text(RET, NOP, NOP, NOP)
                .function("f", ".text", 0)
                .function("g", ".text", 8)
                .traced("f")
                .traced("g");
        Laid.Result result = laid.relocate();
        assertEquals(List.of("d65f03c0", "d503201f", "d503201f", "d503201f"), result.words(".text"));
        assertTrue(
                result.relocated().diagnostics().stream()
                        .anyMatch(said -> said.kind() == Diagnostic.Kind.KERNEL_WARNING
                                && said.text().contains("no nop in front of 0xffff800000000004")),
                () -> result.relocated().diagnostics().toString());
    }

    /** From 0xffff800000000004: 0x3fffff words. */
    @Test
    void aSiteIsOnAsABranchAndLink() {
        Laid.Result result = plain(Laid.LINUX_6_1, NEAR).relocate();
        SiteKind kind = kind(result, 0);
        long site = Laid.BASE + 4;
        byte[] code = code(result, kind, site);
        assertEquals(4, kind.bytesInFront());
        assertEquals(8, kind.bytes());
        assertEquals(State.OFF, kind.state(site, code));

        assertTrue(kind.reaches(site, Address.of(NEAR)));
        byte[] on = code.clone();
        kind.on(site, on, NEAR);
        assertEquals("e9031eaa" + "ffff3f94", hex(on));
        assertEquals(State.ON, kind.state(site, on));
        assertEquals(NEAR, kind.entry(site, on));
        assertEquals(
                List.of(new Patch(
                        Address.of(site),
                        HexFormat.of().parseHex("1f2003d5"),
                        HexFormat.of().parseHex("ffff3f94"))),
                kind.patches(site, code, on, State.ON));

        kind.off(site, on);
        assertArrayEquals(code, on);
    }

    @ParameterizedTest
    @CsvSource({
        "1f2003d51f2003d5, FOREIGN",
        "e9031eaac0035fd6, FOREIGN",
        "e9031eaa1f2003d5, OFF",
        "e9031eaa00000094, ON",
        "e9031eaa00000014, FOREIGN"
    })
    void otherWordsAreNoSite(String words, State state) {
        SiteKind kind = kind(plain(Laid.LINUX_6_1, NEAR).relocate(), 0);
        assertEquals(state, kind.state(Laid.BASE + 4, HexFormat.of().parseHex(words)));
    }

    /** The sections of trampolines are filled in any case; {@code .plt} and {@code .init.plt} take 12 bytes each from 0x40 on. */
    @Test
    void theTrampolinesLeadToTheKernel() {
        Laid.Result result = plain(Laid.LINUX_6_1, 0xffff_8000_0801_2340L).relocate();
        assertEquals(
                List.of(
                        "d0040090", // adrp x16, 0xffff800008012000
                        "910d0210", // add x16, x16, #0x340
                        "d61f0200",
                        "d0040090",
                        "910e0210", // add x16, x16, #0x380
                        "d61f0200"),
                result.words(".text.ftrace_trampoline"));
        Laid.Result newer =
                withOps(Laid.LINUX_6_12, 0xffff_8000_0801_2340L, NOP, NOP, RET).relocate();
        assertEquals(List.of("d0040090", "910d0210", "d61f0200"), newer.words(".text.ftrace_trampoline"));
        assertEquals(
                List.of("910d0210", "d61f0200"),
                newer.words(".init.text.ftrace_trampoline").subList(1, 3));
    }

    @Test
    void functionsOutOfReachAreCalledThroughTheirTrampoline() {
        Laid.Result result = plain(Laid.LINUX_6_1, FAR).relocate();
        SiteKind kind = kind(result, 0);
        long site = Laid.BASE + 4;
        long trampoline = result.address(".text.ftrace_trampoline");
        for (int i = 0; i < 2; i++) {
            long entry = FAR + 0x40L * i;
            byte[] on = code(result, kind, site);
            assertTrue(kind.reaches(site, Address.of(entry)));
            kind.on(site, on, entry);
            assertEquals(
                    0x9400_0000 | (int) (trampoline + 12 * i - site) / 4,
                    ElfTarget.AARCH64_LE.encoding().word(on, 4));
            assertEquals(entry, kind.entry(site, on), "the trampoline counts as what it leads to");
        }
        assertFalse(kind.reaches(site, Address.of(FAR + 0x80)), "no trampoline leads there");
        assertTrue(kind.reaches(site, Address.of(NEAR)));
    }

    @Test
    void initCodeOfNewKernelsHasATrampolineOfItsOwn() {
        Laid laid = withOps(Laid.LINUX_6_12, FAR, NOP, NOP, RET);
        laid.builder()
                .initText(NOP, NOP, NOP, NOP, RET)
                .function("i", ".init.text", 0)
                .traced("i");
        Laid.Result result = laid.relocate();
        SiteKind kind = kind(result, 0);
        assertEquals(branch(result, kind, Laid.BASE + 12), result.address(".text.ftrace_trampoline"));
        assertEquals(
                branch(result, kind, result.address(".init.text") + 12),
                result.address(".init.text.ftrace_trampoline"));
        Laid old = plain(Laid.LINUX_6_1, FAR);
        old.builder().initText(NOP, NOP, RET).function("i", ".init.text", 0).traced("i");
        Laid.Result older = old.relocate();
        assertEquals(
                branch(older, kind(older, 0), older.address(".init.text") + 4),
                older.address(".text.ftrace_trampoline"));
    }

    /** Where the {@code bl} of a site goes that is on for whoever is at {@link #FAR}. */
    private static long branch(Laid.Result result, SiteKind kind, long site) {
        byte[] code = new byte[kind.bytes()];
        kind.on(site, code, FAR);
        int word = ElfTarget.AARCH64_LE.encoding().word(code, kind.bytesInFront());
        assertEquals(0x9400_0000, word & 0xfc00_0000);
        return site + (word << 6 >> 4);
    }

    @Test
    void withOpsASiteGoesToATracerThroughFtraceCaller() {
        Laid.Result result = withOps(Laid.LINUX_6_12, NEAR, NOP, NOP, RET).relocate();
        SiteKind kind = kind(result, 0);
        long site = Laid.BASE + 12;
        byte[] code = code(result, kind, site);
        assertEquals(12, kind.bytesInFront());
        assertEquals(16, kind.bytes());
        assertEquals(State.OFF, kind.state(site, code));
        assertEquals(State.FOREIGN, kind.state(site + 4, code), "the doubleword would not be aligned");

        byte[] on = code.clone();
        assertTrue(kind.reaches(site, Address.of(OPS)));
        assertTrue(kind.reaches(site, Address.of(0x1234)), "wherever the tracer's ops are");
        kind.on(site, on, OPS);
        assertEquals("7856760800 80ffff".replace(" ", "") + "e9031eaa" + "fdff3f94", hex(on));
        assertEquals(State.ON, kind.state(site, on));
        assertEquals(OPS, kind.entry(site, on));
        assertEquals(
                List.of(site - 12, site),
                kind.patches(site, code, on, State.ON).stream()
                        .map(patch -> patch.address().value())
                        .toList(),
                "the doubleword, whose upper half is the same, comes first");

        kind.off(site, on);
        assertArrayEquals(code, on);
    }

    @Test
    void withOpsOverABtiTheDoublewordIsFurtherInFront() {
        Laid.Result result = withOps(WITH_BTI, NEAR, BTI_C, NOP, NOP, RET).relocate();
        SiteKind kind = kind(result, 1);
        long site = Laid.BASE + 16;
        byte[] code = code(result, kind, site);
        assertEquals(State.OFF, kind.state(site, code));
        assertEquals(State.FOREIGN, kind(result, 0).state(site, code(result, kind(result, 0), site)));
        kind.on(site, code, OPS);
        assertEquals("7856760800 80ffff".replace(" ", "") + "5f2403d5" + "e9031eaa" + "fcff3f94", hex(code));
        assertEquals(OPS, kind.entry(site, code));
    }

    @Test
    void whereNobodyKnowsTheKernelsFunctionsOnlyNearTracersAreReached() {
        Laid laid = Laid.module();
        laid.builder().text(NOP, NOP, RET).function("f", ".text", 0).traced("f");
        Laid.Result result = laid.relocate();
        assertEquals(List.of("0", "0", "0", "0", "0", "0"), result.words(".text.ftrace_trampoline"));
        assertEquals(List.of("aa1e03e9", "d503201f", "d65f03c0"), result.words(".text"));
        assertTrue(kind(result, 0).reaches(Laid.BASE + 4, Address.of(NEAR)));
        assertFalse(kind(result, 0).reaches(Laid.BASE + 4, Address.of(FAR)));

        Laid withOps = Laid.module().under(Laid.LINUX_6_12);
        withOps.builder().code(".text").alignment(8);
        withOps.builder()
                .text(NOP, NOP, NOP, NOP, RET)
                .function("f", ".text", 0)
                .traced("f");
        Laid.Result unnamed = withOps.relocate();
        assertEquals(List.of("d503201f", "d503201f", "aa1e03e9", "d503201f", "d65f03c0"), unnamed.words(".text"));
        assertFalse(kind(unnamed, 0).reaches(Laid.BASE + 12, Address.of(OPS)));
    }

    @Test
    void theKernelsOwnTracersHaveNames() {
        assertEquals(
                Set.of("ftrace_caller", "ftrace_regs_caller"),
                tracing(plain(Laid.LINUX_6_1, NEAR).relocate()).kernelEntries());
        assertEquals(
                Set.of("ftrace_caller"),
                tracing(plain(WITHOUT_OPS, NEAR).relocate()).kernelEntries());
        assertEquals(
                Set.of("ftrace_list_ops", "global_ops", "graph_ops"),
                tracing(withOps(Laid.LINUX_6_12, NEAR, NOP, NOP).relocate()).kernelEntries());
    }

    @Test
    void kindsAreToldApartByWhatIsInFront() {
        assertEquals(List.of(4), fronts(plain(WITHOUT_OPS.with("CONFIG_ARM64_BTI_KERNEL", true), NEAR)));
        assertEquals(List.of(12), fronts(withOps(Laid.LINUX_6_12, NEAR, NOP, NOP)));
        assertEquals(List.of(12, 16), fronts(withOps(WITH_BTI, NEAR, NOP, NOP)));
    }

    private static List<Integer> fronts(Laid laid) {
        Laid.Result result = laid.at(RegionKind.TEXT, Laid.BASE).relocate();
        List<? extends SiteKind> kinds = tracing(result).kinds(result.placed());
        assertEquals(
                kinds.size(),
                kinds.stream().map(SiteKind::description).distinct().count());
        return kinds.stream().map(SiteKind::bytesInFront).toList();
    }
}
