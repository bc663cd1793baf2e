package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.ModrtException;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.Taint;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.verify.Verification;
import io.modrt.version.KernelVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** Each option of the configuration changes what becomes of a module. An option without a row here fails. */
class OptionsTest {
    private static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    /** A module says by its vermagic how some options are; here it is not asked. */
    private static final LoadPolicy POLICY = LoadPolicy.kernelExact().relaxed(Rule.VERMAGIC);

    private static final int NOP = 0;
    private static final int CRC = 0x1234_abcd;
    private static final String MARKER = "~Module signature appended~\n";

    /** What becomes of a module in kernels with and without the option. */
    private record Row(Function<KernelProfile, String> outcome, String without, String with) {}

    private static final Map<ConfigOption, Row> ROWS = new EnumMap<>(ConfigOption.class);

    static {
        row(ConfigOption.SMP, kernel -> region(kernel, ".data..percpu"), "CORE", "not loaded");
        row(
                ConfigOption.PREEMPT,
                kernel -> worded(kernel, "6.1.0 SMP preempt mod_unload modversions "),
                "ENOEXEC",
                "loads");
        row(
                ConfigOption.PREEMPT_RT,
                kernel -> worded(kernel, "6.1.0 SMP preempt_rt mod_unload modversions "),
                "ENOEXEC",
                "loads");
        row(ConfigOption.MODULE_UNLOAD, kernel -> region(kernel, ".exit.text"), "INIT", "CORE");
        row(ConfigOption.MODVERSIONS, OptionsTest::importOfOtherCrc, "loads", "EINVAL");
        row(ConfigOption.KALLSYMS, kernel -> keeps(kernel, "m_run"), "forgotten", "kept");
        row(ConfigOption.KALLSYMS_ALL, kernel -> keeps(kernel, "m_value"), "forgotten", "kept");
        row(ConfigOption.STRICT_MODULE_RWX, OptionsTest::writableCode, "loads", "ENOEXEC");
        row(ConfigOption.JUMP_LABEL, OptionsTest::staticBranch, "10000001", "00000000");
        row(ConfigOption.DYNAMIC_FTRACE, OptionsTest::tracingSite, "3c030000", "10000005");
        row(ConfigOption.FUNCTION_GRAPH_TRACER, OptionsTest::tracingSite, "10000004", "10000005");
        row(ConfigOption.MODULE_SIG, OptionsTest::malformedSignature, "loads", "EBADMSG");
        row(ConfigOption.MODULE_SIG_FORCE, kernel -> load(kernel, module().build()), "loads", "EKEYREJECTED");
        row(ConfigOption.LOCK_DOWN_KERNEL_FORCE_INTEGRITY, kernel -> load(kernel, module().build()), "loads", "EPERM");
        row(ConfigOption.MODULE_FORCE_LOAD, OptionsTest::importWithoutVersions, "EINVAL", "loads, tainted FOE");
        row(ConfigOption.MODULE_FORCE_UNLOAD, OptionsTest::unloadWithoutExit, "EBUSY", "UNLOADED");
        row(ConfigOption.MODULE_DECOMPRESS, kernel -> load(kernel, xz(XZ.CHECK_CRC64)), "loads", "EINVAL");
        row(ConfigOption.MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS, OptionsTest::importFromNamespace, "EINVAL", "loads");
        row(ConfigOption.CONSTRUCTORS, OptionsTest::bothConstructors, "loads", "EINVAL");
        row(
                ConfigOption.LIVEPATCH,
                kernel -> load(kernel, module().info("livepatch", "Y").build()),
                "ENOEXEC",
                "loads");
        row(ConfigOption.TRACEPOINTS, kernel -> written(kernel, "__tracepoints"), "1 unexplained", "0 unexplained");
        row(ConfigOption.DYNAMIC_DEBUG, kernel -> written(kernel, "__dyndbg"), "1 unexplained", "0 unexplained");
    }

    private static void row(ConfigOption option, Function<KernelProfile, String> outcome, String without, String with) {
        ROWS.put(option, new Row(outcome, without, with));
    }

    @ParameterizedTest
    @EnumSource
    void anOptionDecidesWhatBecomesOfAModule(ConfigOption option) {
        Row row = ROWS.get(option);
        assertNotNull(row, "no row shows the effect of " + option);
        assertEquals(row.without, row.outcome.apply(LINUX_6_1.with(option, false)), "without " + option);
        assertEquals(row.with, row.outcome.apply(LINUX_6_1.with(option, true)), "with " + option);
    }

    private static KernelModuleBuilder module() {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m")
                .info("intree", "Y")
                .text(NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP)
                .function("m_run", ".text", 0)
                .data(0)
                .object("m_value", ".data", 0);
    }

    private static ModuleRuntime kernel(KernelProfile profile) {
        KernelSymbol export = KernelSymbol.of("offered", Address.of(0x8010_0000L))
                .withCrc(CRC)
                .exported(ExportKind.PLAIN, "");
        KernelSymbol inSpace =
                KernelSymbol.of("spaced", Address.of(0x8010_0000L)).exported(ExportKind.PLAIN, "SPACE");
        KernelSymbols symbols = name -> switch (name) {
            case "offered" -> Optional.of(export);
            case "spaced" -> Optional.of(inSpace);
            default -> Optional.empty();
        };
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(symbols.or(KernelSymbols.synthetic()))
                .build();
    }

    private static String load(KernelProfile profile, byte[] file) {
        return load(profile, file, POLICY);
    }

    private static String load(KernelProfile profile, byte[] file, LoadPolicy policy) {
        try (ModuleRuntime runtime = kernel(profile)) {
            runtime.load(ModuleFile.open(file), policy);
            return "loads";
        } catch (ModrtException refused) {
            return refused.errno().name();
        }
    }

