package io.modrt.aarch64;

import io.modrt.kernel.KernelProfile;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;

/** Modules of one traced function, in the forms that kernels have. */
final class Traced {
    static final int NOP = 0xd503_201f;
    static final int BTI_C = 0xd503_245f;
    static final int RET = 0xd65f_03c0;

    static final KernelProfile WITHOUT_OPS = Loads.LINUX_6_12.with("CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS", false);
    static final KernelProfile WITH_BTI = Loads.LINUX_6_12.with("CONFIG_ARM64_BTI_KERNEL", true);

    /** 16 MB from the module, in reach; and 256 MB from it. */
    static final long NEAR = Loads.BASE + 0x100_0000;

    static final long FAR = Loads.BASE + 0x1000_0000;
    static final long NOP_OPS = 0xffff_8000_0876_5430L;
    static final long OPS = 0xffff_8000_0876_5678L;

    /** A function as a compiler for 6.1 begins it, at the start of {@code .text}. */
    static DryLoad plain(KernelProfile profile, long caller) {
        DryLoad laid = Loads.module()
                .under(profile)
                .exports("ftrace_caller", caller)
                .exports("ftrace_regs_caller", caller + 0x40);
        laid.builder().text(NOP, NOP, RET).function("f", ".text", 0).traced("f");
        return laid;
    }

    /** One for CALL_OPS: two nops in front of it, which the table lists, 8-byte aligned. */
    static DryLoad withOps(KernelProfile profile, long caller, int... function) {
        return withOps(ElfTarget.AARCH64_LE, profile, caller, function);
    }

    static DryLoad withOps(ElfTarget target, KernelProfile profile, long caller, int... function) {
        DryLoad laid = Loads.module(target)
                .under(profile)
                .exports("ftrace_caller", caller)
                .exports("ftrace_nop_ops", NOP_OPS);
        laid.builder().code(".text").alignment(8);
        laid.builder().text(NOP, NOP).text(function).function("f", ".text", 0).traced("f");
        return laid;
    }

    static TracingSites tracing(DryLoad.Result result) {
        return result.placed().plan().archKernel().tracing();
    }

    static SiteKind kind(DryLoad.Result result, int index) {
        return tracing(result).kinds(result.placed()).get(index);
    }

    static byte[] code(DryLoad.Result result, SiteKind kind, long site) {
        int from = (int) (site - kind.bytesInFront() - result.address(".text"));
        byte[] code = new byte[kind.bytes()];
        System.arraycopy(result.bytes(".text"), from, code, 0, code.length);
        return code;
    }

    private Traced() {}
}
