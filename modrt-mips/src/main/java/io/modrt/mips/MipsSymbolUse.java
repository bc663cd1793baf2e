package io.modrt.mips;

import io.modrt.kernel.SymbolUse;
import io.modrt.spi.CodeReader;

/** What instructions from a LO16 on do with the address that it completes. Source: the MIPS64 instruction set manual. */
final class MipsSymbolUse {
    /** The instructions after the LO16 that are looked at. Compilers seldom put a call farther from the address that it goes to. */
    private static final int MOST_INSTRUCTIONS = 32;

    private static final int SPECIAL = 0x00;
    private static final int JALR = 0x09;
    private static final int JR = 0x08;
    private static final int ADDIU = 0x09;
    private static final int DADDIU = 0x19;

    private MipsSymbolUse() {}

    /** The use of a symbol whose LO16 is at {@code place}; an addend in place is the instruction's own. */
    static SymbolUse of(CodeReader code, long place, long addend) {
        int word = code.codeAt(place);
        long offset = addend + (short) word;
        int opcode = word >>> 26;
        if (opcode == ADDIU || opcode == DADDIU) {
            return ofRegister(code, place + Integer.BYTES, second(word), offset);
        }
        return access(opcode, offset);
    }

    /** The first use of the register that holds the address, until it is written again. */
    private static SymbolUse ofRegister(CodeReader code, long from, int register, long offset) {
        for (int i = 0; i < MOST_INSTRUCTIONS; i++) {
            long at = from + (long) i * Integer.BYTES;
            if (!code.holds(at, Integer.BYTES)) {
                break;
            }
            int word = code.codeAt(at);
            int opcode = word >>> 26;
            int function = word & 0x3f;
            boolean isOfRegister = first(word) == register;
            if (isOfRegister && opcode == SPECIAL && (function == JALR || function == JR)) {
                return SymbolUse.code();
            }
            if (isOfRegister && accessBytes(opcode) > 0) {
                return access(opcode, offset + (short) word);
            }
            if (opcode == SPECIAL
                    ? (word >>> 11 & 0x1f) == register
                    : isLoadOrImmediate(opcode) && second(word) == register) {
                break;
            }
        }
        return SymbolUse.unknown();
    }

    private static SymbolUse access(int opcode, long offset) {
        int bytes = accessBytes(opcode);
        return bytes > 0 ? SymbolUse.access(offset, bytes) : SymbolUse.unknown();
    }

    /** How much a load or store reads or writes, in bytes; 0 for other instructions. */
    private static int accessBytes(int opcode) {
        return switch (opcode) {
            case 0x20, 0x24, 0x28 -> Byte.BYTES; // lb, lbu, sb
            case 0x21, 0x25, 0x29 -> Short.BYTES; // lh, lhu, sh
            case 0x23, 0x27, 0x2b, 0x30, 0x38 -> Integer.BYTES; // lw, lwu, sw, ll, sc
            case 0x34, 0x37, 0x3c, 0x3f -> Long.BYTES; // lld, ld, scd, sd
            default -> 0;
        };
    }

    /** Whether the second register is written: an immediate operation or a load. */
    private static boolean isLoadOrImmediate(int opcode) {
        return opcode >= 0x08 && opcode <= 0x0f
                || opcode == DADDIU
                || opcode >= 0x20 && opcode <= 0x27
                || opcode == 0x37;
    }

    private static int first(int word) {
        return word >>> 21 & 0x1f;
    }

    private static int second(int word) {
        return word >>> 16 & 0x1f;
    }
}
