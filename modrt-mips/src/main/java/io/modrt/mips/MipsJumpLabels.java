package io.modrt.mips;

import io.modrt.spi.*;
import io.modrt.spi.StaticBranches.Jump;
import java.nio.ByteOrder;
import java.util.function.IntPredicate;

/**
 * The load-time state of static branches. The compiler leaves a branch to the next instruction but one, on Release 6 a branch to the
 * next instruction, where the static branch is not taken, and a jump where it is; {@code module_finalize} replaces the former by a nop.
 * Until 5.1 the compiler leaves the nop itself. The kernel decides by the static key, which may be its own; the compiled word tells the
 * same. Source: Linux 6.1 {@code arch/mips/kernel/jump_label.c}.
 */
final class MipsJumpLabels {
    private static final int B_OVER_NEXT = 0x1000_0001; // b .+8
    private static final int BC_NEXT = 0xc800_0000; // bc .+4; before Release 6, lwc2, which no static branch has
    private static final int NOP = 0;

    private static final Jump J = new Jump(0x0800_0000, MipsField.INSTR_INDEX, Formula.S_A, 0);
    /** The distance of {@code bc} counts from the next instruction. */
    private static final Jump BC = new Jump(BC_NEXT, MipsField.OFFSET26, Formula.S_A_P, -4);

    private MipsJumpLabels() {}

    /** A nop where it is not taken; where it is, a {@code j}, on Release 6 a {@code bc}. */
    static StaticBranches branches(boolean isRelease6, ByteOrder order) {
        return StaticBranches.ofWords(order, NOP, isRelease6 ? BC : J);
    }

    /** Writes a nop at each site of {@code __jump_table} that is not taken. Delay slots stay as they are. */
    static void finish(ModuleImage image, long entryBytes) {
        finish(image, entryBytes, word -> word == B_OVER_NEXT || word == BC_NEXT);
    }

    /** Writes a nop at each site, as kernels until 4.2 do. */
    static void finishAll(ModuleImage image, long entryBytes) {
        finish(image, entryBytes, word -> true);
    }

    private static void finish(ModuleImage image, long entryBytes, IntPredicate isReplaced) {
        image.section("__jump_table").ifPresent(table -> {
            for (long entry = 0; entry + entryBytes <= table.section().sizeBytes(); entry += entryBytes) {
                long code = table.pointer(entry);
                if (isReplaced.test(image.codeAt(code))) {
                    image.putCodeAt(code, NOP);
                }
            }
        });
    }
}
