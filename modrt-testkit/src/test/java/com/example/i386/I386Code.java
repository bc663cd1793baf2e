package com.example.i386;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.CodeReader;
import io.modrt.spi.StaticBranches;

/** Nops, jumps and calls. */
final class I386Code implements StaticBranches {
    static final int CALL = 0xe8;
    private static final int JMP_SHORT = 0xeb;
    private static final int JMP = 0xe9;
    private static final int LONG_BYTES = 5;
    private static final int SHORT_BYTES = 2;

    /** The nop of 2 or 5 bytes that the kernel writes. A new array. */
    static byte[] nop(int sizeBytes) {
        return sizeBytes == SHORT_BYTES
                ? new byte[] {(byte) 0x89, (byte) 0xf6}
                : new byte[] {0x3e, (byte) 0x8d, 0x74, 0x26, 0};
    }

    /** A call or jump of 5 bytes at {@code place}. A new array. */
    static byte[] branch(int opcode, Address place, long target) {
        int distance = (int) (target - place.value() - LONG_BYTES);
        return new byte[] {
            (byte) opcode, (byte) distance, (byte) (distance >> 8), (byte) (distance >> 16), (byte) (distance >> 24)
        };
    }

    @Override
    public int sizeBytes(long site, CodeReader code) {
        return switch (code.byteAt(site) & 0xff) {
            case JMP_SHORT, 0x89 -> SHORT_BYTES;
            case JMP, 0x3e -> LONG_BYTES;
            default ->
                throw new FormatException(Refusal.beyondKernel("no static branch at 0x" + Long.toHexString(site)));
        };
    }

    @Override
    public byte[] notTaken(int sizeBytes) {
        return nop(sizeBytes);
    }

    @Override
    public byte[] taken(BranchSite site, long target) {
        return site.sizeBytes() == SHORT_BYTES
                ? new byte[] {(byte) JMP_SHORT, (byte) (target - site.address() - SHORT_BYTES)}
                : branch(JMP, Address.of(site.address()), target);
    }
}
