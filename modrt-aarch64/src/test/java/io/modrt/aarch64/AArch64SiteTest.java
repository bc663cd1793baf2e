package io.modrt.aarch64;

import static io.modrt.aarch64.Traced.BTI_C;
import static io.modrt.aarch64.Traced.FAR;
import static io.modrt.aarch64.Traced.NEAR;
import static io.modrt.aarch64.Traced.NOP;
import static io.modrt.aarch64.Traced.OPS;
import static io.modrt.aarch64.Traced.RET;
import static io.modrt.aarch64.Traced.WITHOUT_OPS;
import static io.modrt.aarch64.Traced.WITH_BTI;
import static io.modrt.aarch64.Traced.code;
import static io.modrt.aarch64.Traced.kind;
import static io.modrt.aarch64.Traced.plain;
import static io.modrt.aarch64.Traced.tracing;
import static io.modrt.aarch64.Traced.withOps;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import io.modrt.patch.Patch;
import io.modrt.spi.SiteKind;
import io.modrt.spi.SiteKind.State;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Function entries off and on, word for word, and the way to functions out of reach. */
class AArch64SiteTest {
    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** From 0xffff800000000004: 0x3fffff words. */
    @Test
    void aSiteIsOnAsABranchAndLink() {
        DryLoad.Result result = plain(Loads.LINUX_6_1, NEAR).relocate();
        SiteKind kind = kind(result, 0);
        long site = Loads.BASE + 4;
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
        SiteKind kind = kind(plain(Loads.LINUX_6_1, NEAR).relocate(), 0);
        assertEquals(state, kind.state(Loads.BASE + 4, HexFormat.of().parseHex(words)));
    }

    @Test
    void functionsOutOfReachAreCalledThroughTheirTrampoline() {
        DryLoad.Result result = plain(Loads.LINUX_6_1, FAR).relocate();
        SiteKind kind = kind(result, 0);
        long site = Loads.BASE + 4;
        long trampoline = result.address(".text.ftrace_trampoline");
        for (int i = 0; i < 2; i++) {
            long entry = FAR + 0x40L * i;
            byte[] on = code(result, kind, site);
            assertTrue(kind.reaches(site, Address.of(entry)));
            kind.on(site, on, entry);
            assertEquals(
                    0x9400_0000 | (int) (trampoline + 12L * i - site) / 4,
                    ElfTarget.AARCH64_LE.encoding().word(on, 4));
            assertEquals(entry, kind.entry(site, on), "the trampoline counts as what it leads to");
        }
        assertFalse(kind.reaches(site, Address.of(FAR + 0x80)), "no trampoline leads there");
        assertTrue(kind.reaches(site, Address.of(NEAR)));
    }

    @Test
    void initCodeOfNewKernelsHasATrampolineOfItsOwn() {
        DryLoad laid = withOps(Loads.LINUX_6_12, FAR, NOP, NOP, RET);
        laid.builder()
                .initText(NOP, NOP, NOP, NOP, RET)
                .function("i", ".init.text", 0)
                .traced("i");
        DryLoad.Result result = laid.relocate();
        SiteKind kind = kind(result, 0);
        assertEquals(branch(kind, Loads.BASE + 12), result.address(".text.ftrace_trampoline"));
        assertEquals(branch(kind, result.address(".init.text") + 12), result.address(".init.text.ftrace_trampoline"));
        DryLoad old = plain(Loads.LINUX_6_1, FAR);
        old.builder().initText(NOP, NOP, RET).function("i", ".init.text", 0).traced("i");
        DryLoad.Result older = old.relocate();
        assertEquals(branch(kind(older, 0), older.address(".init.text") + 4), older.address(".text.ftrace_trampoline"));
    }

    /** Where the {@code bl} of a site goes that is on for whoever is at {@link Traced#FAR}. */
    private static long branch(SiteKind kind, long site) {
        byte[] code = new byte[kind.bytes()];
        kind.on(site, code, FAR);
        int word = ElfTarget.AARCH64_LE.encoding().word(code, kind.bytesInFront());
        assertEquals(0x9400_0000, word & 0xfc00_0000);
        return site + (word << 6 >> 4);
    }

    @Test
    void withOpsASiteGoesToATracerThroughFtraceCaller() {
        DryLoad.Result result = withOps(Loads.LINUX_6_12, NEAR, NOP, NOP, RET).relocate();
        SiteKind kind = kind(result, 0);
        long site = Loads.BASE + 12;
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
        DryLoad.Result result = withOps(WITH_BTI, NEAR, BTI_C, NOP, NOP, RET).relocate();
        SiteKind kind = kind(result, 1);
        long site = Loads.BASE + 16;
        byte[] code = code(result, kind, site);
        assertEquals(State.OFF, kind.state(site, code));
        assertEquals(State.FOREIGN, kind(result, 0).state(site, code(result, kind(result, 0), site)));
        kind.on(site, code, OPS);
        assertEquals("7856760800 80ffff".replace(" ", "") + "5f2403d5" + "e9031eaa" + "fcff3f94", hex(code));
        assertEquals(OPS, kind.entry(site, code));
    }

    @Test
    void whereNobodyKnowsTheKernelsFunctionsOnlyNearTracersAreReached() {
        DryLoad laid = Loads.module();
        laid.builder().text(NOP, NOP, RET).function("f", ".text", 0).traced("f");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of("0", "0", "0", "0", "0", "0"), result.hexWords(".text.ftrace_trampoline"));
        assertEquals(List.of("aa1e03e9", "d503201f", "d65f03c0"), result.hexWords(".text"));
        assertTrue(kind(result, 0).reaches(Loads.BASE + 4, Address.of(NEAR)));
        assertFalse(kind(result, 0).reaches(Loads.BASE + 4, Address.of(FAR)));

        DryLoad withOps = Loads.module().under(Loads.LINUX_6_12);
        withOps.builder().code(".text").alignment(8);
        withOps.builder()
                .text(NOP, NOP, NOP, NOP, RET)
                .function("f", ".text", 0)
                .traced("f");
        DryLoad.Result unnamed = withOps.relocate();
        assertEquals(List.of("d503201f", "d503201f", "aa1e03e9", "d503201f", "d65f03c0"), unnamed.hexWords(".text"));
        assertFalse(kind(unnamed, 0).reaches(Loads.BASE + 12, Address.of(OPS)));
    }

    @Test
    void kindsAreToldApartByWhatIsInFront() {
        assertEquals(List.of(4), fronts(plain(WITHOUT_OPS.with("CONFIG_ARM64_BTI_KERNEL", true), NEAR)));
        assertEquals(List.of(12), fronts(withOps(Loads.LINUX_6_12, NEAR, NOP, NOP)));
        assertEquals(List.of(12, 16), fronts(withOps(WITH_BTI, NEAR, NOP, NOP)));
    }

    private static List<Integer> fronts(DryLoad laid) {
        DryLoad.Result result = laid.at(RegionKind.TEXT, Loads.BASE).relocate();
        List<? extends SiteKind> kinds = tracing(result).kinds(result.placed());
        assertEquals(
                kinds.size(),
                kinds.stream().map(SiteKind::description).distinct().count());
        return kinds.stream().map(SiteKind::bytesInFront).toList();
    }
}
