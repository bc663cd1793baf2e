package io.modrt.conformance;

import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.kernel.ConfigOption;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Modules with one relocation that their architecture's kernels do not apply. Types by their numbers in the psABI's supplements. */
final class BrokenRelocations {
    private static final int R_MIPS_26 = 4;
    private static final int R_MIPS_HI16 = 5;
    private static final int R_MIPS_LO16 = 6;
    private static final int R_MIPS_GPREL16 = 7;
    private static final int R_MIPS_PC16 = 10;
    private static final int R_MIPS_64 = 18;
    private static final int R_MIPS_HIGHER = 28;
    private static final int R_MIPS_HIGHEST = 29;
    private static final int R_MIPS_JALR = 37;
    private static final int R_MIPS_PC21_S2 = 60;
    private static final int R_MIPS_PC26_S2 = 61;
    private static final int R_PARISC_NONE = 0;
    private static final int R_PARISC_DIR32 = 1;
    private static final int R_PARISC_DIR17R = 3;
    private static final int R_PARISC_PCREL17F = 12;
    private static final int R_PARISC_LTOFF21L = 34;
    private static final int R_PARISC_PCREL22F = 74;
    private static final int R_PARISC_DIR64 = 80;

    /** Farther from its section's start than a branch of 17 bits goes. */
    private static final int BEYOND_17_BITS = 300_000;
    /** Farther than one of 22 bits goes. */
    private static final int BEYOND_22_BITS = 8_500_000;
    /** One more than an instruction can reach. */
    private static final int SLOTS_TOO_MANY = 4096;

    private final KernelShape kernel;
    private final List<BrokenModule> rows = new ArrayList<>();

    private BrokenRelocations(KernelShape kernel) {
        this.kernel = kernel;
    }

    /** All of them. */
    static List<BrokenModule> of(KernelShape kernel) {
        BrokenRelocations relocations = new BrokenRelocations(kernel);
        relocations.writableCode();
        if (kernel.isMips()) {
            relocations.mips();
        } else if (kernel.isParisc()) {
            relocations.parisc();
        } else {
            relocations.other("rel_section", kernel.target().withAddends(AddendKind.IN_PLACE));
            relocations.rows.addAll(BrokenAArch64.of(kernel));
        }
        return relocations.rows;
    }

    private void mips() {
        place("unknown_type", Errno.EINVAL, R_MIPS_GPREL16, "body");
        place("unknown_type_jalr", Errno.EINVAL, R_MIPS_JALR, "body");
        place("far_jal", Errno.ENOEXEC, R_MIPS_26, kernel.printk());
        refused("misaligned_jal", Errno.ENOEXEC, module -> jump(module, R_MIPS_26));
        place("pc16_out_of_range", Errno.ENOEXEC, R_MIPS_PC16, kernel.printk());
        refused("pc16_misaligned", Errno.ENOEXEC, module -> jump(module, R_MIPS_PC16));
        place("pc21_out_of_range", Errno.ENOEXEC, R_MIPS_PC21_S2, kernel.printk());
        refused("pc21_misaligned", Errno.ENOEXEC, module -> jump(module, R_MIPS_PC21_S2));
        place("pc26_out_of_range", Errno.ENOEXEC, R_MIPS_PC26_S2, kernel.printk());
        refused("pc26_misaligned", Errno.ENOEXEC, module -> jump(module, R_MIPS_PC26_S2));
        refused("value_of_an_error", Errno.ENOENT, module -> {
            module.symbol("error").absolute(-1024);
            return module.relocation(".text", 0, 2, "error");
        });
        taken("value_of_a_weak_error", module -> {
            module.symbol("error").absolute(-1024).weak();
            return module.relocation(".text", 0, 2, "error").relocation(".text", 4, R_MIPS_GPREL16, "body");
        });
        if (kernel.isRel()) {
            mipsRel();
        }
    }

