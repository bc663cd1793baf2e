package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/**
 * Instructions as rootkits write them, by architecture.
 *
 * @param machine the ELF number
 */
record RootkitCode(int machine, boolean isWide, ByteOrder order) {
    private static final int MIPS = 8;
    private static final int PARISC = 15;
    /** So many bytes in front of a function may belong to it. */
    static final int IN_FRONT = 32;

    private static final int PARISC_NOP = 0x0800_0240;
    private static final int AARCH64_NOP = 0xd503_201f;
    /** So far from the start of memory nothing of the kernel lies, in images of 256 MB and more. */
    private static final long FOREIGN = 0x0800_0000L;

    static RootkitCode of(ElfFile elf) {
        boolean isAArch64 = elf.header().machine() == 183;
        return new RootkitCode(
                elf.header().machine(),
                elf.elfClass() == ElfClass.ELF64,
                elf.isBigEndian() && !isAArch64 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** An address that is mapped linearly. */
    Address foreign() {
        return Address.of(
                switch (machine) {
                    case MIPS -> (isWide ? 0xffff_ffff_8000_0000L : 0x8000_0000L) + FOREIGN;
                    case PARISC -> (isWide ? 0x4000_0000L : 0x1000_0000L) + FOREIGN;
                    default -> 0xffff_0000_0000_0000L + FOREIGN;
                });
    }

    boolean hasDescriptors() {
        return machine == PARISC && isWide;
    }

    private byte[] words(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * Integer.BYTES).order(order);
        for (int word : words) {
            buffer.putInt(word);
        }
        return buffer.array();
    }

    /** A jump from {@code site} to {@code target}. */
    byte[] jump(long site, long target) {
        int high = (int) (target + 0x8000 >> 16) & 0xffff;
        int low = (int) target & 0xffff;
        return switch (machine) {
            // lui $25; addiu or daddiu $25; jr $25; nop
            case MIPS -> words(0x3c19_0000 | high, (isWide ? 0x6739_0000 : 0x2739_0000) | low, 0x0320_0008, 0);
            case PARISC -> longBranch(target);
            // ldr x16,.+8; br x16; the address
            default -> words(0x5800_0050, 0xd61f_0200, (int) target, (int) (target >>> 32));
        };
    }

    /** ldil L'target,%r1; be,n R'target(%sr4,%r1). */
    private byte[] longBranch(long target) {
        int left = (int) (target >>> 11) & 0x1f_ffff;
        int right = (int) (target & 0x7ff) >>> 2;
        int ldil = 0x2020_0000
                | left >>> 20 & 1
                | (left >>> 9 & 0x7ff) << 1
                | (left >>> 7 & 3) << 14
                | (left >>> 2 & 0x1f) << 16
                | (left & 3) << 12;
        int be = 0xe020_2002 | (right >>> 10 & 1) << 2 | (right & 0x3ff) << 3;
        return words(ldil, be);
    }

    /**
     * The distance from a function's start of its call site of the tracer, which is off; empty if it has none.
     *
     * @param code the function, and {@link #IN_FRONT} bytes in front of it
     */
    OptionalInt site(byte[] code) {
        ByteBuffer buffer = ByteBuffer.wrap(code).order(order);
        if (machine == PARISC) {
            int words = isWide ? 8 : 5;
            for (int i = 0; i < words; i++) {
                if (buffer.getInt(IN_FRONT - i * 4) != PARISC_NOP) {
                    return OptionalInt.empty();
                }
            }
            return OptionalInt.of((1 - words) * 4);
        }
        if (machine == MIPS) {
            for (int at = 0; at < 64; at += 4) {
                int word = buffer.getInt(IN_FRONT + at);
                if (word == 0x1000_0004 || word == 0x1000_0005) {
                    return OptionalInt.of(at);
                }
            }
            return OptionalInt.empty();
        }
        return buffer.getInt(IN_FRONT) == 0xaa1e_03e9 && buffer.getInt(IN_FRONT + 4) == AARCH64_NOP
                ? OptionalInt.of(4)
                : OptionalInt.empty();
    }

    /** A call of {@code target} in a call site of the tracer. */
    byte[] hook(long site, long target) {
        return switch (machine) {
            case MIPS -> words(0x3c03_0000 | (int) (target + 0x8000 >> 16) & 0xffff);
            case PARISC -> longBranch(target);
            default -> words(0x9400_0000 | (int) (target - site >> 2) & 0x03ff_ffff);
        };
    }

    /** A branch that skips some words. */
    byte[] shortBranch() {
        return switch (machine) {
            case MIPS -> words(0x1000_0040);
            case PARISC -> words(0xe800_0402);
            default -> words(0x1400_0040);
        };
    }

    /** The code of the first entry of a jump table. */
    Address branchSite(long table, byte[] entry) {
        ByteBuffer buffer = ByteBuffer.wrap(entry).order(order);
        if (machine == MIPS) {
            return Address.of(isWide ? buffer.getLong(0) : Integer.toUnsignedLong(buffer.getInt(0)));
        }
        return Address.of(table + buffer.getInt(0));
    }
}
