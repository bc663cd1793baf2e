package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbol;
import io.modrt.load.LiveModule;
import io.modrt.module.Export;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** Whether a module that imports another one's export gets the value that the other one's export table holds. */
final class ImportChecks {
    private ImportChecks() {}

    static Stream<DynamicTest> of(Subject subject) {
        List<DynamicTest> tests = new ArrayList<>();
        Map<String, ModuleFile> modules = subject.modules();
        modules.forEach((exporter, from) -> modules.forEach((importer, into) -> {
            if (isPair(from, into)) {
                for (Trial trial : subject.byProfile(exporter, from)) {
                    tests.add(DynamicTest.dynamicTest(
                            importer + " imports from " + trial, () -> check(subject, trial, into)));
                }
            }
        }));
        boolean isTried = !tests.isEmpty();
        tests.add(
                DynamicTest.dynamicTest(
                        "the modules import from each other",
                        () -> Assertions.assertTrue(
                                isTried,
                                "modules() has no module that imports another one's export; the bundled visitor.ko does so of greeter.ko")));
        return tests.stream();
    }

    private static boolean isPair(ModuleFile from, ModuleFile into) {
        return from.elf().header().flags() == into.elf().header().flags()
                && from.elf().isBigEndian() == into.elf().isBigEndian()
                && !shared(from, into).isEmpty();
    }

    private static List<String> shared(ModuleFile from, ModuleFile into) {
        List<String> exports = from.exports().stream().map(Export::name).toList();
        return into.imports().stream()
                .map(Import::name)
                .filter(exports::contains)
                .toList();
    }

    private static void check(Subject subject, Trial trial, ModuleFile into) {
        ModuleFile from = trial.file();
        FakeKernel kernel = trial.kernel(subject.arch());
        Optional<LiveModule> exporter = trial.load(kernel);
        if (exporter.isEmpty()) {
            Assertions.fail(trial + ": " + trial.refusal(subject.arch()));
        }
        LiveModule importer = kernel.runtime().load(into);
        TableReader reader = new TableReader(ModuleMemory.of(exporter.get(), kernel.memory()));
        for (String name : shared(from, into)) {
            long value = value(reader, from, name);
            String what = into.name() + " of " + name + ", whose export record in " + from.name() + " holds 0x"
                    + Long.toHexString(value) + "; mend ArchKernel.tables().exports()";
            Assertions.assertEquals(
                    List.of(Address.of(value)),
                    importer.imports().stream()
                            .filter(bound -> bound.name().equals(name))
                            .map(KernelSymbol::value)
                            .toList(),
                    () -> "what is bound to the import in " + what);
            importer.relocations()
                    .filter(relocation -> relocation.place().symbol().equals(name))
                    .forEach(relocation -> Assertions.assertEquals(
                            Address.of(value), relocation.place().S(), () -> "S of " + relocation + " in " + what));
        }
    }

    private static long value(TableReader reader, ModuleFile from, String name) {
        Export export = from.exports().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        int count = (int) from.exports().stream()
                .filter(other -> other.table() == export.table())
                .count();
        return reader.exports(from.elf().section(export.table()), count).stream()
                .filter(record -> record.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no record of " + from.name() + " is called " + name
                        + "; mend ArchKernel.tables().exports(), or the" + " types that relocate it"))
                .value();
    }
}
