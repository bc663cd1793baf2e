package io.modrt.testkit.contract;

import io.modrt.elf.RelocationSection;
import io.modrt.load.LayoutPlan;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** Whether relocations are applied in the kernel's order: that of the file, or the one that the contract states. */
final class OrderChecks {
    private OrderChecks() {}

    static Stream<DynamicTest> of(Subject subject) {
        List<String> unseen = new ArrayList<>(subject.contract().sortedOffsets().keySet());
        List<DynamicTest> tests = new ArrayList<>();
        subject.modules().forEach((name, file) -> {
            file.elf().relocationSections().forEach(section -> unseen.remove(key(name, section)));
            tests.add(DynamicTest.dynamicTest(name, () -> check(subject, name, file)));
        });
        tests.add(DynamicTest.dynamicTest(
                "sections whose order is stated",
                () -> Assertions.assertEquals(List.of(), unseen, "sortedOffsets() names sections that no module has")));
        return tests.stream();
    }

    private static String key(String module, RelocationSection section) {
        return module + " " + section.target().name();
    }

    private static void check(Subject subject, String name, ModuleFile file) {
        Trial trial = subject.trials(name, file).get(0);
        FakeKernel kernel = trial.kernel(subject.arch());
        LayoutPlan plan = kernel.runtime().plan(trial.file());
        Map<String, List<Long>> stated = subject.contract().sortedOffsets();
        try (var placed = plan.place()) {
            for (RelocationSection section : trial.file().elf().relocationSections()) {
                if (plan.region(section.target()).isEmpty()) {
                    continue;
                }
                RelocationSection ordered = placed.archPlan().ordered(section);
                List<String> inFile = entries(section);
                List<String> applied = entries(ordered);
                List<Long> expected = stated.get(key(name, section));
                String what = key(name, section) + ": mend ArchPlan.ordered: ";
                if (expected != null) {
                    Assertions.assertEquals(
                            expected,
                            IntStream.range(0, ordered.count())
                                    .mapToObj(ordered::offset)
                                    .toList(),
                            what + "the offsets in the kernel's order of application");
                } else if (stated.isEmpty()) {
                    Assertions.assertEquals(
                            inFile, applied, what + "the kernel applies relocations in the order of the file");
                }
                Assertions.assertEquals(
                        inFile.stream().sorted().toList(),
                        applied.stream().sorted().toList(),
                        what + "every relocation once");
            }
        }
    }

    private static List<String> entries(RelocationSection section) {
        return IntStream.range(0, section.count())
                .mapToObj(i -> "0x" + Long.toHexString(section.offset(i)) + " type " + section.type(i) + " symbol "
                        + section.symbol(i) + " + " + section.addend(i))
                .toList();
    }
}
