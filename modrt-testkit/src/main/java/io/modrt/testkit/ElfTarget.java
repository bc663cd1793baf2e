package io.modrt.testkit;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import java.nio.ByteOrder;
import java.util.List;
import org.apiguardian.api.API;

/**
 * What a builder must know of a machine to make files for it.
 *
 * @param encoding class and byte order
 * @param machine {@code e_machine}
 * @param flags {@code e_flags}
 * @param addends where its relocatable files keep addends
 * @param tables the forms of the kernel's tables
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ElfTarget(ElfEncoding encoding, int machine, int flags, AddendKind addends, KernelTables tables) {
    private static final int EM_MIPS = 8;
    private static final int EM_PARISC = 15;
    private static final int EM_X86_64 = 62;
    private static final int EM_AARCH64 = 183;
    private static final int EM_RISCV = 243;
    private static final int R_MIPS_32 = 2;
    private static final int R_MIPS_64 = 18;
    private static final int R_PARISC_DIR32 = 1;
    private static final int R_PARISC_PCREL32 = 9;
    private static final int R_PARISC_PCREL64 = 72;
    private static final int R_PARISC_DIR64 = 80;
    private static final int R_X86_64_64 = 1;
    private static final int R_X86_64_PC32 = 2;
    private static final int R_X86_64_PC64 = 24;
    private static final int R_AARCH64_ABS64 = 257;
    private static final int R_AARCH64_PREL64 = 260;
    private static final int R_AARCH64_PREL32 = 261;
    private static final int R_RISCV_64 = 2;
    private static final int R_RISCV_ADD32 = 35;
    private static final int R_RISCV_ADD64 = 36;
    private static final int R_RISCV_SUB32 = 39;
    private static final int R_RISCV_SUB64 = 40;
    private static final String PATCHABLE_ENTRIES = "__patchable_function_entries";
    /** PCREL32 and PCREL64 count from behind a branch's delay slot. */
    private static final int PARISC_PC_BYTES = 8;

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
    /** PA-RISC, 32 bit: exports are addresses, exceptions and jump labels distances. */
    public static final ElfTarget PARISC_32 = new ElfTarget(
            new ElfEncoding(ElfClass.ELF32, ByteOrder.BIG_ENDIAN),
            EM_PARISC,
            0x210,
            AddendKind.EXPLICIT,
            parisc(AddressField.address32(R_PARISC_DIR32), AddressField.distance32(R_PARISC_PCREL32)));
    /** PA-RISC, 64 bit. */
    public static final ElfTarget PARISC_64 = new ElfTarget(
            new ElfEncoding(ElfClass.ELF64, ByteOrder.BIG_ENDIAN),
            EM_PARISC,
            0x8_0214,
            AddendKind.EXPLICIT,
            parisc(AddressField.address64(R_PARISC_DIR64), AddressField.distance64(R_PARISC_PCREL64)));
    /** AArch64, little-endian: every table but the tracer's holds distances. */
    public static final ElfTarget AARCH64_LE = aarch64(ByteOrder.LITTLE_ENDIAN);
    /** AArch64, big-endian data; instructions are little-endian. */
    public static final ElfTarget AARCH64_BE = aarch64(ByteOrder.BIG_ENDIAN);
    /** x86-64: every table but the tracer's holds distances. */
    public static final ElfTarget X86_64 = new ElfTarget(
            new ElfEncoding(ElfClass.ELF64, ByteOrder.LITTLE_ENDIAN),
            EM_X86_64,
            0,
            AddendKind.EXPLICIT,
            distances(
                    AddressField.address64(R_X86_64_64),
                    AddressField.distance32(R_X86_64_PC32),
                    AddressField.distance64(R_X86_64_PC64)));
    /** RISC-V, 64 bit, with compressed instructions: exports are addresses, exceptions and jump labels distances. */
    public static final ElfTarget RISCV_64 = new ElfTarget(
            new ElfEncoding(ElfClass.ELF64, ByteOrder.LITTLE_ENDIAN),
            EM_RISCV,
            1,
            AddendKind.EXPLICIT,
            distances(
                            AddressField.address64(R_RISCV_64),
                            AddressField.distance32(R_RISCV_ADD32, R_RISCV_SUB32),
                            AddressField.distance64(R_RISCV_ADD64, R_RISCV_SUB64))
                    .exports(AddressField.address64(R_RISCV_64))
                    .tracing(PATCHABLE_ENTRIES));

    private static ElfTarget o32(ByteOrder order, int flags) {
        return new ElfTarget(
                new ElfEncoding(ElfClass.ELF32, order),
                EM_MIPS,
                flags,
                AddendKind.IN_PLACE,
                KernelTables.of(AddressField.address32(R_MIPS_32)));
    }

    private static ElfTarget n64(ByteOrder order, int flags) {
        return new ElfTarget(
                new ElfEncoding(ElfClass.ELF64, order),
                EM_MIPS,
                flags,
                AddendKind.EXPLICIT,
                KernelTables.of(AddressField.address64(R_MIPS_64)));
    }

    private static KernelTables parisc(AddressField pointer, AddressField key) {
        AddressField distance = AddressField.distance32(R_PARISC_PCREL32).countingFrom(PARISC_PC_BYTES);
        return KernelTables.of(pointer)
                .exceptions(distance, 0)
                .jumpLabels(distance, key.countingFrom(PARISC_PC_BYTES))
                .tracing(PATCHABLE_ENTRIES);
    }

    private static ElfTarget aarch64(ByteOrder order) {
        return new ElfTarget(
                new ElfEncoding(ElfClass.ELF64, order),
                EM_AARCH64,
                0,
                AddendKind.EXPLICIT,
                distances(
                                AddressField.address64(R_AARCH64_ABS64),
                                AddressField.distance32(R_AARCH64_PREL32),
                                AddressField.distance64(R_AARCH64_PREL64))
                        .tracing(PATCHABLE_ENTRIES));
    }

    /** Exports, exceptions with 4 bytes of data, and jump labels as distances, the keys in 8 bytes. */
    private static KernelTables distances(AddressField pointer, AddressField distance, AddressField key) {
        return KernelTables.of(pointer)
                .exports(distance)
                .exceptions(distance, Integer.BYTES)
                .jumpLabels(distance, key);
    }

    /** The number of the relocation that stores an address as wide as the target's {@code long}. */
    public int pointerType() {
        return tables.pointer().types().get(0);
    }

    /**
     * The number of the relocation type that the psABI calls {@code name}, for example {@code R_MIPS_26}.
     *
     * @throws IllegalArgumentException if this machine has none of this name
     */
    public int relocationType(String name) {
        return RelocationNames.number(machine, name);
    }

    /** The byte order of instructions. */
    public ByteOrder codeOrder() {
        return machine == EM_AARCH64 ? ByteOrder.LITTLE_ENDIAN : encoding.order();
    }

    /** The same with other {@code e_flags}. */
    public ElfTarget withFlags(int otherFlags) {
        return new ElfTarget(encoding, machine, otherFlags, addends, tables);
    }

    /** The same with its addends elsewhere. */
    public ElfTarget withAddends(AddendKind otherAddends) {
        return new ElfTarget(encoding, machine, flags, otherAddends, tables);
    }

    /** The same with tables of other forms. */
    public ElfTarget withTables(KernelTables otherTables) {
        return new ElfTarget(encoding, machine, flags, addends, otherTables);
    }

    /** The sections that the linker script adds to modules for the kernel to fill. */
    List<String> placeholders() {
        return machine == EM_AARCH64
                ? List.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline")
                : List.of();
    }

    /** The header of an empty relocatable file for this machine. */
    ElfHeader header() {
        int headerBytes = ElfRecord.SECTION.bytes(encoding);
        return new ElfHeader(
                encoding.elfClass(), encoding.isBigEndian(), ElfHeader.ET_REL, machine, flags, headerBytes, 0, 0, 0);
    }

    /** For example {@code machine 8, ELF32, big endian, flags 0x70001001}. */
    String describe() {
        return "machine " + machine + ", " + encoding.elfClass() + ", " + (encoding.isBigEndian() ? "big" : "little")
                + " endian, flags 0x" + Integer.toHexString(flags);
    }

    /** Whether {@code r_info} is that of n64: symbol, special symbol and three types, each a number of its own. */
    boolean packsRelocations() {
        return machine == EM_MIPS && encoding.is64Bit();
    }
}