    private void mipsRel() {
        place("hi16_alone", Errno.ENOEXEC, R_MIPS_HI16, "body");
        refused(
                "lo16_of_other_symbol",
                Errno.ENOEXEC,
                module -> module.relocation(".text", 0, R_MIPS_HI16, "body")
                        .relocation(".text", 4, R_MIPS_LO16, kernel.printk()));
        place("type_64_in_rel", Errno.EINVAL, R_MIPS_64, "body");
        place("higher_in_rel", Errno.EINVAL, R_MIPS_HIGHER, "body");
        place("highest_in_rel", Errno.EINVAL, R_MIPS_HIGHEST, "body");
        other("rela_section", kernel.target().withAddends(AddendKind.EXPLICIT));
    }

    private void parisc() {
        place("unknown_type", Errno.ENOEXEC, R_PARISC_DIR17R, "body");
        place("type_none", Errno.ENOEXEC, R_PARISC_NONE, "body");
        place("type_of_other_width", Errno.ENOEXEC, kernel.isWide() ? R_PARISC_DIR32 : R_PARISC_DIR64, "body");
        int pointer = kernel.target().pointerType();
        refused(
                "weak_import_missing_and_used",
                Errno.ENOENT,
                module -> module.importsWeakly("nobody_has_this").relocation(".text", 0, pointer, "nobody_has_this"));
        refused("absolute_value_0", Errno.ENOENT, module -> {
            module.symbol("zero").absolute(0);
            return module.relocation(".text", 0, pointer, "zero");
        });
        far("stub_out_of_reach", kernel.isWide() ? R_PARISC_PCREL22F : R_PARISC_PCREL17F);
        if (kernel.isWide()) {
            refused("got_too_large", Errno.EINVAL, module -> {
                module.code(".text").zeros(SLOTS_TOO_MANY * Integer.BYTES);
                for (int i = 0; i < SLOTS_TOO_MANY; i++) {
                    module.relocation(".text", i * 4L, R_PARISC_LTOFF21L, "body", i);
                }
                return module;
            });
        } else {
            far("stub_of_22_bits_out_of_reach", R_PARISC_PCREL22F);
        }
        other("rel_section", kernel.target().withAddends(AddendKind.IN_PLACE));
    }

    /** A branch at the end of a long section, to the kernel. */
    private void far(String name, int type) {
        int offset = type == R_PARISC_PCREL17F ? BEYOND_17_BITS : BEYOND_22_BITS;
        refused(name, Errno.ENOEXEC, module -> {
            module.code(".text").zeros(offset);
            return module.relocation(".text", offset, type, kernel.printk());
        });
    }

    /** Relocations of the kind that this kernel does not take. */
    private void other(String name, ElfTarget target) {
        KernelShape otherwise = new KernelShape(
                target,
                kernel.profile(),
                kernel.thisModuleBytes(),
                kernel.initOffset(),
                kernel.exitOffset(),
                kernel.crcs());
        rows.add(
                BrokenModule.refused(name, Errno.ENOEXEC, otherwise.module(name).build()));
    }

    /** What STRICT_MODULE_RWX forbids, in sections that are loaded and in others. */
    private void writableCode() {
        int progbits = 1;
        for (String section : List.of(".loaded", ".not_loaded")) {
            int flags = section.equals(".loaded") ? 7 : 5; // SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR
            String name = "writable_code_" + section.substring(1);
            UnaryOperator<KernelModuleBuilder> change = module -> {
                ElfBuilder elf = module.elf();
                elf.section(section, progbits, flags).words(0);
                return module;
            };
            if (kernel.profile().has(ConfigOption.STRICT_MODULE_RWX)) {
                refused(name, Errno.ENOEXEC, change);
            } else {
                taken(name, change);
            }
        }
    }

    private void place(String name, Errno errno, int type, String symbol) {
        refused(name, errno, module -> module.relocation(".text", 0, type, symbol));
    }

    /** A jump to the middle of an instruction. */
    private static KernelModuleBuilder jump(KernelModuleBuilder module, int type) {
        return module.function("odd", ".text", 2).relocation(".text", 0, type, "odd");
    }

    private void refused(String name, Errno errno, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.refused(
                name, errno, change.apply(kernel.module(name)).build()));
    }

    private void taken(String name, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.taken(name, change.apply(kernel.module(name)).build()));
    }
}
