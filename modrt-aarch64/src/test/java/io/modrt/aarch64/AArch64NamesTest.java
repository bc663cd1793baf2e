package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class AArch64NamesTest {
    private static final int NOP = 0xd503_201f;

    /** With initcall_debug, 6.12 tells of {@code loop_init+0x0/0xff8 [loop]}, at 8 in its page, although symbols of init data follow. */
    @Test
    void theLastFunctionEndsWithThePagesOfTheCodeAlthoughDataFollows() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m")
                .text(NOP)
                .function("f", ".text", 0)
                .initText(NOP, NOP, NOP)
                .function("start", ".init.text", 8);
        module.writable(".init.data").zeros(8);
        module.object("datum", ".init.data", 0);
        for (String name : List.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline")) {
            module.code(name).bytes((byte) 0).alignment(1);
        }
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 12, 117)).with(ConfigOption.KALLSYMS_ALL, true);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.synthetic())
                .build()) {
            LiveModule live = runtime.load(ModuleFile.open(module.build()));
            Address start = live.address(".init.text").orElseThrow().plus(8);

            assertEquals("start+0x0/0xff8 [m]", runtime.describe(start));
        }
    }
}
