package io.modrt.testkit.contract;

import io.modrt.elf.Section;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.List;

/** Reads the tables of a loaded module from its memory, in the shapes that its architecture declares. */
final class TableReader {
    private final ModuleMemory memory;
    private final TableShapes shapes;
    private final Width width;

    /** An export record: its value and its name. */
    record Exported(long value, String name) {}

    /** An exception entry: the addresses of an instruction and of its fixup. */
    record Faulting(long instruction, long fixup) {}

    /** A jump label, with the flags of its key apart. */
    record JumpLabel(long code, long target, long key, boolean isBranch) {}

    TableReader(ModuleMemory memory) {
        this.memory = memory;
        this.shapes = memory.kernel().tables();
        this.width = memory.kernel().width();
    }

    private long start(Section table) {
        return memory.placed().address(table).orElseThrow().value();
    }

    /** The address in a field. */
    private long address(long field, int bytes, Reference reference) {
        long stored = memory.numberAt(field, bytes);
        if (reference == Reference.ABSOLUTE) {
            return width.wrap(stored);
        }
        return width.wrap(field + (bytes == Integer.BYTES ? (int) stored : stored));
    }

    /** The records of an export table, {@code count} in all. */
    List<Exported> exports(Section table, int count) {
        TableShapes.ExportTable shape = shapes.exports();
        long stride = table.sizeBytes() / count;
        List<Exported> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = start(table) + i * stride;
            long value = address(at, shape.fieldBytes(), shape.reference());
            long name = address(at + shape.fieldBytes(), shape.fieldBytes(), shape.reference());
            records.add(new Exported(value, memory.holds(name, 1) ? memory.textAt(name) : "nothing of the module"));
        }
        return records;
    }

    List<Faulting> exceptions(Section table) {
        TableShapes.ExceptionTable shape = shapes.exceptionTable();
        List<Faulting> entries = new ArrayList<>();
        for (long at = 0; at + shape.entryBytes() <= table.sizeBytes(); at += shape.entryBytes()) {
            long field = start(table) + at;
            entries.add(new Faulting(
                    address(field, shape.fieldBytes(), shape.reference()),
                    address(field + shape.fieldBytes(), shape.fieldBytes(), shape.reference())));
        }
        return entries;
    }

    List<JumpLabel> jumpLabels(Section table) {
        TableShapes.JumpTable shape = shapes.jumpTable();
        List<JumpLabel> entries = new ArrayList<>();
        for (long at = 0; at + shape.entryBytes() <= table.sizeBytes(); at += shape.entryBytes()) {
            long field = start(table) + at;
            long key = field + 2L * shape.codeBytes();
            long flagged = address(key, shape.keyBytes(), shape.reference());
            entries.add(new JumpLabel(
                    address(field, shape.codeBytes(), shape.reference()),
                    address(field + shape.codeBytes(), shape.codeBytes(), shape.reference()),
                    flagged & -4L,
                    (flagged & 1) != 0));
        }
        return entries;
    }
}
