package io.modrt.aarch64;

import io.modrt.spi.CodeReader;
import java.util.OptionalLong;

/** Tells where code leads at once: by {@code b} or {@code bl}, or by {@code br} or {@code blr} to an address that it has put together. */
final class AArch64Branches {
    private static final int PLAIN = 0x7c00_0000;
    private static final int ADD = 0x9100_0000;
    private static final int ADD_OPCODE = 0xffc0_0000;
    private static final int LOAD_LITERAL = 0x5800_0000;
    private static final int LOAD_OPCODE = 0xff00_0000;
    private static final int MOVE_WIDE_OPCODE = 0xff80_0000;
    private static final int MOVZ = 0xd280_0000;
    private static final int MOVN = 0x9280_0000;
    private static final int MOVK = 0xf280_0000;
    private static final int REGISTER_BRANCH = 0xd61f_0000;
    private static final int REGISTER_BRANCH_OPCODE = 0xffdf_fc1f;
    private static final int MOST_WORDS = 8;

    private AArch64Branches() {}

    /** The target of the code at {@code site}; empty if it just goes on. */
    static OptionalLong target(long site, CodeReader code) {
        if (!code.holds(site, Integer.BYTES)) {
            return OptionalLong.empty();
        }
        int first = code.codeAt(site);
        if ((first & PLAIN) == AArch64Code.B) {
            return OptionalLong.of(site + AArch64Reloc.IMM26.extract(first));
        }
        int register = first & 0x1f;
        long value = 0;
        for (long at = site; at < site + MOST_WORDS * 4L && code.holds(at, Integer.BYTES); at += Integer.BYTES) {
            int word = code.codeAt(at);
            boolean isSame = (word & 0x1f) == register;
            if ((word & REGISTER_BRANCH_OPCODE) == REGISTER_BRANCH && (word >>> 5 & 0x1f) == register && at > site) {
                return OptionalLong.of(value);
            } else if (isSame && (word & AArch64Code.ADR_OPCODE) == AArch64Code.ADRP) {
                long pages = (long) (word << 8 >> 13) << 2 | word >>> 29 & 3;
                value = AArch64Code.page(at) + pages * AArch64Code.PAGE_BYTES;
            } else if (isSame && (word & ADD_OPCODE) == ADD && (word >>> 5 & 0x1f) == register) {
                value += word >>> 10 & 0xfff;
            } else if (isSame && (word & LOAD_OPCODE) == LOAD_LITERAL) {
                long literal = at + ((long) (word << 8 >> 13) << 2);
                if (!code.holds(literal, Long.BYTES)) {
                    return OptionalLong.empty();
                }
                value = Integer.toUnsignedLong(code.codeAt(literal)) | (long) code.codeAt(literal + 4) << 32;
            } else if (isSame && isMoveWide(word)) {
                value = moved(word, value);
            } else if (at == site) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    private static boolean isMoveWide(int word) {
        int opcode = word & MOVE_WIDE_OPCODE;
        return opcode == MOVZ || opcode == MOVN || opcode == MOVK;
    }

    private static long moved(int word, long value) {
        int shift = (word >>> 21 & 3) * Short.SIZE;
        long part = (word >>> 5 & 0xffffL) << shift;
        return switch (word & MOVE_WIDE_OPCODE) {
            case MOVZ -> part;
            case MOVN -> ~part;
            default -> value & ~(0xffffL << shift) | part;
        };
    }
}
