package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.LoaderChange;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** modrt's side of {@code run refusals}. Sizes and options are those of Debian's kernels for Malta and arm64, and of defconfig's for PA-RISC. */
class BrokenModulesTest {
    private static final String MIPS = "6.1.0-50-4kc-malta SMP mod_unload modversions MIPS32_R2 32BIT ";
    private static final String MIPS64 = "6.1.0-50-5kc-malta SMP mod_unload modversions MIPS64_R2 64BIT ";
    private static final String AARCH64 = "6.1.0-56-arm64 SMP mod_unload modversions aarch64";
    private static final String AARCH64_NEW = "6.12.117+deb12-arm64 SMP mod_unload modversions aarch64";
    private static final String PARISC = "6.1.192-32bit SMP mod_unload modversions ";
    private static final String PARISC64 = "6.1.192-64bit SMP mod_unload modversions ";

    private static KernelShape mips(ElfTarget target, String vermagic) {
        KernelProfile profile = KernelProfile.ofVermagic(vermagic).with(ConfigOption.MODULE_FORCE_LOAD, true);
        boolean wide = target.encoding().is64Bit();
        return new KernelShape(
                target, profile, wide ? 0x340 : 0x240, wide ? 0x138 : 0xc8, wide ? 0x328 : 0x210, crcs());
    }

    private static KernelShape parisc(ElfTarget target, String vermagic) {
        KernelProfile profile = KernelProfile.ofVermagic(vermagic)
                .with(ConfigOption.MODULE_FORCE_LOAD, false)
                .with(ConfigOption.MODULE_SIG, false)
                .with(ConfigOption.STRICT_MODULE_RWX, true);
        boolean wide = target.encoding().is64Bit();
        return new KernelShape(
                target, profile, wide ? 0x380 : 0x210, wide ? 0x138 : 0xe4, wide ? 0x328 : 0x200, crcs());
    }

    /** Of Debian's 6.1 and 6.12 for arm64. */
    private static KernelShape aarch64(String vermagic) {
        KernelProfile profile = KernelProfile.ofVermagic(vermagic)
                .with(ConfigOption.MODULE_FORCE_LOAD, true)
                .with(ConfigOption.STRICT_MODULE_RWX, true);
        boolean isNew = profile.has(LoaderChange.TABLES_COUNTED);
        return new KernelShape(
                ElfTarget.AARCH64_LE, profile, isNew ? 0x4c0 : 0x380, 0x138, isNew ? 0x480 : 0x340, crcs());
    }

    private static Map<String, Integer> crcs() {
        return Map.of("_printk", 0x92997ed8, "module_layout", 0x0a1b2c3d);
    }

    private static List<KernelShape> kernels() {
        return List.of(
                mips(ElfTarget.MIPS_O32_LE, MIPS),
                mips(ElfTarget.MIPS_N64_LE, MIPS64),
                parisc(ElfTarget.PARISC_32, PARISC),
                parisc(ElfTarget.PARISC_64, PARISC64),
                aarch64(AARCH64),
                aarch64(AARCH64_NEW));
    }

    private static long mipsBase(KernelShape kernel) {
        return kernel.isWide() ? 0xffff_ffff_8010_0000L : 0x8010_0000L;
    }

    private static ModuleRuntime runtime(KernelShape kernel) {
        long base = kernel.isParisc() ? 0x1010_0000L : kernel.isAArch64() ? 0xffff_8000_0801_0000L : mipsBase(kernel);
        Map<String, KernelSymbol> exports = Map.of(
                "_printk",
                KernelSymbol.of("_printk", Address.of(base + 0x1000)).withCrc(0x92997ed8),
                "module_layout",
                KernelSymbol.of("module_layout", Address.of(base + 0x2000)).withCrc(0x0a1b2c3d),
                "kfree",
                KernelSymbol.of("kfree", Address.of(base + 0x3000)).withCrc(1),
                "$global$",
                KernelSymbol.of("$global$", Address.of(base + 0x4000)).withCrc(2));
        return ModuleRuntime.builder()
                .profile(kernel.profile())
                .kernelSymbols(name -> Optional.ofNullable(exports.get(name)))
                .build();
    }

    private static Map<String, Verdict> answers(KernelShape kernel) {
        Map<String, Verdict> answers = new LinkedHashMap<>();
        try (ModuleRuntime runtime = runtime(kernel)) {
            for (BrokenModule module : modules(kernel)) {
                answers.put(module.name(), Verdict.of(runtime, module, kernel));
            }
        }
        return answers;
    }

    private static List<BrokenModule> modules(KernelShape kernel) {
        return RefusalsCommand.modules(kernel, kernel.module("some").build());
    }

    @TestFactory
    Stream<DynamicTest> everyModuleIsAnsweredAsTheKernelIsKnownToAnswer() {
        return kernels().stream().flatMap(kernel -> {
            Map<String, Verdict> answers = answers(kernel);
            return modules(kernel).stream()
                    .map(module -> DynamicTest.dynamicTest(
                            kernel.profile().vermagic().orElseThrow().split(" ")[0] + " " + module.name(), () -> {
                                Verdict answer = java.util.Objects.requireNonNull(answers.get(module.name()));
                                boolean loads = module.kind() != BrokenModule.Kind.REFUSED;
                                assertEquals(
                                        loads ? 0 : Verdict.expected(module, kernel), answer.errno(), answer.text());
                            }));
        });
    }