    private static String worded(KernelProfile profile, String vermagic) {
        return load(profile, module().vermagic(vermagic).build(), LoadPolicy.kernelExact());
    }

    private static String region(KernelProfile profile, String section) {
        KernelModuleBuilder builder = module();
        if (section.startsWith(".data")) {
            builder.writable(section).words(1);
        } else {
            builder.code(section).instructions(NOP);
        }
        ModuleFile file = ModuleFile.open(builder.build());
        try (ModuleRuntime runtime = kernel(profile)) {
            return runtime.plan(file, POLICY)
                    .region(file.elf().section(section).orElseThrow())
                    .map(RegionKind::name)
                    .orElse("not loaded");
        }
    }

    private static String importOfOtherCrc(KernelProfile profile) {
        return load(profile, module().imports("offered", CRC + 1).build());
    }

    private static String importWithoutVersions(KernelProfile profile) {
        ModuleFile file = ModuleFile.open(KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m")
                .text(NOP)
                .imports("offered")
                .build());
        try (ModuleRuntime runtime = kernel(profile)) {
            return "loads, tainted " + Taint.letters(runtime.load(file, POLICY).taints());
        } catch (ModrtException refused) {
            return refused.errno().name();
        }
    }

    private static String importFromNamespace(KernelProfile profile) {
        return load(profile, module().imports("spaced").build());
    }

    private static String writableCode(KernelProfile profile) {
        KernelModuleBuilder builder = module();
        builder.elf().section(".both", 1, 7).words(NOP);
        return load(profile, builder.build());
    }

    private static String bothConstructors(KernelProfile profile) {
        KernelModuleBuilder builder = module();
        builder.writable(".ctors").words(0);
        builder.writable(".init_array").words(0);
        return load(profile, builder.build());
    }

    private static String malformedSignature(KernelProfile profile) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(module().build());
        file.writeBytes(new byte[] {1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1}); // algo 1, which PKCS#7 has not
        file.writeBytes(MARKER.getBytes(StandardCharsets.US_ASCII));
        return load(profile, file.toByteArray());
    }

    private static byte[] xz(int check) {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (XZOutputStream out = new XZOutputStream(to, new LZMA2Options(0), check)) {
            out.write(module().build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to.toByteArray();
    }

    private static RelocatedModule relocated(ModuleRuntime runtime, KernelModuleBuilder builder) {
        LayoutPlan plan = runtime.plan(ModuleFile.open(builder.build()), POLICY);
        try (PlacedModule placed = plan.place()) {
            return placed.resolve().relocate();
        }
    }

    private static String keeps(KernelProfile profile, String symbol) {
        try (ModuleRuntime runtime = kernel(profile)) {
            byte[] core = relocated(runtime, module()).bytes(RegionKind.CORE);
            boolean isKept = new String(core, StandardCharsets.ISO_8859_1).contains("\0" + symbol + "\0");
            return isKept ? "kept" : "forgotten";
        }
    }

    /** The first word of {@code .text} as loading leaves it, in hexadecimal digits. */
    private static String firstWord(KernelProfile profile, KernelModuleBuilder builder) {
        try (ModuleRuntime runtime = kernel(profile)) {
            RelocatedModule module = relocated(runtime, builder);
            byte[] text = module.bytes(
                    module.resolved().placed().file().elf().section(".text").orElseThrow());
            return "%02x%02x%02x%02x".formatted(text[3], text[2], text[1], text[0]);
        }
    }

    private static String staticBranch(KernelProfile profile) {
        KernelModuleBuilder builder = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m")
                .text(0x1000_0001, NOP, NOP, NOP) // b .+8
                .function("branch", ".text", 0)
                .function("target", ".text", 8)
                .data(0, 0)
                .object("key", ".data", 0)
                .jumpLabel("branch", "target", "key");
        return firstWord(profile, builder);
    }

    private static String tracingSite(KernelProfile profile) {
        KernelModuleBuilder builder = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "m")
                // lui $3; addiu $3; or $1,$31,$0; or $12,$0,$0; jalr $3; addiu $29,$29,-8
                .text(0x3c03_0000, 0x2463_0000, 0x03e0_0825, 0x0000_6025, 0x0060_f809, 0x27bd_fff8)
                .function("site", ".text", 0)
                .traced("site");
        return firstWord(profile, builder);
    }

    private static String unloadWithoutExit(KernelProfile profile) {
        try (ModuleRuntime runtime = kernel(profile)) {
            LiveModule module = runtime.load(
                    ModuleFile.open(module().function("init_module", ".text", 0).build()), POLICY);
            module.forceUnload();
            return module.state().name();
        } catch (ModrtException refused) {
            return refused.errno().name();
        }
    }

    /** Verifies a module in which a word of {@code section} changed since it was loaded. */
    private static String written(KernelProfile profile, String section) {
        KernelModuleBuilder builder = module();
        builder.writable(section).words(1, 2, 3, 4);
        try (ModuleRuntime runtime = kernel(profile)) {
            RelocatedModule module = relocated(runtime, builder);
            LiveModule live = runtime.load(module.resolved().placed().file(), POLICY);
            long changed = live.address(section).orElseThrow().value() + 4;
            MemoryReader memory = (address, into, offset, length) -> {
                runtime.memory().read(address, into, offset, length);
                long at = changed - address.value();
                if (at >= 0 && at < length) {
                    into[offset + (int) at] ^= 1;
                }
            };
            return Verification.of(live).run(memory).differences().stream()
                            .filter(difference -> difference.area().startsWith(section))
                            .count()
                    + " unexplained";
        }
    }
}
