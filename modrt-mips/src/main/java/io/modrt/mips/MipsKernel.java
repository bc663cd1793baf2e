package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.*;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One MIPS kernel.
 *
 * @param width of addresses: 32 bits on o32, 64 bits on n64
 * @param codeOrder the byte order of instructions, which is also that of data
 * @param isRelease6 whether it is built for Release 6 of the instruction set
 */
record MipsKernel(Width width, ByteOrder codeOrder, boolean isRelease6, KernelProfile profile) implements ArchKernel {
    /** {@code break 0,515}, as live 4kc-malta and 5kc-malta kernels have it where a kprobe is. */
    private static final int KPROBE = 0x0000_80cd;

    private static final int EF_MIPS_ARCH = 0xf000_0000;
    private static final int EF_MIPS_ARCH_32R6 = 0x9000_0000;
    private static final int EF_MIPS_ARCH_64R6 = 0xa000_0000;

    /** The kernel's {@code MAX_ERRNO}: so many addresses, the last ones, stand for errors ({@code IS_ERR_VALUE}). */
    private static final int ERROR_VALUES = 4095;

    /** What sign-extension adds to an address of the 32-bit segments. */
    private static final long SIGN = 0xffff_ffff_0000_0000L;

    /** The vmalloc area, which ends two pages below the fixed mappings, as {@code /proc/kcore} of a 4kc-malta kernel shows it. */
    private static final AddressRange O32_AREA =
            AddressRange.between(Address.of(0xc000_0000L), Address.of(0xfffc_d000L));
    /**
     * CKSSEG, as {@code /proc/kcore} of a 5kc-malta kernel shows it, for kernels with 32-bit symbols, which is how they are usually built.
     * A kernel that is linked to XKPHYS has its vmalloc area at 0xc000000000002000 instead: give the runtime an allocator over that.
     */
    private static final AddressRange N64_AREA =
            AddressRange.between(Address.of(0xffff_ffff_c000_0000L), Address.of(0xffff_ffff_fffc_d000L));
    /** XKSEG, as kernels until 2.6.18 have it. */
    private static final AddressRange XKSEG_AREA = new AddressRange(Address.of(0xc000_0000_0000_0000L), 1L << 39);
    /** These addresses are the same sign-extended and zero-extended, so the address pairs of 32-bit code reach them on n64 too. */
    private static final AddressRange KERNEL_AREA = new AddressRange(Address.of(0x6000_0000L), 0x1000_0000L);

    /** The kernel of {@code profile} whose first module has this header. */
    static MipsKernel of(Width width, KernelProfile profile, ElfHeader header) {
        int arch = header.flags() & EF_MIPS_ARCH;
        return new MipsKernel(
                width,
                header.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                arch == EF_MIPS_ARCH_32R6 || arch == EF_MIPS_ARCH_64R6,
                profile);
    }

    /** The 32-bit segments are sign-extended on n64, and the addresses that 8 digits would stand for otherwise are user space's. */
    @Override
    public long canonical(long given) {
        return width == Width.BITS_64 && given >>> 31 == 1 ? given + SIGN : ArchKernel.super.canonical(given);
    }

    @Override
    public List<AddressRange> moduleAreas() {
        if (width == Width.BITS_32) {
            return List.of(O32_AREA);
        }
        return List.of(profile.has(MipsChange.MODULES_IN_CKSSEG) ? N64_AREA : XKSEG_AREA);
    }

    @Override
    public AddressRange kernelArea() {
        return KERNEL_AREA;
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        RelocationTable table = RelocationTable.of(types(addends)).unknownType(this::unknownType);
        if (!profile.has(MipsChange.ZERO_IS_APPLIED)) {
            return table.errorValues(new AddressRange(Address.of(0), 1), RelocationTable.WeakErrorValue.SKIPPED);
        }
        return table.errorValues(
                new AddressRange(width.address(-ERROR_VALUES), ERROR_VALUES),
                profile.has(MipsChange.WEAK_ERROR_ENDS_SECTION)
                        ? RelocationTable.WeakErrorValue.ENDS_SECTION
                        : RelocationTable.WeakErrorValue.SKIPPED);
    }

    private Set<MipsReloc> types(AddendKind addends) {
        boolean isRela = addends == AddendKind.EXPLICIT;
        if (isRela && width == Width.BITS_32 && profile.has(MipsChange.RELA_ON_64_BIT_ALONE)) {
            return Set.of();
        }
        Set<MipsReloc> types = EnumSet.copyOf(isRela ? MipsReloc.OF_RELA : MipsReloc.OF_REL);
        if (!profile.has(MipsChange.PC_RELATIVE_TYPES)) {
            types.removeIf(type -> type.formula() == Formula.S_A_P);
        }
        return types;
    }

    private Refusal unknownType(String module, int number) {
        if (!profile.has(MipsChange.UNKNOWN_TYPES_REFUSED)) {
            return Refusal.beyondKernel(
                    "relocation type " + number + " has no handler in kernels until 4.8, and crashes them");
        }
        String line = module + ": Unknown relocation type " + number;
        return MipsReloc.of(number)
                .map(row -> {
                    Refusal refusal =
                            Refusal.of(Errno.EINVAL, row.psabiName() + " is for SHT_RELA sections, this is SHT_REL");
                    // why: a kernel with one table warns with a stack trace, which does not name the module
                    return profile.has(MipsChange.ONE_TABLE_OF_TYPES) ? refusal : refusal.logged(line);
                })
                .orElseGet(() -> Refusal.of(
                                Errno.EINVAL,
                                "relocation type " + number
                                        + " is none that the kernel applies; build with -fno-pic -mno-abicalls -G 0, as the"
                                        + " kernel is")
                        .logged(line));
    }

    @Override
    public TableShapes tables() {
        int bytes = width.bytes();
        return new TableShapes(
                new TableShapes.ExportTable(bytes, TableShapes.Reference.ABSOLUTE),
                new TableShapes.ExceptionTable(2 * bytes, bytes, TableShapes.Reference.ABSOLUTE, 2),
                new TableShapes.JumpTable(bytes, bytes, TableShapes.Reference.ABSOLUTE));
    }

    @Override
    public TracingSites tracing() {
        return profile.has(MipsChange.FUNCTION_TRACER) ? MipsTracing.of(this) : TracingSites.none();
    }

    @Override
    public KernelBoot boot() {
        return new MipsBoot(profile);
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(MipsJumpLabels.branches(isRelease6 && profile.has(MipsChange.STATIC_BRANCH_OVER), codeOrder))
                .filter(any -> profile.has(MipsChange.JUMP_LABELS));
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new MipsPlan(input, this);
    }

    @Override
    public OptionalInt kprobeInstruction() {
        return OptionalInt.of(KPROBE);
    }

    @Override
    public OptionalLong branchTarget(long site, CodeReader code) {
        return MipsBranches.target(site, code, width);
    }

    @Override
    public Optional<AddressTranslation> translation(
            MemoryReader memory, List<AddressRange> ranges, KernelSymbols symbols) {
        return new MipsPaging(memory, ranges, this).find(symbols, moduleAreas().get(0));
    }

    MipsStubs stubs() {
        return MipsStubs.of(width, isRelease6);
    }

    MipsTrampoline trampoline() {
        return new MipsTrampoline(width, codeOrder);
    }
}
