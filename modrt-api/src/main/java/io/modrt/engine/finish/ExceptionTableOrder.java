package io.modrt.engine.finish;

import io.modrt.engine.layout.ImageBytes;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.SectionImage;
import io.modrt.spi.TableShapes;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sorts {@code __ex_table} by the address of the instruction, as the kernel's {@code sort_extable} does directly after relocation. The
 * kernel's sort does not define the order of entries for one instruction; here they keep their order.
 */
public final class ExceptionTableOrder {

    private ExceptionTableOrder() {}

    /** Sorts the table, if there is one. */
    public static void sort(ImageBytes image, TableShapes.ExceptionTable shape, Consumer<Diagnostic> report) {
        Optional<SectionImage> section = image.section("__ex_table");
        if (section.isEmpty()) {
            return;
        }
        EntryTable table =
                new EntryTable(image, section.get().section(), shape.entryBytes(), shape.reference(), report);
        long[] instructions = new long[table.count()];
        for (int i = 0; i < instructions.length; i++) {
            instructions[i] = table.value(i, 0, shape.fieldBytes());
        }
        int[] fields = new int[shape.addresses()];
        Arrays.fill(fields, shape.fieldBytes());
        table.reorder(StableOrder.by(instructions, StableOrder.identity(instructions.length)), fields);
    }
}
