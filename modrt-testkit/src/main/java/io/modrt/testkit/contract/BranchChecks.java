package io.modrt.testkit.contract;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.load.LiveModule;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.StaticBranches.BranchSite;
import io.modrt.testkit.FakeKernel;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** Whether static branches are the assembler's code, and whether each place of a loaded module holds the code for its key. */
final class BranchChecks {
    private BranchChecks() {}

    static Stream<DynamicTest> of(Subject subject) {
        return Stream.concat(
                Stream.of(DynamicTest.dynamicTest("static branches are the assembler's", () -> checkWords(subject))),
                subject.eachModule(trial -> {
                    FakeKernel kernel = trial.kernel(subject.arch());
                    trial.load(kernel).ifPresent(module -> check(trial, module, kernel));
                }));
    }

    private static void checkWords(Subject subject) {
        List<AssemblerWords.Piece> nops = subject.contract().assemblerWords().of(AssemblerWords.Kind.NOT_TAKEN);
        List<AssemblerWords.Piece> jumps = subject.contract().assemblerWords().of(AssemblerWords.Kind.TAKEN);
        for (ArchKernel kernel : subject.kernels()) {
            ByteOrder order = kernel.codeOrder();
            boolean isKnown = kernel.staticBranches().isPresent();
            Assertions.assertEquals(
                    isKnown,
                    !nops.isEmpty() && !jumps.isEmpty(),
                    "assemblerWords() has nop and jump; there are static branches");
            kernel.staticBranches().ifPresent(branches -> {
                for (AssemblerWords.Piece nop : nops) {
                    List<String> sameSize = bytesOf(nops, order, nop.bytes(order).length);
                    String made = hex(branches.notTaken(nop.bytes(order).length));
                    Assertions.assertTrue(
                            sameSize.contains(made),
                            () -> "a branch that is not taken is " + made + ", the assembler's are " + sameSize
                                    + "; mend StaticBranches.notTaken");
                }
                for (AssemblerWords.Piece jump : jumps) {
                    List<String> same = jumps.stream()
                            .filter(other -> other.numbers().equals(jump.numbers()))
                            .map(other -> hex(other.bytes(order)))
                            .toList();
                    BranchSite site = new BranchSite(jump.numbers().get(0), jump.bytes(order).length);
                    String made = hex(branches.taken(site, jump.numbers().get(1)));
                    Assertions.assertTrue(
                            same.contains(made),
                            () -> "a branch that is taken is " + made + ", the assembler's \"" + jump + "\" is " + same
                                    + "; mend StaticBranches.taken");
                }
            });
        }
    }

    private static List<String> bytesOf(List<AssemblerWords.Piece> pieces, ByteOrder order, int sizeBytes) {
        List<String> all = new ArrayList<>();
        pieces.forEach(piece -> all.add(hex(piece.bytes(order))));
        all.removeIf(text -> text.length() != 2 * sizeBytes);
        return all;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static void check(Trial trial, LiveModule module, FakeKernel kernel) {
        ModuleMemory memory = ModuleMemory.of(module, kernel.memory());
        if (!module.placed().profile().has(ConfigOption.JUMP_LABEL)) {
            return;
        }
        memory.kernel().staticBranches().ifPresent(branches -> {
            for (Section table : module.file().elf().sections()) {
                if (table.name().equals("__jump_table")
                        && module.placed().address(table).isPresent()) {
                    new TableReader(memory).jumpLabels(table).forEach(label -> check(trial, branches, memory, label));
                }
            }
        });
    }

    private static void check(Trial trial, StaticBranches branches, ModuleMemory memory, TableReader.JumpLabel label) {
        String what = trial + ": static branch at 0x" + Long.toHexString(label.code());
        Assertions.assertTrue(
                memory.holds(label.code(), 1),
                () -> what + " is not the module's; mend ArchKernel.tables().jumpTable()");
        int size = branches.sizeBytes(label.code(), memory);
        String found = hex(memory.bytesAt(label.code(), size));
        String nop = hex(branches.notTaken(size));
        String jump = hex(branches.taken(new BranchSite(label.code(), size), label.target()));
        if (memory.holds(label.key(), Integer.BYTES)) {
            boolean isEnabled = (int) memory.numberAt(label.key(), Integer.BYTES) > 0;
            Assertions.assertEquals(
                    isEnabled != label.isBranch() ? jump : nop,
                    found,
                    () -> what + " to 0x" + Long.toHexString(label.target()) + ", whose key is "
                            + (isEnabled ? "enabled" : "not enabled") + (label.isBranch() ? ", inverted" : "")
                            + "; mend StaticBranches, or the finisher that writes them");
        } else {
            Assertions.assertTrue(
                    found.equals(nop) || found.equals(jump),
                    () -> what + " is " + found + ", neither " + nop + " nor " + jump
                            + "; mend StaticBranches, or the finisher that writes them");
        }
    }
}
