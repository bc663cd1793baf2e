package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.image.Finding;
import io.modrt.image.Finding.Kind;
import io.modrt.image.ImageResult;
import io.modrt.verify.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tracers and kprobes that the kernel's own structures in an image tell of. */
class KernelHooksTest {
    /** A word of the kernel's data that is a pointer; the other addresses are in its data too. */
    private static final long SLOT = 0x8011_9000L;

    private static final long OPS = 0x8011_9100L;
    private static final long LAST_OPS = 0x8011_9200L;
    private static final long PROBE = 0x8011_9300L;
    private static final long SECOND_PROBE = 0x8011_9400L;
    private static final long STUB = 0x8010_0c00L;
    private static final long BREAK = 0x80cd;
    private static final long FIRST_WORD = 0x27bd_ffe0L; // of lower_call

    private final FakeMachine machine = new FakeMachine();

    private void words(long at, long... words) {
        for (int i = 0; i < words.length; i++) {
            machine.put(at + i * 4L, words[i]);
        }
    }

    private void tracer(long function) {
        words(SLOT, OPS);
        words(OPS, function, LAST_OPS, 0x2041);
        words(LAST_OPS, STUB, 0, 0x20);
    }

    /** A struct kprobe: node of the table, list, missed, address, symbol, offset, handlers, the saved instruction. */
    private void kprobe(long slot, long handler, long saved) {
        long at = machine.symbol("lower_call");
        words(slot, PROBE);
        words(PROBE, 0, slot, PROBE + 8, PROBE + 8, 0, at, 0, 0, handler, 0, saved);
        machine.put(at, BREAK);
    }

    private List<Finding> hooks(ImageResult result) {
        return result.findings()
                .filter(finding -> Stream.of(Kind.TRACER, Kind.FOREIGN_TRACER, Kind.KPROBE, Kind.FOREIGN_KPROBE)
                        .anyMatch(finding.kind()::equals))
                .toList();
    }

    @Test
    void theKernelsTracerIsNamedAndNoAlarm() {
        tracer(FakeMachine.TRACE_CALL);
        ImageResult result = machine.image().verify();
        assertEquals(
                List.of(new Finding(
                        Kind.TRACER,
                        "",
                        Optional.of(Address.of(OPS)),
                        "ftrace_ops",
                        "the kernel's function_trace_call",
                        "functions are traced")),
                hooks(result));
        assertTrue(result.isClean(), result.table());
    }

    @Test
    void theListOfTracersIsReadAtItsSymbol() {
        tracer(FakeMachine.FOREIGN);
        words(0x8020_0000L, OPS); // where nobody would search
        words(SLOT, 0);
        List<Finding> found =
                hooks(machine.imageWith("80200000 d ftrace_ops_list\n").verify());
        assertEquals(
                List.of(Kind.FOREIGN_TRACER), found.stream().map(Finding::kind).toList());
    }

    @Test
    void aTracerOfNobodysIsAnAlarm() {
        tracer(FakeMachine.FOREIGN);
        ImageResult result = machine.image().verify();
        Finding finding = hooks(result).get(0);
        assertEquals(Kind.FOREIGN_TRACER, finding.kind());
        assertEquals("memory of neither the kernel nor a module, 0x80300000", finding.target());
        assertTrue(!result.isClean());
    }

    @Test
    void aTracerOfAHiddenModuleIsAnAlarm() {
        tracer(machine.symbol("lower_more"));
        long upper = machine.self("upper") + 4;
        words(FakeMachine.LIST + 4, upper);
        words(upper, FakeMachine.LIST);
        Finding finding = hooks(machine.image().verify()).get(0);
        assertEquals(Kind.FOREIGN_TRACER, finding.kind());
        assertEquals("hidden module lower's lower_more+0x0", finding.target());
    }

    @Test
    void aChainThatIsALoopOrEndsElsewhereIsNoListOfTracers() {
        words(SLOT, OPS, PROBE);
        words(OPS, FakeMachine.FOREIGN, OPS + 0x20, 1);
        words(OPS + 0x20, FakeMachine.FOREIGN, OPS, 1);
        words(PROBE, FakeMachine.FOREIGN, LAST_OPS, 1);
        words(LAST_OPS, FakeMachine.FOREIGN, 0, 1);
        assertEquals(List.of(), hooks(machine.image().verify()));
    }

    @Test
    void aKprobeExplainsTheWordThatItReplaces() {
        kprobe(SLOT, FakeMachine.PROBE_HANDLER, FIRST_WORD);
        ImageResult result = machine.image().verify();
        assertTrue(result.isClean(), result.table());
        assertEquals(
                List.of(new Finding(
                        Kind.KPROBE,
                        "lower",
                        Optional.of(Address.of(machine.symbol("lower_call"))),
                        "lower's lower_call+0x0",
                        "the kernel's kprobe_dispatcher",
                        "a kprobe, whose structure is at 0x80119300")),
                hooks(result));
        assertEquals(
                Map.of("kprobe: handled by the kernel's kprobe_dispatcher", 1L),
                result.modules().get(1).verification().orElseThrow().details(Reason.SITE));
    }

    @Test
    void theTableOfKprobesIsReadAtItsSymbol() {
        kprobe(0x8020_0004L, FakeMachine.PROBE_HANDLER, FIRST_WORD);
        ImageResult result = machine.imageWith("80200000 b kprobe_table\n").verify();
        assertEquals(
                List.of(Kind.KPROBE), hooks(result).stream().map(Finding::kind).toList());
    }

    @Test
    void aKprobeThatSavedAnotherWordExplainsNothing() {
        kprobe(SLOT, FakeMachine.PROBE_HANDLER, 0);
        List<Kind> alarms = machine.image()
                .verify()
                .findings()
                .filter(Finding::isAlarm)
                .map(Finding::kind)
                .toList();
        assertEquals(List.of(Kind.CODE), alarms);
    }

    @Test
    void aBreakWithoutAKprobeIsAChange() {
        machine.put(machine.symbol("lower_call"), BREAK);
        List<Kind> alarms = machine.image()
                .verify()
                .findings()
                .filter(Finding::isAlarm)
                .map(Finding::kind)
                .toList();
        assertEquals(List.of(Kind.CODE), alarms);
    }

    @Test
    void eachHandlerOfSeveralKprobesAtOnePlaceIsLookedAt() {
        kprobe(SLOT, FakeMachine.PROBE_HANDLER, FIRST_WORD);
        long list = PROBE + 8;
        long second = SECOND_PROBE + 8;
        words(list, second, second);
        words(SECOND_PROBE, 0, 0, list, list, 0, machine.symbol("lower_call"), 0, 0, FakeMachine.FOREIGN);
        Finding finding = hooks(machine.image().verify()).get(0);
        assertEquals(Kind.FOREIGN_KPROBE, finding.kind());
        assertEquals(
                "the kernel's kprobe_dispatcher, memory of neither the kernel nor a module, 0x80300000",
                finding.target());
    }
}
