package io.modrt.conformance;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The targets for which Debian has cross binutils. */
enum Target {
    O32_BE("mips-linux-gnu", "mips", false, true, false),
    O32_LE("mipsel-linux-gnu", "mipsel", false, false, false),
    N64_BE("mips64-linux-gnuabi64", "mips64", true, true, false),
    N64_LE("mips64el-linux-gnuabi64", "mips64el", true, false, false),
    O32_BE_R6("mipsisa32r6-linux-gnu", "mips", false, true, true),
    O32_LE_R6("mipsisa32r6el-linux-gnu", "mipsel", false, false, true),
    N64_BE_R6("mipsisa64r6-linux-gnuabi64", "mips64", true, true, true),
    N64_LE_R6("mipsisa64r6el-linux-gnuabi64", "mips64el", true, false, true),
    PARISC_32("hppa-linux-gnu", "hppa", false, true, false),
    /** The one that qemu-user does not know. */
    PARISC_64("hppa64-linux-gnu", "hppa64", true, true, false),
    AARCH64("aarch64-linux-gnu", "aarch64", true, false, false),
    /** Data is big-endian, instructions are little-endian. */
    AARCH64_BE("aarch64-linux-gnu", "aarch64_be", true, true, false);

    private static final int EF_MIPS_ARCH = 0xf000_0000;
    private static final int EF_MIPS_ARCH_32R6 = 0x9000_0000;
    private static final int EF_MIPS_ARCH_64R6 = 0xa000_0000;

    private final String tools;
    private final String qemu;
    private final boolean is64Bit;
    private final boolean isBigEndian;
    private final boolean isR6;

    Target(String tools, String qemu, boolean is64Bit, boolean isBigEndian, boolean isR6) {
        this.tools = tools;
        this.qemu = qemu;
        this.is64Bit = is64Bit;
        this.isBigEndian = isBigEndian;
        this.isR6 = isR6;
    }

    /** The target of a file. */
    static Target of(ElfHeader header) {
        int arch = header.flags() & EF_MIPS_ARCH;
        boolean r6 = header.machine() == ElfHeader.EM_MIPS && (arch == EF_MIPS_ARCH_32R6 || arch == EF_MIPS_ARCH_64R6);
        for (Target target : values()) {
            if (header.machine() == target.machine()
                    && target.is64Bit == (header.elfClass() == ElfClass.ELF64)
                    && target.isBigEndian == header.isBigEndian()
                    && target.isR6 == r6) {
                return target;
            }
        }
        throw new IllegalArgumentException("no file of a known target: " + header);
    }

    private int machine() {
        if (isAArch64()) {
            return ElfHeader.EM_AARCH64;
        }
        return isParisc() ? ElfHeader.EM_PARISC : ElfHeader.EM_MIPS;
    }

    /** The command of a binutils program, for example {@code mips-linux-gnu-ld}. */
    String tool(String program) {
        return tools + "-" + program;
    }

    /**
     * Assembles {@code text} in {@code folder}, where the object file stays.
     *
     * @throws IllegalStateException with the assembler's messages, if it refuses
     */
    ModuleFile assemble(Path folder, String text) {
        Path object = folder.resolve("assembled.o");
        try {
            Files.writeString(folder.resolve("source.s"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(tool("as"), "-o", object.toString(), "source.s"));
        command.addAll(orderOptions());
        Tool.Result result = Tool.run(folder, command);
        if (result.status() != 0) {
            throw new IllegalStateException("the assembler says " + result.text());
        }
        return ModuleFile.open(object, LoadPolicy.kernelExact().bestEffort());
    }

    /** What tells {@code as} and {@code ld} of the byte order, where the command's name does not. */
    List<String> orderOptions() {
        return this == AARCH64_BE ? List.of("-EB") : List.of();
    }

    /** The command of qemu-user. */
    String qemu() {
        return "qemu-" + qemu + "-static";
    }

    /** The command of QEMU's system emulation. */
    String qemuSystem() {
        return "qemu-system-" + qemu;
    }

    /** The MIPS processor for QEMU to emulate: one of the target's release. */
    String cpu() {
        if (isR6) {
            return is64Bit ? "I6400" : "mips32r6-generic";
        }
        return is64Bit ? "5KEf" : "24Kf";
    }

    /** The target's name in the testkit. */
    ElfTarget elf() {
        return switch (this) {
            case O32_BE -> ElfTarget.MIPS_O32_BE;
            case O32_LE -> ElfTarget.MIPS_O32_LE;
            case N64_BE -> ElfTarget.MIPS_N64_BE;
            case N64_LE -> ElfTarget.MIPS_N64_LE;
            case O32_BE_R6 -> ElfTarget.MIPS_O32_R6_BE;
            case O32_LE_R6 -> ElfTarget.MIPS_O32_R6_LE;
            case N64_BE_R6 -> ElfTarget.MIPS_N64_R6_BE;
            case N64_LE_R6 -> ElfTarget.MIPS_N64_R6_LE;
            case PARISC_32 -> ElfTarget.PARISC_32;
            case PARISC_64 -> ElfTarget.PARISC_64;
            case AARCH64 -> ElfTarget.AARCH64_LE;
            case AARCH64_BE -> ElfTarget.AARCH64_BE;
        };
    }

    /** Whether it is PA-RISC. */
    boolean isParisc() {
        return this == PARISC_32 || this == PARISC_64;
    }

    /** Whether it is AArch64. */
    boolean isAArch64() {
        return this == AARCH64 || this == AARCH64_BE;
    }

    /** Whether addresses have 64 bits. */
    boolean is64Bit() {
        return is64Bit;
    }

    /** Whether the most significant byte comes first. */
    boolean isBigEndian() {
        return isBigEndian;
    }

    /** Whether it is release 6, which has compact branches of its own. */
    boolean isR6() {
        return isR6;
    }

    /** An address of a 32-bit segment as the target has it: sign-extended on n64. */
    long address(int segmentAddress) {
        return wrap(segmentAddress);
    }

    /** The value in the target's width: zero-extended where addresses have 32 bits. */
    long wrap(long value) {
        return is64Bit ? value : value & 0xffff_ffffL;
    }
}
