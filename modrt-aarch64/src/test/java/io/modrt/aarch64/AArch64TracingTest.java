package io.modrt.aarch64;

import static io.modrt.aarch64.Traced.BTI_C;
import static io.modrt.aarch64.Traced.NEAR;
import static io.modrt.aarch64.Traced.NOP;
import static io.modrt.aarch64.Traced.NOP_OPS;
import static io.modrt.aarch64.Traced.RET;
import static io.modrt.aarch64.Traced.WITHOUT_OPS;
import static io.modrt.aarch64.Traced.WITH_BTI;
import static io.modrt.aarch64.Traced.plain;
import static io.modrt.aarch64.Traced.tracing;
import static io.modrt.aarch64.Traced.withOps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.policy.Diagnostic;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a load makes of function entries and trampolines, word for word, in the three forms that kernels have. */
class AArch64TracingTest {
    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @CsvSource({"6.1", "6.12"})
    void theFirstNopKeepsTheReturnAddressFromTheLoadOn(String version) {
        DryLoad.Result result = plain(version.equals("6.1") ? Loads.LINUX_6_1 : WITHOUT_OPS, NEAR)
                .relocate();
        assertEquals(List.of("aa1e03e9", "d503201f", "d65f03c0"), result.hexWords(".text")); // mov x9, x30
        assertEquals("__patchable_function_entries", tracing(result).tableSection());
    }

    @ParameterizedTest
    @CsvSource({"LE, 3054760800 80ffff", "BE, ffff800008765430"})
    void withOpsADoublewordInFrontNamesTheTracer(String order, String ops) {
        ElfTarget target = order.equals("LE") ? ElfTarget.AARCH64_LE : ElfTarget.AARCH64_BE;
        byte[] text = withOps(target, Loads.LINUX_6_12, NEAR, NOP, NOP, RET)
                .relocate()
                .bytes(".text");
        assertEquals(ops.replace(" ", "") + "e9031eaa" + "1f2003d5" + "c0035fd6", hex(text));
    }

    @Test
    void aFunctionMayBeginWithBti() {
        DryLoad.Result result = withOps(WITH_BTI, NEAR, BTI_C, NOP, NOP, RET).relocate();
        assertEquals(
                List.of("8765430", "ffff8000", "d503245f", "aa1e03e9", "d503201f", "d65f03c0"),
                result.hexWords(".text"));
        assertEquals(
                List.of("8765430", "ffff8000", "aa1e03e9", "d503201f", "d65f03c0"),
                withOps(WITH_BTI, NEAR, NOP, NOP, RET).relocate().hexWords(".text"));
    }

    @ParameterizedTest
    @CsvSource({"d503241f, 16", "d503245f, 16", "d503249f, 16", "d50324df, 16", "d503201f, 12", "d503233f, 12"})
    void onlyABtiIsPassedOver(String first, long distance) {
        DryLoad.Result result = withOps(WITH_BTI, NEAR, Integer.parseUnsignedInt(first, 16), NOP, NOP, NOP)
                .relocate();
        assertEquals(Loads.BASE + distance, site(result));
        DryLoad.Result withoutBti = withOps(Loads.LINUX_6_12, NEAR, Integer.parseUnsignedInt(first, 16), NOP, NOP, NOP)
                .relocate();
        assertEquals(Loads.BASE + 12, site(withoutBti));
    }

    /** The site of the table's first entry. */
    private static long site(DryLoad.Result result) {
        return tracing(result).site(Loads.BASE, new Code(result));
    }

    /** The words of {@code .text}. */
    private record Code(DryLoad.Result result) implements io.modrt.spi.CodeReader {
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
        DryLoad.Result result = plain(Loads.LINUX_6_1, NEAR).relocate();
        assertEquals(Loads.BASE + 4, site(result));
    }

    /** The kernel warns of a function that is not aligned to 8 bytes, and forgets it. */
    @Test
    void withOpsAnEntryThatIsNotAlignedIsDropped() {
        DryLoad laid = Loads.module()
                .under(Loads.LINUX_6_12)
                .exports("ftrace_caller", NEAR)
                .exports("ftrace_nop_ops", NOP_OPS);
        laid.builder().code(".text").alignment(8).instructions(RET);
        laid.builder().text(NOP, NOP, NOP, NOP).function("f", ".text", 4).traced("f");
        assertEquals(
                List.of("d65f03c0", "d503201f", "d503201f", "d503201f", "d503201f"),
                laid.relocate().hexWords(".text"));
    }

    @Test
    void anEntryThatIsNoNopEndsTracing() {
        DryLoad laid = Loads.module().exports("ftrace_caller", NEAR).exports("ftrace_regs_caller", NEAR);
        laid.builder()
                .text(RET, NOP, NOP, NOP)
                .function("f", ".text", 0)
                .function("g", ".text", 8)
                .traced("f")
                .traced("g");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of("d65f03c0", "d503201f", "d503201f", "d503201f"), result.hexWords(".text"));
        assertTrue(
                result.relocated().diagnostics().stream()
                        .anyMatch(said -> said.kind() == Diagnostic.Kind.KERNEL_WARNING
                                && said.text().contains("no nop in front of 0xffff800000000004")),
                () -> result.relocated().diagnostics().toString());
    }

    /** The sections of trampolines are filled in any case; {@code .plt} and {@code .init.plt} take 12 bytes each from 0x40 on. */
    @Test
    void theTrampolinesLeadToTheKernel() {
        DryLoad.Result result = plain(Loads.LINUX_6_1, 0xffff_8000_0801_2340L).relocate();
        assertEquals(
                List.of(
                        "d0040090", // adrp x16, 0xffff800008012000
                        "910d0210", // add x16, x16, #0x340
                        "d61f0200",
                        "d0040090",
                        "910e0210", // add x16, x16, #0x380
                        "d61f0200"),
                result.hexWords(".text.ftrace_trampoline"));
        DryLoad.Result newer =
                withOps(Loads.LINUX_6_12, 0xffff_8000_0801_2340L, NOP, NOP, RET).relocate();
        assertEquals(List.of("d0040090", "910d0210", "d61f0200"), newer.hexWords(".text.ftrace_trampoline"));
        assertEquals(
                List.of("910d0210", "d61f0200"),
                newer.hexWords(".init.text.ftrace_trampoline").subList(1, 3));
    }

    @Test
    void theKernelsOwnTracersHaveNames() {
        assertEquals(
                Set.of("ftrace_caller", "ftrace_regs_caller"),
                tracing(plain(Loads.LINUX_6_1, NEAR).relocate()).kernelEntries());
        assertEquals(
                Set.of("ftrace_caller"),
                tracing(plain(WITHOUT_OPS, NEAR).relocate()).kernelEntries());
        assertEquals(
                Set.of("ftrace_list_ops", "global_ops", "graph_ops"),
                tracing(withOps(Loads.LINUX_6_12, NEAR, NOP, NOP).relocate()).kernelEntries());
    }
}
