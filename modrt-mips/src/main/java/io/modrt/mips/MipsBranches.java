package io.modrt.mips;

import io.modrt.spi.CodeReader;
import io.modrt.spi.Width;
import java.util.OptionalLong;

/** Tells where code leads at once: by {@code j} or {@code jal}, a branch that is always taken, or an address that it puts into a register. */
final class MipsBranches {
    private static final int J = 2;
    private static final int JAL = 3;
    private static final int BEQ = 4;
    private static final int ADDIU = 9;
    private static final int ORI = 13;
    private static final int LUI = 15;
    private static final int DADDIU = 25;
    private static final int JR = 8;
    private static final int JALR = 9;
    private static final int BGEZAL_ZERO = 0x0411;
    private static final long SEGMENT = 0x0fff_ffffL;
    /** So many words may stand between the first half of an address and the jump to it. */
    private static final int MOST_WORDS = 8;

    private MipsBranches() {}

    /** The target of the code at {@code site}; empty if it just goes on. */
    static OptionalLong target(long site, CodeReader code, Width width) {
        if (!code.holds(site, Integer.BYTES)) {
            return OptionalLong.empty();
        }
        int word = code.codeAt(site);
        long behind = site + Integer.BYTES;
        int opcode = word >>> 26;
        if (opcode == J || opcode == JAL) {
            return OptionalLong.of(behind & ~SEGMENT | (word & 0x03ff_ffffL) << 2);
        }
        if ((opcode == BEQ && (word >>> 16 & 0x3ff) == 0) || word >>> 16 == BGEZAL_ZERO) {
            return OptionalLong.of(width.wrap(behind + ((long) (short) word << 2)));
        }
        return opcode == LUI ? address(site, code, width) : OptionalLong.empty();
    }

    /** Follows the register that {@code lui} loads to a jump. */
    private static OptionalLong address(long site, CodeReader code, Width width) {
        int first = code.codeAt(site);
        int register = first >>> 16 & 0x1f;
        long value = (long) (short) first << 16;
        for (long at = site + Integer.BYTES;
                at < site + (long) MOST_WORDS * Integer.BYTES && code.holds(at, Integer.BYTES);
                at += Integer.BYTES) {
            int word = code.codeAt(at);
            int opcode = word >>> 26;
            int source = word >>> 21 & 0x1f;
            if ((opcode == ADDIU || opcode == DADDIU) && source == register && (word >>> 16 & 0x1f) == register) {
                value += (short) word;
            } else if (opcode == ORI && source == register && (word >>> 16 & 0x1f) == register) {
                value |= word & 0xffff;
            } else if (opcode == 0 && ((word & 0x3f) == JR || (word & 0x3f) == JALR) && source == register) {
                return OptionalLong.of(width.wrap(value));
            }
        }
        return OptionalLong.empty();
    }
}
