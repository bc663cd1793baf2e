package io.modrt.conformance.unicorn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A processor: how Unicorn and QEMU's gdb stub number its registers, and how the kernel's compiler calls functions.
 * Unicorn has no PA-RISC; its 64-bit MIPS, in Debian's version 2.0.1, raises an address error at any first instruction.
 */
enum Cpu {
    MIPSEL(3, 1 << 2, 0x8000_0000L, 4, "mipsel"),
    ARM64(2, 0, 0x4000_0000L, 8, "arm64");

    private static final int MIPS_R0 = 2;
    private static final int ARM64_X0 = 199;

    /** Unicorn's number of the architecture. */
    final int arch;
    /** Unicorn's number of the mode. */
    final int mode;
    /** The first address of memory that code reaches without a page table. */
    final long base;

    final int pointerBytes;
    /** The kernel whose modules it runs. */
    final String tag;

    Cpu(int arch, int mode, long base, int pointerBytes, String tag) {
        this.arch = arch;
        this.mode = mode;
        this.base = base;
        this.pointerBytes = pointerBytes;
        this.tag = tag;
    }

    private boolean isMips() {
        return this != ARM64;
    }

    /** The physical address of a virtual one: KSEG0 is the start of memory; without a page table, AArch64's are the same. */
    long physical(long address) {
        return isMips() ? address & 0x1fff_ffffL : address;
    }

    /** Unicorn's number of the program counter. */
    int pc() {
        return isMips() ? 1 : 260;
    }

    /** Unicorn's number of a general register, of which AArch64 has two apart from the others. */
    int register(int number) {
        if (isMips()) {
            return MIPS_R0 + number;
        }
        return number < 29 ? ARM64_X0 + number : number == 31 ? 4 : number - 28;
    }

    /** The general register of argument {@code index}, from 0. */
    int argument(int index) {
        return isMips() ? 4 + index : index;
    }

    /** The general register of a function's result. */
    int result() {
        return isMips() ? 2 : 0;
    }

    /** The general register of the return address. */
    int link() {
        return isMips() ? 31 : 30;
    }

    /** The number of the stack pointer. */
    int stack() {
        return isMips() ? 29 : 31;
    }

    /** The register of the current thread, which MIPS kernels keep in {@code $28}; -1 if it is not a general one. */
    int thread() {
        return isMips() ? 28 : -1;
    }

    /** The number of the program counter in gdb's protocol; general registers have their own numbers there. */
    int gdbPc() {
        return isMips() ? 37 : 32;
    }

    /** The code of a function that returns at once. */
    byte[] returnCode() {
        ByteBuffer code = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        return (isMips()
                        ? code.putInt(0x03e0_0008).putInt(0)
                        : code.putInt(0xd65f_03c0).putInt(0xd503_201f))
                .array();
    }

    /** A value as a register of this width holds it. */
    long wrap(long value) {
        return pointerBytes == 4 ? value & 0xffff_ffffL : value;
    }
}
