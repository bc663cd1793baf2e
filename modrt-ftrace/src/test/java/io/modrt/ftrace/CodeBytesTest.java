package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.PatchException;
import io.modrt.load.LiveModule;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sites whose code is no row of words. One module has them all, at these distances from the start of its code:
 *
 * <pre>
 *   03  near      a byte call; the distance, from 04 on, lies within one aligned doubleword
 *   0d  split     a byte call; the distance, from 0e on, lies in two
 *   18  padded    a landing pad; the byte call is behind it, at 1c
 *   28  dropped   a byte ff, so no site
 *   38  aligned   a literal call; the literal is at 30
 *   48  askew     a literal call; the literal is at 40 + 4
 * </pre>
 */
class CodeBytesTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final String TEXT = "c3c3c39090909090" + "c3c3c3c3c3909090" + "9090c3c3c3c3c3c3" // 00 08 10
            + "1a4d9a4d90909090" + "90c3c3c3c3c3c3c3" + "ffc3c3c3c3c3c3c3" // 18 20 28
            + "0000000000000000" + "01000000c3c3c3c3" + "c3c3c3c300000000" + "0000000001000000"; // 30 38 40 48
    private static final Map<String, Integer> FUNCTIONS =
            Map.of("near", 0x03, "split", 0x0d, "padded", 0x18, "dropped", 0x28, "aligned", 0x38, "askew", 0x4c);
    private static final List<String> SITES = List.of("near", "split", "padded", "aligned", "askew");

    private static byte[] module() {
        KernelModuleBuilder builder = KernelModuleBuilder.of(InventedArch.TARGET, "bytes");
        SectionBuilder code = builder.code(".text").alignment(16).bytes(HEX.parseHex(TEXT));
        SectionBuilder table = builder.readOnly("sites").alignment(8);
        FUNCTIONS.forEach((name, offset) ->
                table.pointer(builder.symbol(name).in(code, offset).function(5)));
        table.pointer(0); // an entry that the kernel skips
        return builder.build();
    }

    /** The module, loaded and traced. */
    private static final class Loaded implements AutoCloseable {
        final FakeMemory memory = FakeMemory.zeroed();
        final ModuleRuntime runtime;
        final LiveModule module;
        final Address text;
        final Ftrace ftrace;
        private int seen;

        Loaded(int trampolines) {
            runtime = InventedArch.runtime(memory, trampolines);
            module = runtime.load(module());
            text = module.address(".text").orElseThrow();
            ftrace = Ftrace.attach(runtime);
            seen = memory.writes().size();
        }

        String code(int from, int count) {
            return HEX.formatHex(memory.bytes(text.plus(from), count));
        }

        /** The offsets of what was written since the last call, for example {@code 4+4 3+1}. */
        String written() {
            List<String> writes = memory.writes().stream()
                    .skip(seen)
                    .map(range -> Long.toHexString(range.start().minus(text)) + "+" + range.sizeBytes())
                    .toList();
            seen += writes.size();
            return String.join(" ", writes);
        }

        @Override
        public void close() {
            runtime.close();
        }
    }

    @Test
    void theKernelLooksAtTheCodeToFindItsSites() {
        try (Loaded loaded = new Loaded(0)) {
            assertEquals(SITES.stream().map(name -> name + " [bytes]").toList(), loaded.ftrace.available());
            assertEquals(
                    List.of(0x03L, 0x0dL, 0x1cL, 0x38L, 0x4cL),
                    loaded.ftrace.sites().stream()
                            .map(site -> site.address().minus(loaded.text))
                            .toList());
        }
    }

    @Test
    void bytesThatFollowEachOtherInMemoryAndOrderAreWrittenAtOnce() {
        try (Loaded loaded = new Loaded(0)) {
            Address tracer = loaded.text.plus(0x08 + 0x0102_0304); // from the end of the site
            loaded.ftrace.trace("near", tracer);
            assertEquals("c3c3c3" + "e804030201" + "c3", loaded.code(0, 9));
            assertEquals("4+4 3+1", loaded.written());

            loaded.ftrace.untrace(tracer);
            assertEquals("c3c3c3" + "9090909090" + "c3", loaded.code(0, 9));
            assertEquals("3+5", loaded.written());
            assertEquals(
                    "[" + loaded.text.plus(3) + ", " + loaded.text.plus(8) + ")",
                    loaded.memory
                            .codeChanges()
                            .get(loaded.memory.codeChanges().size() - 1)
                            .toString());
        }
    }

    @Test
    void aByteThatStaysIsNotWritten() {
        try (Loaded loaded = new Loaded(0)) {
            loaded.ftrace.trace("near", loaded.text.plus(0x08 + 0x0190_0090)); // 90 is a nop's byte
            assertEquals("e890009001", loaded.code(3, 5));
            assertEquals("5+1 7+1 3+1", loaded.written());
        }
    }

    @Test
    void aDistanceInOneAlignedDoublewordIsReplacedByOneWrite() {
        try (Loaded loaded = new Loaded(0)) {
            Address tracer = loaded.text.plus(0x08 + 0x0102_0304);
            loaded.ftrace.trace("near", tracer);
            loaded.written();
            loaded.ftrace.replace(tracer, loaded.text.plus(0x08 + 0x0506_0708));
            assertEquals("e808070605", loaded.code(3, 5));
            assertEquals("4+4", loaded.written());
        }
    }

    @Test
    void aDistanceInTwoAlignedDoublewordsIsReplacedThroughOff() {
        try (Loaded loaded = new Loaded(0)) {
            Address tracer = loaded.text.plus(0x12 + 0x0102_0304);
            loaded.ftrace.trace("split", tracer);
            loaded.written();
            loaded.ftrace.replace(tracer, loaded.text.plus(0x12 + 0x0506_0708));
            assertEquals("e808070605", loaded.code(0x0d, 5));
            assertEquals("d+5 e+4 d+1", loaded.written());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"aligned, 30, 30+c, 38+4 30+8", "askew, 44, 44+c, 4c+4 44+8"})
    void aLiteralComesInFrontOfItsCallAndGoesBehindIt(String function, String literal, String on, String off) {
        int at = Integer.parseInt(literal, 16);
        try (Loaded loaded = new Loaded(0)) {
            Address tracer = Address.of(0x1122_3344_5566_7788L);
            loaded.ftrace.trace(function, tracer);
            assertEquals("8877665544332211" + "02000000", loaded.code(at, 12));
            assertEquals(on.replace("+c", "+12"), loaded.written());

            loaded.ftrace.untrace(tracer);
            assertEquals("0000000000000000" + "01000000", loaded.code(at, 12));
            assertEquals(off, loaded.written());
        }
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # function | other tracer     | literal          | writes
            aligned    | aabbccddeeff0011 | 1100ffeeddccbbaa | 30+8
            aligned    | 11223344eeff0011 | 1100ffee44332211 | 30+4
            aligned    | aabbccdd55667788 | 88776655ddccbbaa | 34+4
            askew      | aabbccddeeff0011 | 1100ffeeddccbbaa | 4c+4 44+8 44+12
            askew      | 11223344eeff0011 | 1100ffee44332211 | 44+4
            """)
    void anAlignedLiteralIsReplacedByOneWrite(String function, String other, String literal, String writes) {
        try (Loaded loaded = new Loaded(0)) {
            Address tracer = Address.of(0x1122_3344_5566_7788L);
            loaded.ftrace.trace(function, tracer);
            loaded.written();
            loaded.ftrace.replace(tracer, Address.parse(other));
            assertEquals(literal + "02000000", loaded.code(function.equals("aligned") ? 0x30 : 0x44, 12));
            assertEquals(writes, loaded.written());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # function | changed | to | expected         | found
            near       | 05      | 91 | 90               | 91
            near       | 03      | e8 | 90               | e8
            aligned    | 31      | 07 | 00000000         | 00070000
            aligned    | 38      | 02 | 01000000         | 02000000
            """)
    void codeThatSomeoneElseChangedIsNamedInUnits(
            String function, String changed, String to, String expected, String found) {
        int at = Integer.parseInt(changed, 16);
        try (Loaded loaded = new Loaded(0)) {
            loaded.memory.write(loaded.text.plus(at), HEX.parseHex(to), 0, 1);
            Map<Long, String> before = loaded.memory.contents();
            PatchException refused =
                    assertThrows(PatchException.class, () -> loaded.ftrace.trace(function, loaded.text.plus(0x1000)));
            PatchException.Mismatch mismatch = refused.mismatch().orElseThrow();
            int unit = expected.length() / 2;
            assertEquals(loaded.text.plus(at - at % unit), mismatch.address());
            assertArrayEquals(HEX.parseHex(expected), mismatch.expected());
            assertArrayEquals(HEX.parseHex(found), mismatch.found());
            assertTrue(
                    refused.getMessage()
                            .contains("code at " + mismatch.address() + " is " + found + ", expected " + expected),
                    refused.getMessage());
            assertEquals(before, loaded.memory.contents());
        }
    }

    @Test
    void aTrampolineIsWrittenInFrontOfItsSitesAndItsLiteralAloneIsReplaced() {
        try (Loaded loaded = new Loaded(1)) {
            assertEquals(Address.of(InventedArch.MODULES + 16), loaded.text);
            Address tracer = Address.of(0x1122_3344_5566_7788L);
            loaded.ftrace.trace("near split", tracer);
            assertEquals("0d01020304050607" + "8877665544332211", loaded.code(-16, 16));
            assertEquals("e8e8ffffff", loaded.code(3, 5)); // -0x18: from 08 back to -10
            assertEquals("e8deffffff", loaded.code(0x0d, 5)); // -0x22: from 12 back to -10
            assertEquals(
                    "fffffffffffffff8+8 fffffffffffffff0+8 4+4 3+1 e+4 d+1",
                    loaded.written(),
                    "the literal, the trampoline's code, and each site");
            assertEquals(
                    Map.of(loaded.module, List.of(new Trampoline(loaded.text.plus(-16), tracer))),
                    loaded.ftrace.trampolines());

            loaded.ftrace.replace(tracer, Address.of(0x2122_3344_5566_7788L));
            assertEquals("8877665544332221", loaded.code(-8, 8));
            assertEquals("fffffffffffffff8+8", loaded.written());
        }
    }

    @Test
    void withoutATrampolineAByteCallDoesNotReachFar() {
        try (Loaded loaded = new Loaded(0)) {
            PatchException refused = assertThrows(
                    PatchException.class, () -> loaded.ftrace.trace("near", Address.of(0x1122_3344_5566_7788L)));
            assertEquals(
                    "bytes: near+0x0 at 0x40000003: byte call does not reach 0x1122334455667788, and its region has no"
                            + " room for a trampoline; load the module with LoadPolicy.trampolines(1)",
                    refused.getMessage());
            assertEquals("", loaded.written());
        }
    }

    @Test
    void whereAWriteFailsThoseInFrontOfItAreUndone() {
        for (int nth = 1; nth <= 8; nth++) {
            try (Loaded loaded = new Loaded(0)) {
                Map<Long, String> before = loaded.memory.contents();
                List<CallSite> sites = loaded.ftrace.sites();
                loaded.memory.failWrite(loaded.memory.writes().size() + nth);
                Address tracer = loaded.text.plus(0x1000);
                PatchException refused =
                        assertThrows(PatchException.class, () -> loaded.ftrace.trace("", tracer), "write " + nth);
                assertTrue(refused.getMessage().contains("nothing was switched"), refused.getMessage());
                assertEquals(before, loaded.memory.contents(), "write " + nth);
                assertEquals(sites, loaded.ftrace.sites());
            }
        }
    }

    @ParameterizedTest(name = "read {0}")
    @CsvSource({
        "1, bytes: a trampoline: cannot be read: read",
        "2, bytes: a trampoline: cannot be read: read",
        "3, bytes: near+0x0 at 0x40000013: cannot be read: read"
    })
    void whatCannotBeReadIsNamedAndNothingIsWritten(int nth, String message) {
        try (Loaded loaded = new Loaded(1)) {
            loaded.memory.failRead(loaded.memory.reads().size() + nth);
            Address tracer = Address.of(0x1122_3344_5566_7788L);
            PatchException refused = assertThrows(PatchException.class, () -> loaded.ftrace.trace("near", tracer));
            assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
            assertEquals("", loaded.written());
            assertEquals(Map.of(), loaded.ftrace.trampolines());
            loaded.ftrace.trace("near", tracer); // the next read is well
            assertEquals(tracer, loaded.ftrace.sites().get(0).target().orElseThrow());
        }
    }

    @Test
    void aSiteThatIsOnWhenItIsFoundStaysSoUntilItIsSwitched() {
        try (Loaded loaded = new Loaded(0)) {
            Address tracer = loaded.text.plus(0x08 + 0x0102_0304);
            loaded.ftrace.trace("near aligned", tracer);
            loaded.written();
            Ftrace second = Ftrace.attach(loaded.runtime);
            assertEquals(
                    List.of("near", "aligned"),
                    second.sites().stream()
                            .filter(site -> site.state() == CallSite.State.ON)
                            .map(CallSite::function)
                            .toList());
            second.trace("near", loaded.text.plus(0x08 + 0x0102_0305)).close();
            assertEquals("4+1 3+5", loaded.written());
            assertEquals("9090909090", loaded.code(3, 5));
            assertEquals("02000000", loaded.code(0x38, 4));
        }
    }
}
