package io.modrt.mips;

import io.modrt.spi.CodeReader;

/** Runs the few instructions of which stubs are made, to tell where they lead. Source: MIPS64 instruction set manual. */
final class MipsStubReader {
    private static final int LUI = 0x0f;
    private static final int ADDIU = 0x09;
    private static final int DADDIU = 0x19;
    private static final int SPECIAL = 0x00;
    private static final int DSLL = 0x38;
    private static final int JR = 0x08;
    private static final int JALR = 0x09;

    private MipsStubReader() {}

    /** The address to which the code at {@code stub} jumps, as 64 bits. */
    static long target(long stub, CodeReader code) {
        long[] registers = new long[32];
        for (long pc = stub; ; pc += Integer.BYTES) {
            int word = code.codeAt(pc);
            int rs = word >>> 21 & 31;
            int rt = word >>> 16 & 31;
            int rd = word >>> 11 & 31;
            short immediate = (short) word;
            switch (word >>> 26) {
                case LUI -> registers[rt] = (long) immediate << 16;
                case ADDIU, DADDIU -> registers[rt] = registers[rs] + immediate;
                case SPECIAL -> {
                    int function = word & 0x3f;
                    if (function == JR || (function == JALR && rd == 0)) {
                        return registers[rs];
                    }
                    if (function != DSLL) {
                        throw new AssertionError("no instruction of a stub: 0x" + Integer.toHexString(word));
                    }
                    registers[rd] = registers[rt] << (word >>> 6 & 31);
                }
                default -> throw new AssertionError("no instruction of a stub: 0x" + Integer.toHexString(word));
            }
        }
    }
}
