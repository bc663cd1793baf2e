package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.StateException;
import io.modrt.load.LiveModule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tracing of bundled modules; words as GNU as assembles the instructions beside them. */
class FtraceTest {
    private static final Address TRACER = Address.of(0x8020_9abcL);
    /** The n64 assembler keeps the label that lists the site, and kallsyms takes it for a name. */
    private static final String GREET_ON_N64 = "$Lsite1";

    private static final Address OTHER = Address.of(0x8030_1000L);

    private static CallSite site(Ftrace ftrace, String function) {
        return ftrace.sites().stream()
                .filter(each -> each.function().equals(function))
                .findFirst()
                .orElseThrow();
    }

    private static Address tracer(String folder) {
        return folder.contains("n64") ? Address.of(0xffff_ffff_8020_9abcL) : TRACER;
    }

    @Test
    void anO32LongCallLoadsTheTracerAndIsABranchOverItselfAgain() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "greet_alloc").address();
            assertArrayEquals(new int[] {0x1000_0005, 0}, target.words(at, 2)); // b .+0x18; nop

            ftrace.trace("greet_alloc", TRACER);
            // lui $3,0x8021 (the lower half is negative); addiu $3,$3,-0x6544
            assertArrayEquals(new int[] {0x3c03_8021, 0x2463_9abc}, target.words(at, 2));
            assertEquals(Optional.of(TRACER), site(ftrace, "greet_alloc").target());
            assertEquals(
                    1,
                    ftrace.sites().stream()
                            .filter(s -> s.state() == CallSite.State.ON)
                            .count());

            ftrace.untrace(TRACER);
            assertArrayEquals(new int[] {0x1000_0005, 0}, target.words(at, 2));
        }
    }

    @Test
    void wordsAreWrittenInTheKernelsOrder() {
        try (Target target = new Target("mips-o32-be-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "greet").address();
            int before = target.memory.writes().size();
            ftrace.trace("greet", TRACER);
            ftrace.untrace(TRACER);
            assertEquals(
                    List.of(
                            at.plus(4),
                            at,
                            at), // on: the second word first; off: the first, and in the same write the second
                    target.memory.writes().stream()
                            .skip(before)
                            .map(range -> range.start())
                            .toList());
            assertEquals(
                    List.of("[" + at + ", " + at.plus(8) + ")", "[" + at + ", " + at.plus(8) + ")"),
                    target.memory.codeChanges().stream()
                            .skip(target.memory.codeChanges().size() - 2L)
                            .map(Object::toString)
                            .toList());
        }
    }

    @Test
    void anAddressThatTheTargetDoesNotHaveIsNotCut() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "greet_alloc").address();
            for (long beyond : new long[] {0x1_0000_1000L, 0x1_0000_0000L, 0xffff_ffff_0000_0000L}) {
                PatchException refused =
                        assertThrows(PatchException.class, () -> ftrace.trace("greet_alloc", Address.of(beyond)));
                assertEquals(
                        "tracer " + Address.of(beyond)
                                + ": has more than 32 bits, and greeter belongs to a 32-bit kernel",
                        refused.getMessage());
            }
            assertArrayEquals(new int[] {0x1000_0005, 0}, target.words(at, 2));

            ftrace.trace("greet_alloc", Address.of(0xffff_ffff_8020_9abcL)); // as maps have it
            assertArrayEquals(new int[] {0x3c03_8021, 0x2463_9abc}, target.words(at, 2));
        }
    }

    @Test
    void whatIsClosedSwitchesNothing() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "greet_alloc").address();
            ftrace.trace("greet_alloc", TRACER).close();
            assertArrayEquals(new int[] {0x1000_0005, 0}, target.words(at, 2));

            assertThrows(IllegalStateException.class, () -> ftrace.trace("greet_alloc", TRACER));
            assertArrayEquals(new int[] {0x1000_0005, 0}, target.words(at, 2));
            ftrace.close();
        }
    }

    @Test
    void aPatternThatMatchesNothingIsNamed() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            PatchException refused = assertThrows(PatchException.class, () -> ftrace.trace("greet* no_such_*", TRACER));
            assertEquals("filter greet* no_such_*: pattern no_such_* matches no function", refused.getMessage());
        }
    }

    @Test
    void anN64LongCallHasThePartsOfASignedAddress() {
        try (Target target = new Target("mips-n64-be-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, GREET_ON_N64).address();
            // b .+0x14; daddiu $3,$3,-0x5810: the lower half of _mcount, 0x8010a7f0, which the kernel leaves
            assertArrayEquals(new int[] {0x1000_0004, 0x6463_a7f0}, target.words(at, 2));
            ftrace.trace(GREET_ON_N64, Address.of(0xffff_ffff_8010_a7f0L));
            assertArrayEquals(new int[] {0x3c03_8011, 0x6463_a7f0}, target.words(at, 2));
            ftrace.replace(Address.of(0xffff_ffff_8010_a7f0L), Address.of(0xffff_ffff_8020_1234L));
            assertArrayEquals(new int[] {0x3c03_8020, 0x6463_1234}, target.words(at, 2));
            ftrace.close();
            assertArrayEquals(new int[] {0x1000_0004, 0x6463_a7f0}, target.words(at, 2));
        }
    }

    @Test
    void aShortCallGoesThroughATrampolineWhoseLiteralAloneIsRewritten() {
        try (Target target = new Target("mips-o32-be-r2")) {
            LiveModule module = target.load("farcall");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "farcall_leaf").address();
            assertArrayEquals(new int[] {0x03e0_0825, 0, 0}, target.words(at.plus(-4), 3)); // or $1,$31,$0; nop; nop

            ftrace.trace("farcall_*", TRACER);
            Address trampoline = module.placed()
                    .range(io.modrt.layout.RegionKind.CORE)
                    .orElseThrow()
                    .start();
            int upper = (int) (trampoline.value() >>> 16);
            assertEquals(0, (int) trampoline.value() & 0xffff, "the test's words are for a start like this");
            assertArrayEquals(
                    new int[] {
                        0x3c19_0000 | upper, // lui $25,%hi(.+20)
                        0x8f39_0014, //         lw  $25,%lo(.+20)($25)
                        0, //                   nop
                        0x0320_0009, //         jalr $0,$25
                        0, //                   nop
                        0x8020_9abc
                    },
                    target.words(trampoline, 6));
            // jal trampoline; addiu $29,$29,-8
            int jal = 0x0c00_0000 | (int) (trampoline.value() & 0x0fff_ffff) >> 2;
            assertArrayEquals(new int[] {jal, 0x27bd_fff8}, target.words(at, 2));

            int writes = target.memory.writes().size();
            ftrace.replace(TRACER, OTHER);
            assertEquals(0x8030_1000, target.word(trampoline.plus(20)));
            assertEquals(
                    List.of("[" + trampoline.plus(20) + ", " + trampoline.plus(24) + ")"),
                    target.memory.writes().stream()
                            .skip(writes)
                            .map(Object::toString)
                            .toList());
            assertEquals(Map.of(module, List.of(new Trampoline(trampoline, OTHER))), ftrace.trampolines());

            ftrace.untrace(OTHER);
            assertArrayEquals(new int[] {0x03e0_0825, 0, 0}, target.words(at.plus(-4), 3));
        }
    }

    @Test
    void mcountIsReachedThroughTheStubThatTheLoadMade() {
        try (Target target = new Target("mips-o32-le-r2")) {
            LiveModule module = target.load("farcall");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            ftrace.trace("farcall_leaf", Target.MCOUNT);
            Address stub = module.stubs().stream()
                    .filter(each -> each.symbol().equals("_mcount"))
                    .findFirst()
                    .orElseThrow()
                    .address();
            assertEquals(
                    0x0c00_0000 | (int) (stub.value() & 0x0fff_ffff) >> 2,
                    target.word(site(ftrace, "farcall_leaf").address()));
            assertEquals(Map.of(), ftrace.trampolines());
        }
    }

    @Test
    void aSignExtendedTracerIsTheSameOn32Bits() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime).trace("greet", Address.of(0xffff_ffff_8020_9abcL));
            assertEquals(Optional.of(TRACER), site(ftrace, "greet").target());
        }
    }

    @Test
    void withoutRoomAShortCallIsRefusedAndAsBefore() {
        try (Target target = new Target("mips-n64-le-r2")) {
            target.runtime.load(
                    target.file("farcall"),
                    io.modrt.policy.LoadPolicy.kernelExact().stubs(io.modrt.policy.StubPolicy.SHARED));
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Map<Long, String> before = target.memory.contents();
            PatchException refused = assertThrows(PatchException.class, () -> ftrace.trace("farcall_leaf", TRACER));
            assertTrue(
                    refused.getMessage().contains("n64 short call does not reach 0xffffffff80209abc"),
                    refused.getMessage());
            assertEquals(before, target.memory.contents());
        }
    }

    @Test
    void aPariscEntryHoldsTheTracer() {
        try (Target target = new Target("parisc-32")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "greet").address();
            ftrace.trace("greet", TRACER);
            assertArrayEquals(
                    new int[] {
                        0x8020_9abc,
                        0x6fc1_0080, // stw,ma %r1,0x40(%sp)
                        0x4821_3fd1, // ldw -0x18(%r1),%r1
                        0xe820_c002, // bv,n %r0(%r1)
                        0xe83f_1fdf // b,l,n .-0xc,%r1
                    },
                    target.words(at.plus(-16), 5));
            int writes = target.memory.writes().size();
            ftrace.replace(TRACER, OTHER); // one word
            assertEquals(writes + 1, target.memory.writes().size());
            ftrace.untrace(OTHER);
            int nop = 0x0800_0240;
            assertArrayEquals(new int[] {nop, nop, nop, nop, nop}, target.words(at.plus(-16), 5));
            assertEquals(
                    List.of(at, at.plus(-16)), // the branch goes first
                    target.memory.writes().stream()
                            .skip(writes + 1L)
                            .map(range -> range.start())
                            .toList());
        }
    }

    @Test
    void severalTracersCallTheListFunction() {
        try (Target target = new Target("parisc-64")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            ftrace.trace("greet*", TRACER);
            StateException busy = assertThrows(StateException.class, () -> ftrace.trace("greet", OTHER));
            assertEquals(Errno.EBUSY, busy.errno());
            Address list = Address.of(0x4012_3458L);
            ftrace.listFunction(list).trace("greet", OTHER);
            assertEquals(Optional.of(list), site(ftrace, "greet").target());
            assertEquals(Optional.of(TRACER), site(ftrace, "greet_alloc").target());
            ftrace.untrace(TRACER);
            assertEquals(Optional.of(OTHER), site(ftrace, "greet").target());
            assertEquals(Optional.empty(), site(ftrace, "greet_alloc").target());
        }
    }

    @Test
    void aRedirectionComesBeforeTracersAndGivesThemBack() {
        try (Target target = new Target("mips-o32-be-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime).trace("", TRACER);
            ftrace.redirect(site(ftrace, "greet"), OTHER);
            assertEquals(Optional.of(OTHER), site(ftrace, "greet").target());
            ftrace.restore(site(ftrace, "greet"));
            assertEquals(Optional.of(TRACER), site(ftrace, "greet").target());
        }
    }

    @Test
    void wordsThatAreNotAsExpectedAreToldAndNothingChanges() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address at = site(ftrace, "greet_alloc").address();
            target.putWord(at, 0x1000_0004);
            Map<Long, String> before = target.memory.contents();
            PatchException mismatch = assertThrows(PatchException.class, () -> ftrace.trace("greet*", TRACER));
            PatchException.Mismatch bytes = mismatch.mismatch().orElseThrow();
            assertEquals(at, bytes.address());
            assertArrayEquals(new byte[] {5, 0, 0, 0x10}, bytes.expected());
            assertArrayEquals(new byte[] {4, 0, 0, 0x10}, bytes.found());
            assertEquals(Errno.EINVAL, mismatch.errno());
            // the compiler puts the call behind the two instructions that open a frame
            assertEquals(
                    "greeter: greet_alloc+0x8 at " + at + ": o32 long call, ra address: code at " + at
                            + " is 04000010, expected 05000010; someone else changed it: nothing was switched",
                    mismatch.getMessage());
            assertEquals(
                    Optional.of("ftrace failed to modify [<" + Long.toHexString(at.value())
                            + ">] greet_alloc+0x8 [greeter]"),
                    mismatch.kernelMessage());
            assertEquals(before, target.memory.contents());
        }
    }

    @Test
    void aSiteOfNoKnownFormIsReportedAndNeverWritten() {
        try (Target target = new Target("mips-o32-le-r2")) {
            target.load("greeter");
            Address at;
            try (Ftrace ftrace = Ftrace.attach(target.runtime)) {
                at = site(ftrace, "greet").address();
            }
            target.putWord(at.plus(8), 0); // where $1 gets ra
            Ftrace ftrace = Ftrace.attach(target.runtime);
            assertEquals(CallSite.State.FOREIGN, site(ftrace, "greet").state());
            assertEquals(Optional.empty(), site(ftrace, "greet").kind());
            assertThrows(PatchException.class, () -> ftrace.trace("greet", TRACER));
            ftrace.trace(each -> each.kind().isPresent(), TRACER);
            assertEquals(0x1000_0005, target.word(at));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mips-o32-le-r2", "mips-n64-be-r2", "parisc-32", "parisc-64"})
    void modulesAreFollowedAsTheyComeAndGo(String folder) {
        try (Target target = new Target(folder)) {
            String starts = (folder.contains("n64") ? "$Lsite6" : "greeter_start") + " [greeter]";
            Ftrace ftrace = Ftrace.attach(target.runtime).trace("", tracer(folder));
            LiveModule greeter = target.load("greeter");
            LiveModule visitor = target.load("visitor");
            assertTrue(ftrace.sites().stream().allMatch(each -> each.state() == CallSite.State.ON));
            assertTrue(ftrace.available().contains(starts));
            int all = ftrace.sites().size();
            greeter.dropInit();
            assertFalse(ftrace.available().contains(starts));
            assertEquals(all - 1, ftrace.sites().size());
            visitor.unload();
            greeter.unload();
            assertEquals(List.of(), ftrace.sites());
            target.load("greeter");
            assertTrue(ftrace.sites().stream().allMatch(each -> each.state() == CallSite.State.ON));
            ftrace.untrace(tracer(folder));
            assertTrue(ftrace.sites().stream().allMatch(each -> each.state() == CallSite.State.OFF));
        }
    }

    @Test
    void sitesAreListedByNameInTheOrderOfModulesAndAddresses() {
        try (Target target = new Target("mips-o32-be-r2")) {
            target.load("greeter").dropInit();
            // as nm sorts the module's functions; two of them, in assembly, have no call site
            assertEquals(
                    List.of(
                            "greet [greeter]",
                            "say_plain [greeter]",
                            "say_loud [greeter]",
                            "greet_alloc [greeter]",
                            "greet_secretly [greeter]",
                            "greeter_stop [greeter]"),
                    Ftrace.attach(target.runtime).available());
        }
    }

    @Test
    void aTracerBeyond32BitsIsReachedThroughATrampolineAlsoByLongCalls() {
        try (Target target = new Target("mips-n64-le-r2")) {
            LiveModule module = target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            Address far = Address.of(0xa800_0000_1234_5678L);
            ftrace.trace(GREET_ON_N64, far);
            Address trampoline = module.placed()
                    .range(io.modrt.layout.RegionKind.CORE)
                    .orElseThrow()
                    .start();
            assertEquals(far.value(), target.pointer(trampoline.plus(32), true));
            assertEquals(
                    0x3c03_0000 | (int) (trampoline.value() >>> 16) & 0xffff,
                    target.word(site(ftrace, GREET_ON_N64).address()));
        }
    }
}