    @Test
    void thereIsNoNameTwiceAndEnoughOfThem() {
        for (KernelShape kernel : kernels()) {
            List<BrokenModule> modules = modules(kernel);
            Set<String> names = new HashSet<>();
            modules.forEach(module -> assertTrue(names.add(module.name()), module.name()));
            long refused = modules.stream()
                    .filter(module -> module.kind() == BrokenModule.Kind.REFUSED)
                    .count();
            assertTrue(refused > 50, kernel + ": " + refused);
        }
    }

    /** Each line as a 4kc-malta kernel logged it. */
    @Test
    void linesAreThoseOfALiveMipsKernel() {
        Map<String, Verdict> answers = answers(mips(ElfTarget.MIPS_O32_LE, MIPS));
        assertAll(
                () -> logs(answers, "truncated_in_header", "Invalid ELF header len 51"),
                () -> logs(answers, "wrong_magic", "Invalid ELF header magic: != \\x7fELF"),
                () -> logs(answers, "wrong_class", "Invalid architecture in ELF header: 8"),
                () -> logs(answers, "shnum_zero", "Invalid ELF section name index: 9 || e_shstrndx (9) >= e_shnum (0)"),
                () -> logs(
                        answers,
                        "module_layout_altered",
                        "module_layout_altered: disagrees about version of symbol module_layout"),
                () -> logs(
                        answers,
                        "crc_missing",
                        "crc_missing: no symbol version for for_all",
                        "crc_missing: Unknown symbol for_all (err -22)"),
                () -> logs(
                        answers,
                        "namespace_not_imported",
                        "namespace_not_imported: module uses symbol (in_space) from namespace SPACE, but does not import it.",
                        "namespace_not_imported: Unknown symbol in_space (err -22)"),
                () -> logs(
                        answers,
                        "symbol_with_extended_index",
                        "symbol_with_extended_index: Symbol lost has an invalid section index 65535 (max 9)"),
                () -> logs(answers, "unknown_type_jalr", "unknown_type_jalr: Unknown relocation type 37"),
                () -> logs(answers, "far_jal", "module far_jal: relocation overflow"),
                () -> logs(answers, "pc21_misaligned", "module pc21_misaligned: dangerous R_MIPS_PC21 relocation"),
                () -> logs(
                        answers,
                        "lo16_of_other_symbol",
                        "module lo16_of_other_symbol: dangerous R_MIPS_LO16 relocation"),
                () -> logs(answers, "rela_section", "module rela_section: REL relocation unsupported"),
                () -> assertEquals(List.of(), lines(answers, "hi16_alone")),
                () -> assertEquals(List.of(), lines(answers, "higher_in_rel")));
    }

    /** Each line as a kernel of generic-32bit_defconfig logged it. */
    @Test
    void linesAreThoseOfALivePariscKernel() {
        Map<String, Verdict> answers = answers(parisc(ElfTarget.PARISC_32, PARISC));
        assertAll(
                () -> logs(answers, "unknown_type", "module unknown_type: Unknown relocation: 3"),
                () -> logs(answers, "absolute_value_0", "absolute_value_0: Unknown symbol zero"),
                () -> logs(
                        answers,
                        "writable_code_not_loaded",
                        "writable_code_not_loaded: section .not_loaded (index 3) has invalid WRITE|EXEC flags"),
                () -> assertEquals(List.of(), lines(answers, "no_versions")));
    }

    /** Each line as Debian's 6.1.192 for arm64 logged it. */
    @Test
    void linesAreThoseOfALiveArm64Kernel() {
        Map<String, Verdict> answers = answers(aarch64(AARCH64));
        assertAll(
                () -> logs(answers, "no_plt", "no_plt: module PLT section(s) missing"),
                () -> logs(answers, "no_init_plt", "no_init_plt: module PLT section(s) missing"),
                () -> assertEquals(List.of(), lines(answers, "no_text_ftrace_trampoline")),
                () -> logs(answers, "unknown_type_311", "module unknown_type_311: unsupported RELA relocation: 311"),
                () -> logs(
                        answers, "beyond_abs32", "module beyond_abs32: overflow in relocation type 258 val 100000000"),
                () -> logs(
                        answers,
                        "below_movw_sabs_g0",
                        "module below_movw_sabs_g0: overflow in relocation type 270 val fffffffffffeffff"),
                () -> logs(answers, "weak_adrp", "module weak_adrp: overflow in relocation type 275 val 0"),
                () -> logs(answers, "rel_section", "module rel_section: REL relocation unsupported"));
    }

    /** Each line as Debian's 6.12.117 for arm64 logged it. */
    @Test
    void linesAreThoseOfALiveArm64KernelOf612() {
        Map<String, Verdict> answers = answers(aarch64(AARCH64_NEW));
        assertAll(
                () -> logs(answers, "no_plt", "no_plt: module PLT section(s) missing"),
                () -> assertEquals(List.of(), lines(answers, "no_init_text_ftrace_trampoline")),
                () -> logs(
                        answers,
                        "unknown_type_311",
                        "Modules: module unknown_type_311: unsupported RELA relocation: 311"),
                () -> logs(
                        answers,
                        "beyond_abs32",
                        "Modules: module beyond_abs32: overflow in relocation type 258 val 100000000"),
                () -> logs(answers, "second_symbol_table", "Invalid ELF section name table type: 2"),
                () -> logs(
                        answers,
                        "two_this_modules",
                        "module two_this_modules: Exactly one .gnu.linkonce.this_module section must exist."),
                () -> logs(answers, "rel_section", "module rel_section: REL relocation unsupported"));
    }

    private static List<String> lines(Map<String, Verdict> answers, String module) {
        return java.util.Objects.requireNonNull(answers.get(module)).lines();
    }

    private static void logs(Map<String, Verdict> answers, String module, String... expected) {
        assertEquals(List.of(expected), lines(answers, module));
    }
}
