package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.load.LiveModule;
import io.modrt.module.Export;
import io.modrt.spi.TableShapes;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/**
 * Reads the tables of each loaded module as its architecture says that the kernel reads them: exports have the names and values of the
 * file, exceptions and jump labels point at code of the module, and all are in the kernel's order.
 */
final class TableChecks {
    private static final String EXCEPTIONS = "__ex_table";
    private static final String JUMP_LABELS = "__jump_table";
    private static final List<String> EXPORTS = List.of("__ksymtab", "__ksymtab_gpl");
    private static final int DESCRIPTOR_BYTES = 32;

    private final String what;
    private final LiveModule module;
    private final ModuleMemory memory;
    private final TableReader reader;

    private TableChecks(String what, LiveModule module, ModuleMemory memory) {
        this.what = what;
        this.module = module;
        this.memory = memory;
        this.reader = new TableReader(memory);
    }

    /** A test for each module, and one whether the modules have each table. */
    static Stream<DynamicTest> of(Subject subject) {
        return Stream.concat(
                Stream.of(DynamicTest.dynamicTest("the modules have each table", () -> checkModules(subject))),
                subject.eachModule(trial -> {
                    FakeKernel kernel = trial.kernel(subject.arch());
                    trial.load(kernel).ifPresent(module -> {
                        ModuleMemory memory = ModuleMemory.of(module, kernel.memory());
                        TableChecks checks = new TableChecks(trial.name(), module, memory);
                        checks.checkExports();
                        checks.checkExceptions();
                        checks.checkJumpLabels();
                    });
                }));
    }

    private static void checkModules(Subject subject) {
        Set<String> wanted = new TreeSet<>(List.of(EXPORTS.get(0), EXCEPTIONS, JUMP_LABELS));
        subject.modules()
                .values()
                .forEach(file -> wanted.removeIf(name ->
                        file.elf().section(name).filter(s -> s.sizeBytes() > 0).isPresent()));
        Assertions.assertEquals(
                Set.of(), wanted, "tables that no module of modules() has; greeter.ko of the bundled ones has all");
    }

    private List<Section> tables(String name) {
        return module.file().elf().sections().stream()
                .filter(section -> section.name().equals(name) && section.sizeBytes() > 0)
                .filter(section -> module.placed().address(section).isPresent())
                .toList();
    }

    private void checkExports() {
        TableShapes.ExportTable shape = memory.kernel().tables().exports();
        String advice = "; mend ArchKernel.tables().exports(), which is " + shape + ", or the types that relocate it";
        for (Section table :
                EXPORTS.stream().flatMap(name -> tables(name).stream()).toList()) {
            List<Export> exports = module.file().exports().stream()
                    .filter(export -> export.table() == table.index())
                    .toList();
            long fields = table.sizeBytes() / exports.size() / shape.fieldBytes();
            Assertions.assertTrue(
                    fields == 2 || fields == 3,
                    () -> what + ": " + table.name() + " has " + fields + " fields for each of " + exports.size()
                            + " exports" + advice);
            List<TableReader.Exported> records = reader.exports(table, exports.size());
            for (int i = 0; i < exports.size(); i++) {
                Export export = exports.get(i);
                String place = what + ": " + table.name() + ", record " + i + ": ";
                Assertions.assertEquals(export.name(), records.get(i).name(), () -> place + "name" + advice);
                checkValue(place + export.name(), export.name(), records.get(i).value(), advice);
            }
        }
    }

    private void checkValue(String place, String name, long value, String advice) {
        Address symbol = module.symbol(name).orElseThrow().address();
        Assertions.assertTrue(
                value == symbol.value() || isDescriptor(value, symbol),
                () -> place + " is exported as 0x" + Long.toHexString(value) + ", and lies at " + symbol + advice);
        Assertions.assertEquals(
                Address.of(value),
                module.exports().stream()
                        .filter(export -> export.name().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .value(),
                () -> place + ": what other modules get");
    }

    /** Whether {@code address} is not the function's, but that of a descriptor which holds it. */
    private boolean isDescriptor(long address, Address function) {
        int bytes = memory.kernel().width().bytes();
        for (long at = address; at < address + DESCRIPTOR_BYTES; at += bytes) {
            if (memory.holds(at, bytes) && memory.pointerAt(at) == function.value()) {
                return true;
            }
        }
        return false;
    }

    private boolean isCode(long address) {
        return module.file().elf().sections().stream()
                .filter(Section::isExecutable)
                .anyMatch(section -> module.placed()
                        .address(section)
                        .filter(start -> new AddressRange(start, section.sizeBytes()).contains(Address.of(address)))
                        .isPresent());
    }

    private void checkSize(Section table, int entryBytes, String advice) {
        Assertions.assertEquals(
                0,
                table.sizeBytes() % entryBytes,
                () -> what + ": bytes behind the last whole entry of " + table.name() + ", which has "
                        + table.sizeBytes() + " bytes" + advice);
    }

    private void checkExceptions() {
        String advice = "; mend ArchKernel.tables().exceptionTable(), which is "
                + memory.kernel().tables().exceptionTable();
        for (Section table : tables(EXCEPTIONS)) {
            List<TableReader.Faulting> entries = reader.exceptions(table);
            Assertions.assertFalse(entries.isEmpty(), () -> what + ": " + EXCEPTIONS + advice);
            checkSize(table, memory.kernel().tables().exceptionTable().entryBytes(), advice);
            long last = 0;
            for (TableReader.Faulting entry : entries) {
                Assertions.assertTrue(
                        isCode(entry.instruction()) && isCode(entry.fixup()),
                        () -> what + ": " + EXCEPTIONS + " has 0x" + Long.toHexString(entry.instruction()) + " and 0x"
                                + Long.toHexString(entry.fixup()) + ", which are not both code of the module" + advice);
                Assertions.assertTrue(
                        Long.compareUnsigned(last, entry.instruction()) <= 0,
                        () -> what + ": " + EXCEPTIONS + " is not sorted" + advice);
                last = entry.instruction();
            }
        }
    }

    private void checkJumpLabels() {
        String advice = "; mend ArchKernel.tables().jumpTable(), which is "
                + memory.kernel().tables().jumpTable();
        for (Section table : tables(JUMP_LABELS)) {
            List<TableReader.JumpLabel> entries = reader.jumpLabels(table);
            Assertions.assertFalse(entries.isEmpty(), () -> what + ": " + JUMP_LABELS + advice);
            checkSize(table, memory.kernel().tables().jumpTable().entryBytes(), advice);
            List<TableReader.JumpLabel> wrong = new ArrayList<>(entries);
            wrong.removeIf(entry -> isCode(entry.code()) && isCode(entry.target()));
            Assertions.assertEquals(
                    List.of(),
                    wrong,
                    () -> what + ": jump labels whose code and target are not code of the module" + advice);
        }
    }
}
