package io.modrt.mips;

import io.modrt.spi.Formula;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.SectionImage;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import java.nio.ByteOrder;

/**
 * The load-time state of static branches: {@code module_finalize} turns those that are not taken from the placeholder that the
 * compiler put there into a nop; the others keep their jump. Which is which is a property of the key, but that may be the
 * kernel's: the compiled word tells as well. Source: Linux 6.1 {@code arch/mips/kernel/jump_label.c}.
 */
final class MipsJumpLabels {
    private static final int B_OVER_NEXT = 0x1000_0001; // b .+8
    private static final int BC_NEXT =
            0xc800_0000; // bc .+4, Release 6; before, this opcode was lwc2, which no branch site has
    private static final int NOP = 0;

    private static final StaticBranches.Jump J =
            new StaticBranches.Jump(0x0800_0000, MipsField.INSTR_INDEX, Formula.S_A, 0);
    /** {@code bc} counts from the next instruction. */
    private static final StaticBranches.Jump BC =
            new StaticBranches.Jump(BC_NEXT, MipsField.OFFSET26, Formula.S_A_P, -4);

    private MipsJumpLabels() {}

    /** A nop, or a {@code j}, on Release 6 a {@code bc}. */
    static StaticBranches branches(boolean isRelease6, ByteOrder order) {
        return StaticBranches.ofWords(order, NOP, isRelease6 ? BC : J);
    }

    /** Writes a nop at each site in {@code __jump_table} that is not taken. The delay slot stays. */
    static void finish(ModuleImage image, TableShapes.JumpTable shape) {
        image.section("__jump_table").ifPresent(table -> finish(image, shape, table));
    }

    private static void finish(ModuleImage image, TableShapes.JumpTable shape, SectionImage table) {
        long end = table.section().sizeBytes() - shape.entryBytes();
        for (long entry = 0; entry <= end; entry += shape.entryBytes()) {
            long code = table.pointer(entry);
            int word = image.codeAt(code);
            if (word == B_OVER_NEXT || word == BC_NEXT) {
                image.putCodeAt(code, NOP);
            }
        }
    }
}
