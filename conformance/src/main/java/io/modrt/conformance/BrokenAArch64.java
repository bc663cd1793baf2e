package io.modrt.conformance;

import io.modrt.error.Errno;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Modules that lack what AArch64 kernels look for, or that have one relocation which they do not apply. Types by their numbers in the psABI.
 * Values are of the kernel's symbols or absolute, so that messages with them are the same wherever the module lies.
 */
final class BrokenAArch64 {
    private static final int ABS32 = 258;
    private static final int ABS16 = 259;
    private static final int PREL32 = 261;
    private static final int PREL16 = 262;
    private static final int MOVW_UABS_G0 = 263;
    private static final int MOVW_UABS_G1 = 265;
    private static final int MOVW_UABS_G2 = 267;
    private static final int MOVW_SABS_G0 = 270;
    private static final int MOVW_SABS_G1 = 271;
    private static final int MOVW_SABS_G2 = 272;
    private static final int LD_PREL_LO19 = 273;
    private static final int ADR_PREL_LO21 = 274;
    private static final int ADR_PREL_PG_HI21 = 275;
    private static final int ADR_PREL_PG_HI21_NC = 276;
    private static final int TSTBR14 = 279;
    private static final int CONDBR19 = 280;
    private static final int JUMP26 = 282;
    private static final int CALL26 = 283;
    private static final int MOVW_PREL_G0 = 287;
    private static final int MOVW_PREL_G1 = 289;
    private static final int MOVW_PREL_G2 = 291;
    private static final int[] UNKNOWN = {1, 281, 294, 309, 311, 513, 1024, 1031, 0x7fff_ffff};

    private final KernelShape kernel;
    private final List<BrokenModule> rows = new ArrayList<>();

    private BrokenAArch64(KernelShape kernel) {
        this.kernel = kernel;
    }

    /** All of them. */
    static List<BrokenModule> of(KernelShape kernel) {
        BrokenAArch64 modules = new BrokenAArch64(kernel);
        modules.placeholders();
        modules.types();
        modules.kernelOutOfRange();
        modules.limits();
        modules.weak();
        modules.tracing();
        return modules.rows;
    }

    /** A section that is not there, and one that is not loaded. */
    private void placeholders() {
        for (String section : kernel.placeholders()) {
            String name = section.substring(1).replace('.', '_');
            edited(
                    "no_" + name,
                    file -> file.section(section, ElfField.SH_NAME, file.section(".text", ElfField.SH_NAME)));
        }
        if (!kernel.isNew()) { // which may refuse any two sections of one name
            taken("two_plt", module -> {
                module.elf().code(".plt").zeros(1).alignment(1);
                return module.relocation(".text", 0, CALL26, kernel.printk());
            });
        }
        String readOnly = "plt_read_only";
        rows.add(BrokenModule.taken(
                readOnly,
                ElfEdit.of(kernel.module(readOnly).build())
                        .section(".plt", ElfField.SH_FLAGS, 2)
                        .build()));
        String flags = "other_flags";
        rows.add(BrokenModule.taken(
                flags,
                ElfEdit.of(kernel.module(flags).build())
                        .header(ElfField.E_FLAGS, 0xffff_ffffL)
                        .build()));
    }

    private void types() {
        for (int type : UNKNOWN) {
            refused("unknown_type_" + type, module -> module.relocation(".text", 0, type, "body"));
        }
        taken("type_none", module -> module.relocation(".text", 0, 0, "body").relocation(".text", 4, 256, "body"));
    }

