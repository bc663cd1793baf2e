package io.modrt.testkit.contract;

import io.modrt.error.MemoryException;
import io.modrt.error.ModrtException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** Whether loads leave each other alone, and whether one that fails changes nothing. */
final class LoadChecks {
    private static final int MOST_INTERRUPTIONS = 64;
    private static final int MOST_WRITES = 32;

    private LoadChecks() {}

    /** Each trial, interrupted again and again by the load of another module. */
    static Stream<DynamicTest> interleaved(Subject subject) {
        List<Trial> trials = subject.trials();
        return trials.stream().map(trial -> {
            Trial other = trials.stream()
                    .filter(t -> t.file() != trial.file()
                            && t.profile().version().equals(trial.profile().version())
                            && t.file().elf().header().flags()
                                    == trial.file().elf().header().flags()
                            && t.file().elf().isBigEndian()
                                    == trial.file().elf().isBigEndian())
                    .findFirst()
                    .orElse(trial);
            return DynamicTest.dynamicTest(
                    trial.name() + " with " + other.file(), () -> interleave(subject, trial, other.file()));
        });
    }

    /** Two modules with addresses, on one kernel. */
    private record Pair(ResolvedModule one, ResolvedModule two) {
        static Pair on(FakeKernel kernel, Trial trial, ModuleFile other) {
            return new Pair(
                    kernel.runtime().plan(trial.file()).place().resolve(),
                    kernel.runtime().plan(other).place().resolve());
        }
    }

    private static void interleave(Subject subject, Trial trial, ModuleFile other) {
        List<String> oneAlone = outcome(Pair.on(trial.kernel(subject.arch()), trial, other).one);
        List<String> twoAlone = outcome(Pair.on(trial.kernel(subject.arch()), trial, other).two);
        List<ResolvedModule> interrupting = new ArrayList<>();
        List<List<String>> during = new ArrayList<>();
        Runnable interruption = () -> {
            if (!interrupting.isEmpty() && during.size() < MOST_INTERRUPTIONS) {
                ResolvedModule next = interrupting.remove(0);
                during.add(outcome(next));
                interrupting.add(next);
            }
        };
        WatchedArch watched = new WatchedArch(subject.arch(), interruption);
        Pair pair = Pair.on(trial.kernel(watched), trial, other);
        interrupting.add(pair.two);
        String advice = "; mend what outlives a load: each ArchPlan.begin makes its own state";
        Assertions.assertEquals(
                oneAlone, outcome(pair.one), () -> trial + " while " + other + " was relocated" + advice);
        Assertions.assertFalse(during.isEmpty(), "the load was never interrupted");
        during.add(outcome(pair.two));
        during.forEach(outcome ->
                Assertions.assertEquals(twoAlone, outcome, () -> other + " while " + trial + " was" + advice));
        Assertions.assertEquals(List.of(), watched.faults());
    }

    /** The bytes of each region, or why the module was refused. */
    private static List<String> outcome(ResolvedModule resolved) {
        try {
            RelocatedModule relocated = resolved.relocate();
            List<String> bytes = new ArrayList<>();
            for (Region region : resolved.placed().plan().regions()) {
                bytes.add(region.kind() + " " + HexFormat.of().formatHex(relocated.bytes(region.kind())));
            }
            return bytes;
        } catch (RuntimeException refused) { // why: what a load does with another one's state may be anything
            return List.of(refused.toString());
        }
    }

    /** Each module on a kernel that exports nothing. */
    static Stream<DynamicTest> unresolved(Subject subject) {
        return subject.modules().entrySet().stream()
                .map(module -> DynamicTest.dynamicTest(module.getKey(), () -> {
                    ModuleFile file = module.getValue();
                    List<String> strong = file.imports().stream()
                            .filter(wanted -> !wanted.weak())
                            .map(Import::name)
                            .toList();
                    FakeKernel kernel = FakeKernel.of(
                            subject.arch(),
                            name -> Optional.empty(),
                            subject.contract().profiles().get(0),
                            subject.contract().policies().get(0));
                    FakeKernel.State before = kernel.state();
                    if (!strong.isEmpty()) {
                        UnresolvedSymbolsException refused = Assertions.assertThrows(
                                UnresolvedSymbolsException.class,
                                () -> kernel.runtime().load(file));
                        Assertions.assertEquals(strong, refused.names());
                    }
                    Assertions.assertEquals(before, kernel.state());
                }));
    }

    /** Each trial, with each of its writes to memory failing once. */
    static Stream<DynamicTest> failingWrites(Subject subject) {
        return subject.eachTrial(trial -> {
            FakeKernel whole = trial.kernel(subject.arch());
            if (trial.load(whole).isPresent()) {
                int writes = Math.min(whole.memory().writes().size(), MOST_WRITES);
                for (int write = 1; write <= writes; write++) {
                    FakeKernel failing = trial.kernel(subject.arch());
                    failing.memory().failWrite(write);
                    FakeKernel.State before = failing.state();
                    Assertions.assertThrows(
                            MemoryException.class, () -> failing.runtime().load(trial.file()));
                    Assertions.assertEquals(before, failing.state());
                }
            }
        });
    }

    /** Modules that every kernel refuses, on each kernel, as the kernel loads them. */
    static Stream<DynamicTest> refusals(Subject subject) {
        List<DynamicTest> tests = new ArrayList<>();
        subject.contract().refusedModules().forEach((name, bytes) -> {
            ModuleFile file = ModuleFile.open(bytes);
            for (Trial trial : subject.byProfile(name, file)) {
                tests.add(DynamicTest.dynamicTest(trial.name(), () -> {
                    LoadPolicy exact = LoadPolicy.kernelExact();
                    FakeKernel kernel = trial.kernel(subject.arch());
                    Optional<ModrtException> refusal = kernel.runtime().refusal(file, Placement.allocated(), exact);
                    Assertions.assertTrue(
                            refusal.isPresent(),
                            () -> trial
                                    + ": no kernel loads it; mend the fit or the alignment of the types that it has");
                }));
            }
        });
        return tests.stream();
    }
}
