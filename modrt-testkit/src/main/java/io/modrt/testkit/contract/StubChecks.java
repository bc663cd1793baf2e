package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Stub;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/**
 * Whether every stub was counted, lies in room of its own and leads to its target. Where a stub leads is read from memory by
 * {@link ArchContract#stubTarget}, which itself has to read what an assembler made.
 */
final class StubChecks {
    private StubChecks() {}

    /** A test for each trial, and one for the reader of stubs. */
    static Stream<DynamicTest> of(Subject subject) {
        return Stream.concat(
                Stream.of(DynamicTest.dynamicTest("stubTarget reads an assembler's stubs", () -> checkReader(subject))),
                subject.eachTrial(trial -> {
                    WatchedArch watched = new WatchedArch(subject.arch(), () -> {});
                    FakeKernel kernel = trial.kernel(watched);
                    trial.load(kernel).ifPresent(module -> check(subject, trial, module, kernel));
                    Assertions.assertEquals(List.of(), watched.faults());
                }));
    }

    private static void checkReader(Subject subject) {
        List<AssemblerWords.Piece> stubs = subject.contract().assemblerWords().of(AssemblerWords.Kind.STUB);
        boolean isRouted = subject.types().stream().anyMatch(RelocationType::routed);
        Assertions.assertEquals(
                isRouted,
                !stubs.isEmpty(),
                "assemblerWords() has " + stubs.size() + " stubs; types are routed to stubs");
        ArchKernel kernel = subject.kernels().get(0);
        for (AssemblerWords.Piece piece : stubs) {
            Address address = Address.of(piece.numbers().get(0));
            ModuleMemory memory = ModuleMemory.ofCode(kernel, address, piece.bytes(kernel.codeOrder()));
            Assertions.assertEquals(
                    Address.of(piece.numbers().get(1)),
                    Address.of(subject.contract().stubTarget(address.value(), memory)),
                    () -> "where stubTarget says that \"" + piece + "\" leads");
        }
    }

    private static void check(Subject subject, Trial trial, LiveModule module, FakeKernel kernel) {
        List<AddressRange> taken = new ArrayList<>();
        for (Section section : trial.file().elf().sections()) {
            boolean isPlaceholder =
                    Placeholders.contain(trial.file(), section, module.placed().shape(section));
            if (module.placed().address(section).isPresent() && !isPlaceholder) {
                taken.add(new AddressRange(module.placed().address(section).orElseThrow(), section.sizeBytes()));
            }
        }
        List<AddressRange> regions = Arrays.stream(RegionKind.values())
                .flatMap(kind -> module.placed().range(kind).stream())
                .toList();
        ModuleMemory memory = ModuleMemory.of(module, kernel.memory());
        for (Stub stub : module.stubs()) {
            String what = trial + ": " + stub;
            AddressRange range =
                    new AddressRange(stub.address(), stub.template().sizeBytes());
            Assertions.assertTrue(
                    regions.stream().anyMatch(region -> region.contains(range)),
                    () -> what + " is in none of " + regions);
            taken.forEach(other -> Assertions.assertFalse(
                    other.overlaps(range),
                    () -> what + " lies on " + other + "; mend the room that ArchPlan reserves"));
            taken.add(range);
            Assertions.assertArrayEquals(
                    stub.code(module.placed().plan().archKernel().codeOrder()),
                    memory.bytesAt(stub.address().value(), stub.template().sizeBytes()),
                    () -> what + ": the code that ArchLoad.writeStubs wrote");
            Address leads =
                    Address.of(subject.contract().stubTarget(stub.address().value(), memory));
            Assertions.assertEquals(
                    stub.target(),
                    leads,
                    () -> what + ": where its code leads, "
                            + HexFormat.of()
                                    .formatHex(memory.bytesAt(
                                            stub.address().value(),
                                            stub.template().sizeBytes()))
                            + "; mend the stub's template, its slot, or what fills it");
        }
    }

    /** A test whether each module loads somehow. */
    static Stream<DynamicTest> loads(Subject subject) {
        return Stream.of(DynamicTest.dynamicTest("each module loads somehow", () -> checkThatModulesLoad(subject)));
    }

    /** Whether each module loads somehow, and whether the contract's modules want a stub where types are routed. */
    static void checkThatModulesLoad(Subject subject) {
        int stubs = 0;
        Set<String> refusals = new LinkedHashSet<>();
        for (Map.Entry<String, ModuleFile> module : subject.modules().entrySet()) {
            List<Trial> trials = subject.trials(module.getKey(), module.getValue());
            List<LiveModule> loaded = trials.stream()
                    .flatMap(trial -> trial.load(trial.kernel(subject.arch())).stream())
                    .toList();
            Set<String> reasons = new LinkedHashSet<>();
            if (loaded.size() < trials.size()) {
                trials.forEach(trial -> reasons.add(trial.refusal(subject.arch())));
            }
            Assertions.assertFalse(
                    loaded.isEmpty(),
                    () -> module.getKey() + " is refused whatever the kernel and policy: " + reasons
                            + "; mend what refuses it, or, if a branch finds no stub, the room that ArchPlan reserves");
            reasons.remove(Trial.NOT_REFUSED);
            refusals.addAll(reasons);
            stubs += loaded.stream().mapToInt(live -> live.stubs().size()).sum();
        }
        boolean routes = subject.types().stream().anyMatch(RelocationType::routed);
        Assertions.assertEquals(
                routes,
                stubs > 0,
                stubs + " stubs were made; the contract needs a module that wants one"
                        + (refusals.isEmpty()
                                ? ""
                                : "; or mend the room that ArchPlan reserves, if one of these loads found no stub: "
                                        + refusals));
    }
}
