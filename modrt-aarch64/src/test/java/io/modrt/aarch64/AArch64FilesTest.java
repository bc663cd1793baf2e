package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SyntheticSymbols;
import io.modrt.load.LiveModule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What Debian's kernels of 6.1 and 6.12 for arm64 answered to files that were changed in one place. */
class AArch64FilesTest {
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    private static final int EXECUTED_WRITTEN_LOADED = 7;

    private static byte[] module(String name, int thisModuleBytes) {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name)
                .thisModuleBytes(thisModuleBytes)
                .text(0xd65f_03c0);
        for (String section : List.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline")) {
            module.code(section).zeros(1).alignment(1);
        }
        return module.build();
    }

    private static ModuleRuntime runtime(KernelProfile profile) {
        return ModuleRuntime.builder().profile(profile).build();
    }

    private static LiveModule load(ModuleRuntime runtime, byte[] file) {
        return runtime.load(runtime.open("m.ko", file, LoadPolicy.kernelExact()));
    }

    private static List<String> texts(LiveModule module, Diagnostic.Kind kind) {
        return module.diagnostics().stream()
                .filter(diagnostic -> diagnostic.kind() == kind)
                .map(Diagnostic::toString)
                .toList();
    }

    @Test
    void functionsForTracingAreMadeUpByName() {
        SyntheticSymbols symbols = KernelSymbols.synthetic();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(Loads.LINUX_6_1)
                .kernelSymbols(symbols)
                .build()) {
            load(runtime, module("m", 0x500));
            assertEquals(
                    List.of("ftrace_caller", "ftrace_regs_caller"),
                    List.copyOf(symbols.slots().keySet()));
        }
    }

    @Test
    void theClassInTheHeaderIsNotLookedAt() {
        for (int ident : new int[] {1, 17}) {
            byte[] file = ElfEdit.of(module("m", 0x500))
                    .header(ElfField.EI_CLASS, ident)
                    .build();
            try (ModuleRuntime runtime = runtime(Loads.LINUX_6_12)) {
                FormatException refused = assertThrows(FormatException.class, () -> load(runtime, file));
                assertTrue(refused.beyondKernel(), refused.getMessage());
                assertEquals(Optional.empty(), refused.kernelMessage());
            }
        }
    }

    @Test
    void theKernelSetsTheFlagsOfItsSectionsBeforeItForbidsWritableCode() {
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_12)) {
            ElfEdit file = ElfEdit.of(module("m", 0x500))
                    .section(".init.text.ftrace_trampoline", ElfField.SH_FLAGS, EXECUTED_WRITTEN_LOADED);
            assertEquals("m", load(runtime, file.build()).name());
        }
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_12)) {
            ElfEdit file = ElfEdit.of(module("m", 0x500)).section(".text", ElfField.SH_FLAGS, EXECUTED_WRITTEN_LOADED);
            FormatException refused = assertThrows(FormatException.class, () -> load(runtime, file.build()));
            assertTrue(
                    refused.kernelMessage().orElseThrow().endsWith(") has invalid WRITE|EXEC flags"),
                    refused.getMessage());
        }
    }

    @Test
    void theSizeOfStructModuleIsThatOfTheProfileOrElseComparedWithThatOfLoadedModules() {
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_12.withStructModuleBytes(0x500))) {
            load(runtime, module("first", 0x500));
            FormatException refused = assertThrows(FormatException.class, () -> load(runtime, module("second", 0x4f8)));
            assertEquals(
                    "module second: .gnu.linkonce.this_module section size must match the kernel's built struct module"
                            + " size at run time",
                    refused.kernelMessage().orElseThrow());
        }
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_12)) {
            assertEquals(List.of(), texts(load(runtime, module("first", 0x500)), Diagnostic.Kind.KERNEL_WARNING));
            List<String> said = texts(load(runtime, module("second", 0x4f8)), Diagnostic.Kind.KERNEL_WARNING);
            assertEquals(1, said.size());
            assertTrue(
                    said.get(0).endsWith("1272 bytes, that of first has 1280; a kernel refuses one of the two"),
                    said.toString());
        }
    }

    private static ElfEdit plain() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m");
        for (String section : List.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline")) {
            module.code(section).zeros(1).alignment(1);
        }
        return ElfEdit.of(module.data(0).build());
    }

    @Test
    void aStructModuleBetweenWordsMayCrashAKernel() {
        byte[] file = plain().section(THIS_MODULE, ElfField.SH_ADDRALIGN, 1)
                .section(".data", ElfField.SH_SIZE, 1)
                .build();
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_12)) {
            List<String> said = texts(load(runtime, file), Diagnostic.Kind.KERNEL_CRASH);
            assertEquals(1, said.size(), said.toString());
            assertTrue(said.get(0).endsWith(" is not aligned to 8 bytes"), said.toString());
        }
    }

    /** As a live 6.1 did. */
    @Test
    void aStructModuleThatIsReadOnlyCrashesAKernelWithStrictPermissions() {
        byte[] file = plain().section(THIS_MODULE, ElfField.SH_FLAGS, 2 /* SHF_ALLOC */)
                .build();
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_1)) {
            List<String> said = texts(load(runtime, file), Diagnostic.Kind.KERNEL_CRASH);
            assertEquals(1, said.size(), said.toString());
            assertTrue(said.get(0).endsWith("no SHF_WRITE, so STRICT_MODULE_RWX makes it read-only"), said.toString());
        }
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_1.with(ConfigOption.STRICT_MODULE_RWX, false))) {
            assertEquals(List.of(), texts(load(runtime, file), Diagnostic.Kind.KERNEL_CRASH));
        }
    }

    /** The kernel counts PLT entries before it looks at types, and reads the symbol of each relocation of code for that. */
    @Test
    void aWildSymbolOfAnUnknownTypeCrashesAKernelFirst() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m");
        for (String section : List.of(".plt", ".init.plt", ".text.ftrace_trampoline")) {
            module.code(section).zeros(1).alignment(1);
        }
        module.text(0).function("f", ".text", 0).relocation(".text", 0, 0xffff, "f");
        byte[] file = ElfEdit.of(module.build())
                .contents(".rela.text", 15, (byte) 0x7f) // the highest byte of the symbol's number
                .build();
        try (ModuleRuntime runtime = runtime(Loads.LINUX_6_1)) {
            ModrtException refused = assertThrows(ModrtException.class, () -> load(runtime, file));
            assertTrue(refused.beyondKernel());
            assertTrue(refused.getMessage().contains("entry 0: symbol index 21307"), refused.getMessage());
        }
    }
}
