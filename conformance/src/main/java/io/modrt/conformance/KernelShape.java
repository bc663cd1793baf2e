package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.LayoutRules;
import io.modrt.memory.ModuleAllocator;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.LoaderChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What a module must be so that one kernel takes it, read off the kernel's own modules.
 *
 * @param target class, byte order, machine and flags
 * @param profile the kernel, with its vermagic
 * @param thisModuleBytes the size of {@code struct module}
 * @param initOffset where in it the pointer to the init function is
 * @param exitOffset where in it the pointer to the exit function is
 * @param crcs CRCs that the kernel's modules record, by symbol
 */
record KernelShape(
        ElfTarget target,
        KernelProfile profile,
        int thisModuleBytes,
        int initOffset,
        int exitOffset,
        Map<String, Integer> crcs) {

    /** Tells the profile the size of {@code struct module}. */
    KernelShape {
        profile = profile.withStructModuleBytes(thisModuleBytes);
    }

    /** Names of the function that every kernel exports to everybody: since 5.15, and before. */
    private static final List<String> PRINTK = List.of("_printk", "printk");
    /** Names of the symbol whose CRC stands for the loader's own structures: since 2.6.30, and before. */
    private static final List<String> MODULE_LAYOUT = List.of("module_layout", "struct_module");

    private static final String THIS_MODULE = ".gnu.linkonce.this_module";

    /** Of the kernel whose modules are {@code files}, of which only the first few are opened. */
    static KernelShape of(List<Path> files, KernelProfile profile) throws IOException {
        Map<String, Integer> crcs = new HashMap<>();
        for (Path file : files) {
            ModuleFile module = ModuleFile.open(file);
            Stream.concat(PRINTK.stream(), MODULE_LAYOUT.stream())
                    .forEach(symbol -> module.expectedCrc(symbol).ifPresent(crc -> crcs.put(symbol, (int) crc)));
            OptionalInt init = pointer(module, "init_module");
            OptionalInt exit = pointer(module, "cleanup_module");
            boolean hasCrcs = crcs.keySet().stream().anyMatch(PRINTK::contains)
                    && crcs.keySet().stream().anyMatch(MODULE_LAYOUT::contains);
            if (hasCrcs && init.isPresent() && exit.isPresent()) {
                Section thisModule = module.thisModule().orElseThrow();
                return new KernelShape(
                        target(module.elf().header()),
                        profile.withVermagic(module.info().vermagic().orElseThrow()),
                        (int) thisModule.sizeBytes(),
                        init.getAsInt(),
                        exit.getAsInt(),
                        Map.copyOf(crcs));
            }
        }
        throw new IOException(
                "none of " + files.size() + " modules has init, exit and the CRCs of " + PRINTK + MODULE_LAYOUT);
    }

    /** A runtime that stands for the kernel, whose exports are {@code symbols}. */
    ModuleRuntime runtime(KernelSymbols symbols) {
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(symbols)
                .allocator(kernel -> ModuleAllocator.over(areas(kernel, symbols), profile.pageBytes()))
                .build();
    }

    /** On AArch64 before 6.4 modules lie where they reach all of the kernel's code: from 128 MB below its end on, as a live 6.1 shows. */
    private List<AddressRange> areas(ArchKernel kernel, KernelSymbols symbols) {
        Optional<KernelSymbol> end = symbols.find("_etext");
        Address least = end.map(symbol -> symbol.value().plus(-(128L << 20))).orElse(Address.of(0));
        AddressRange first = kernel.moduleAreas().get(0);
        return isAArch64() && !isNew() && first.contains(least)
                ? List.of(AddressRange.between(least, first.end()))
                : kernel.moduleAreas();
    }

    private static OptionalInt pointer(ModuleFile module, String function) {
        int symbol = module.symbols().indexOf(function);
        for (RelocationSection relocations : module.elf().relocationSections()) {
            if (symbol != 0 && relocations.target().isNamed(THIS_MODULE)) {
                for (int i = 0; i < relocations.count(); i++) {
                    if (relocations.symbol(i) == symbol) {
                        return OptionalInt.of((int) relocations.offset(i));
                    }
                }
            }
        }
        return OptionalInt.empty();
    }

    private static ElfTarget target(ElfHeader header) throws IOException {
        boolean wide = header.elfClass() == ElfClass.ELF64;
        ElfTarget target = switch (header.machine()) {
            case ElfHeader.EM_PARISC -> wide ? ElfTarget.PARISC_64 : ElfTarget.PARISC_32;
            case ElfHeader.EM_AARCH64 -> header.isBigEndian() ? ElfTarget.AARCH64_BE : ElfTarget.AARCH64_LE;
            case ElfHeader.EM_MIPS -> mips(header, wide);
            default -> throw new IOException("no modules are made here for machine " + header.machine());
        };
        return target.withFlags(header.flags());
    }

    private static ElfTarget mips(ElfHeader header, boolean wide) {
        if (header.isBigEndian()) {
            return wide ? ElfTarget.MIPS_N64_BE : ElfTarget.MIPS_O32_BE;
        }
        return wide ? ElfTarget.MIPS_N64_LE : ElfTarget.MIPS_O32_LE;
    }

    /** Whether it is MIPS. */
    boolean isMips() {
        return target.machine() == ElfHeader.EM_MIPS;
    }

    /** Whether it is AArch64. */
    boolean isAArch64() {
        return target.machine() == ElfHeader.EM_AARCH64;
    }

    /** Whether it is PA-RISC, where a pointer to a function is not its address on 64 bit. */
    boolean isParisc() {
        return target.machine() == ElfHeader.EM_PARISC;
    }

    /** Whether it is a kernel since 6.4, with a region for each kind of memory. */
    boolean isNew() {
        return profile.layoutRules() == LayoutRules.MEMORY_TYPES;
    }

    /** The number that the architecture gives to an error: above 34 MIPS and PA-RISC have their own. */
    int number(Errno errno) {
        if (isAArch64()) {
            return errno.number();
        }
        return switch (errno) {
            case EBADMSG -> isMips() ? 77 : 67;
            case ENOPKG -> isMips() ? 65 : 55;
            case EOPNOTSUPP -> isMips() ? 122 : 223;
            case EKEYREJECTED -> isMips() ? 164 : 187;
            default -> errno.number();
        };
    }

    /** Whether relocations carry no addend. */
    boolean isRel() {
        return target.addends() == AddendKind.IN_PLACE;
    }

    /** Whether addresses have 64 bits. */
    boolean isWide() {
        return target.encoding().is64Bit();
    }

    /** The function that the kernel exports to everybody. */
    String printk() {
        return known(PRINTK);
    }

    /** The symbol whose CRC stands for the loader's own structures. */
    String moduleLayout() {
        return known(MODULE_LAYOUT);
    }

    private String known(List<String> names) {
        return names.stream().filter(crcs::containsKey).findFirst().orElseThrow();
    }

    /** The CRC that the kernel's modules record. */
    int crc(String symbol) {
        return java.util.Objects.requireNonNull(crcs.get(symbol), symbol);
    }

    /**
     * A module that this kernel takes: a function {@code body} of two instructions that returns, and eight bytes of data that point at
     * {@link #printk}. It has no init function.
     */
    KernelModuleBuilder module(String name) {
        return bare(name)
                .crc(moduleLayout(), crc(moduleLayout()))
                .imports(printk(), crc(printk()))
                .data(0, 0)
                .relocation(".data", 0, target.pointerType(), printk());
    }

    /** The same without imports and without CRCs. */
    KernelModuleBuilder bare(String name) {
        KernelModuleBuilder module = KernelModuleBuilder.of(target, name)
                .vermagic(profile.vermagic().orElseThrow())
                .thisModuleBytes(thisModuleBytes)
                .initOffset(initOffset)
                .exitOffset(exitOffset)
                .info("intree", "Y")
                .text(returning())
                .function("body", ".text", 0);
        placeholders().forEach(section -> module.code(section).zeros(1).alignment(1));
        return profile.has(LoaderChange.EXPORT_NAMESPACES) ? module : module.exportsWithoutNamespaces();
    }

    /** The sections of one byte that the kernel resizes. */
    List<String> placeholders() {
        if (!isAArch64()) {
            return List.of();
        }
        List<String> old = List.of(".plt", ".init.plt", ".text.ftrace_trampoline");
        return isNew()
                ? Stream.concat(old.stream(), Stream.of(".init.text.ftrace_trampoline"))
                        .toList()
                : old;
    }

    /** Instructions that return. */
    int[] returning() {
        if (isAArch64()) {
            return new int[] {0xd65f_03c0, 0xd503_201f}; // ret; nop
        }
        return isMips()
                ? new int[] {0x03e0_0008, 0} /* jr ra; nop */
                : new int[] {0xe840_c000, 0x0800_0240}; // bv (rp); nop
    }

    /** Instructions that return -12. */
    int[] failing() {
        if (isAArch64()) {
            return new int[] {0x1280_0160, 0xd65f_03c0}; // mov w0,-12; ret
        }
        return isMips()
                ? new int[] {0x03e0_0008, 0x2402_fff4} // jr ra; li v0,-12
                : new int[] {0xe840_c000, 0x341c_3fe9}; // bv (rp); ldi -12,ret0
    }
}
