package io.modrt.testkit;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import java.nio.ByteOrder;
import org.apiguardian.api.API;

/**
 * What a builder must know of a machine to make files for it.
 *
 * @param encoding class and byte order
 * @param machine {@code e_machine}
 * @param flags {@code e_flags}
 * @param addends where its relocatable files keep addends
 * @param pointerType the number of the relocation that stores an address as wide as the target's {@code long}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ElfTarget(ElfEncoding encoding, int machine, int flags, AddendKind addends, int pointerType) {
    private static final int EM_MIPS = 8;
    private static final int EM_PARISC = 15;
    private static final int R_MIPS_32 = 2;
    private static final int R_MIPS_64 = 18;
    private static final int R_PARISC_DIR32 = 1;
    private static final int R_PARISC_DIR64 = 80;

    /** MIPS o32, release 2, little-endian: Debian's 4kc-malta. */
    public static final ElfTarget MIPS_O32_LE = o32(ByteOrder.LITTLE_ENDIAN, 0x7000_1001);
    /** MIPS o32, release 2, big-endian. */
    public static final ElfTarget MIPS_O32_BE = o32(ByteOrder.BIG_ENDIAN, 0x7000_1001);
    /** MIPS o32, release 6, little-endian. */
    public static final ElfTarget MIPS_O32_R6_LE = o32(ByteOrder.LITTLE_ENDIAN, 0x9000_1401);
    /** MIPS o32, release 6, big-endian. */
    public static final ElfTarget MIPS_O32_R6_BE = o32(ByteOrder.BIG_ENDIAN, 0x9000_1401);
    /** MIPS n64, release 2, little-endian: Debian's 5kc-malta. */
    public static final ElfTarget MIPS_N64_LE = n64(ByteOrder.LITTLE_ENDIAN, 0x8000_0001);
    /** MIPS n64, release 2, big-endian. */
    public static final ElfTarget MIPS_N64_BE = n64(ByteOrder.BIG_ENDIAN, 0x8000_0001);
    /** MIPS n64, release 6, little-endian. */
    public static final ElfTarget MIPS_N64_R6_LE = n64(ByteOrder.LITTLE_ENDIAN, 0xa000_0401);
    /** MIPS n64, release 6, big-endian. */
    public static final ElfTarget MIPS_N64_R6_BE = n64(ByteOrder.BIG_ENDIAN, 0xa000_0401);
    /** PA-RISC, 32 bit. */
    public static final ElfTarget PARISC_32 = new ElfTarget(
            new ElfEncoding(ElfClass.ELF32, ByteOrder.BIG_ENDIAN),
            EM_PARISC,
            0x210,
            AddendKind.EXPLICIT,
            R_PARISC_DIR32);
    /** PA-RISC, 64 bit. */
    public static final ElfTarget PARISC_64 = new ElfTarget(
            new ElfEncoding(ElfClass.ELF64, ByteOrder.BIG_ENDIAN),
            EM_PARISC,
            0x8_0214,
            AddendKind.EXPLICIT,
            R_PARISC_DIR64);

    private static ElfTarget o32(ByteOrder order, int flags) {
        return new ElfTarget(new ElfEncoding(ElfClass.ELF32, order), EM_MIPS, flags, AddendKind.IN_PLACE, R_MIPS_32);
    }

    private static ElfTarget n64(ByteOrder order, int flags) {
        return new ElfTarget(new ElfEncoding(ElfClass.ELF64, order), EM_MIPS, flags, AddendKind.EXPLICIT, R_MIPS_64);
    }

    /** The same with other {@code e_flags}. */
    public ElfTarget withFlags(int otherFlags) {
        return new ElfTarget(encoding, machine, otherFlags, addends, pointerType);
    }

    /** The same with its addends elsewhere. */
    public ElfTarget withAddends(AddendKind otherAddends) {
        return new ElfTarget(encoding, machine, flags, otherAddends, pointerType);
    }

    /** Whether {@code r_info} is that of n64: symbol, special symbol and three types, each a number of its own. */
    boolean packsRelocations() {
        return machine == EM_MIPS && encoding.is64Bit();
    }
}
