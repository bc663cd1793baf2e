package io.modrt.mips;

import io.modrt.spi.ModuleImage;
import io.modrt.spi.SectionImage;
import io.modrt.spi.StaticBranch;
import io.modrt.spi.TableShapes;

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

    /** {@code j}. */
    static final StaticBranch RELEASE_2 = new StaticBranch(NOP, 0x0800_0000, MipsReloc.R_MIPS_26, 0);
    /** {@code bc}, which counts from the next instruction. */
    static final StaticBranch RELEASE_6 = new StaticBranch(NOP, BC_NEXT, MipsReloc.R_MIPS_PC26_S2, -4);

    private MipsJumpLabels() {}

    /** Writes a nop at each site in {@code __jump_table} that is not taken. The delay slot stays. */
    static void finish(ModuleImage image, TableShapes.JumpTable shape) {
        image.section("__jump_table").ifPresent(table -> finish(image, shape, table));
    }

    private static void finish(ModuleImage image, TableShapes.JumpTable shape, SectionImage table) {
        long end = table.section().sizeBytes() - shape.entryBytes();
        for (long entry = 0; entry <= end; entry += shape.entryBytes()) {
            long code = table.pointer(entry);
            int word = image.wordAt(code);
            if (word == B_OVER_NEXT || word == BC_NEXT) {
                image.putWordAt(code, NOP);
            }
        }
    }
}