    private void kernelOutOfRange() {
        far("abs32", ABS32, 0);
        far("abs16", ABS16, 0);
        far("prel32", PREL32, 1L << 32);
        far("prel32_below", PREL32, -1L << 32);
        far("prel16", PREL16, 0);
        far("movw_uabs_g0", MOVW_UABS_G0, 0);
        far("movw_uabs_g1", MOVW_UABS_G1, 0);
        far("movw_uabs_g2", MOVW_UABS_G2, 0);
        far("movw_sabs_g0", MOVW_SABS_G0, 0);
        far("movw_sabs_g1", MOVW_SABS_G1, 0);
        taken("movw_sabs_g2_of_kernel", module -> place(module, MOVW_SABS_G2, 0));
        far("ld_prel_lo19", LD_PREL_LO19, 0);
        far("adr_prel_lo21", ADR_PREL_LO21, 0);
        far("adr_prel_pg_hi21", ADR_PREL_PG_HI21, 1L << 34);
        taken("adr_prel_pg_hi21_nc_far", module -> place(module, ADR_PREL_PG_HI21_NC, 1L << 34));
        far("tstbr14", TSTBR14, 0);
        far("condbr19", CONDBR19, 0);
        far("movw_prel_g0", MOVW_PREL_G0, 0);
        far("movw_prel_g1", MOVW_PREL_G1, 1L << 34);
        far("movw_prel_g2", MOVW_PREL_G2, 1L << 62);
        taken("jump26_far", module -> place(module, JUMP26, 1L << 28));
        taken("call26_beyond_4_gb", module -> place(module, CALL26, 1L << 34));
        taken("call26_misaligned", module -> place(module, CALL26, 2));
    }

    private KernelModuleBuilder place(KernelModuleBuilder module, int type, long addend) {
        return module.relocation(".text", 0, type, kernel.printk(), addend);
    }

    private void far(String name, int type, long addend) {
        refused("far_" + name, module -> place(module, type, addend));
    }

    /** The last absolute values that fit, and the first that do not. */
    private void limits() {
        limit("abs32", ABS32, 0xffff_ffffL, 0x1_0000_0000L, -1);
        limit("abs16", ABS16, 0xffff, 0x1_0000, -1);
        limit("movw_uabs_g0", MOVW_UABS_G0, 0xffff, 0x1_0000, -1);
        limit("movw_uabs_g1", MOVW_UABS_G1, 0xffff_ffffL, 0x1_0000_0000L, -1);
        limit("movw_uabs_g2", MOVW_UABS_G2, 0xffff_ffff_ffffL, 0x1_0000_0000_0000L, -1);
        limit("movw_sabs_g0", MOVW_SABS_G0, 0xffff, 0x1_0000, -0x1_0001);
        limit("movw_sabs_g0_below", MOVW_SABS_G0, -0x1_0000, 0x7fff_ffff_ffffL, -0x8000_0000L);
        limit("movw_sabs_g1", MOVW_SABS_G1, -0x1_0000_0000L, 0x1_0000_0000L, -0x1_0000_0001L);
        limit("movw_sabs_g2", MOVW_SABS_G2, -0x1_0000_0000_0000L, 0x1_0000_0000_0000L, -0x1_0000_0000_0001L);
    }

    private void limit(String name, int type, long fits, long beyond, long below) {
        taken("fits_" + name, module -> absolute(module, type, fits));
        refused("beyond_" + name, module -> absolute(module, type, beyond));
        refused("below_" + name, module -> absolute(module, type, below));
    }

    private static KernelModuleBuilder absolute(KernelModuleBuilder module, int type, long value) {
        module.symbol("limit").absolute(value);
        return module.relocation(".text", 0, type, "limit");
    }

    /** A symbol that nobody has counts as 0. */
    private void weak() {
        taken("weak_call", module -> missing(module, CALL26));
        taken("weak_abs16", module -> missing(module, ABS16));
        refused("weak_adrp", module -> missing(module, ADR_PREL_PG_HI21));
        taken("weak_adrp_nc", module -> missing(module, ADR_PREL_PG_HI21_NC));
        refused("weak_condbr19", module -> missing(module, CONDBR19));
    }

    private static KernelModuleBuilder missing(KernelModuleBuilder module, int type) {
        return module.importsWeakly("nobody_has_this").relocation(".text", 0, type, "nobody_has_this");
    }

    /** The kernel warns, switches its tracer off for good, and takes the module. */
    private void tracing() {
        taken("traced_without_nops", module -> module.traced("body"));
    }

    private void edited(String name, UnaryOperator<ElfEdit> change) {
        byte[] file = change.apply(ElfEdit.of(kernel.module(name).build())).build();
        rows.add(BrokenModule.refused(name, Errno.ENOEXEC, file));
    }

    private byte[] module(String name, UnaryOperator<KernelModuleBuilder> change) {
        return change.apply(kernel.module(name)).build();
    }

    private void refused(String name, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.refused(name, Errno.ENOEXEC, module(name, change)));
    }

    private void taken(String name, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.taken(name, module(name, change)));
    }
}
