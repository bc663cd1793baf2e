package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Admission;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Each rule refuses a module that is taken, and told of, if the rule is relaxed. A rule without a row here fails. */
class RulesTest {
    private static final String VERMAGIC = "6.1.192 SMP mod_unload modversions ";
    private static final int NOP = 0;
    private static final int CRC = 0x1234_abcd;

    private static final LoadPolicy EXACT =
            LoadPolicy.kernelExact().admission(Admission.usual().blacklist(Set.of("listed")));

    /** A module that a rule refuses, the kernel that has the rule, and a part of what is told if it is relaxed. */
    private record Row(UnaryOperator<KernelProfile> kernel, byte[] file, Errno errno, String told) {}

    private static final Map<Rule, Row> ROWS = new EnumMap<>(Rule.class);

    static {
        row(Rule.VERMAGIC, module().vermagic(VERMAGIC + "MODRT "), Errno.ENOEXEC, "version magic");
        row(Rule.MODVERSIONS, module().imports("offered", CRC + 1), Errno.EINVAL, "disagrees about version");
        row(
                Rule.GPL_ONLY,
                module().license("Proprietary").imports("for_gpl"),
                Errno.ENOENT,
                "the licence is \"Proprietary\"");
        row(Rule.NAMESPACE, module().imports("spaced"), Errno.EINVAL, "namespace SPACE");
        row(
                Rule.DUPLICATE_EXPORT,
                exporting("offered"),
                Errno.ENOEXEC,
                "exports offered, which kernel exports already");
        row(Rule.COMMON_SYMBOL, common(), Errno.ENOEXEC, "symbol shared is common");
        row(
                Rule.UNRESOLVED_SYMBOL,
                module().imports("nobody_has_this"),
                Errno.ENOENT,
                "unknown symbol nobody_has_this");
        row(
                Rule.WRITE_XOR_EXECUTE,
                ConfigOption.STRICT_MODULE_RWX,
                writableCode(),
                Errno.ENOEXEC,
                "is writable and executable");
        row(Rule.LIVEPATCH, module().info("livepatch", "Y").build(), Errno.ENOEXEC, "is a livepatch module");
        row(Rule.SIGNATURE, ConfigOption.MODULE_SIG_FORCE, module().build(), Errno.EKEYREJECTED, "has no signature");
        row(
                Rule.LOCKDOWN,
                ConfigOption.LOCK_DOWN_KERNEL_FORCE_INTEGRITY,
                module().build(),
                Errno.EPERM,
                "the kernel is locked down");
        row(Rule.BLACKLIST, module(ElfTarget.MIPS_O32_LE, "listed"), Errno.EPERM, "is on the blacklist");
        row(Rule.COMPRESSION, ConfigOption.MODULE_DECOMPRESS, xz(module().build()), Errno.EINVAL, "no check but CRC32");
        row(
                Rule.CONSTRUCTORS,
                ConfigOption.CONSTRUCTORS,
                constructors(),
                Errno.EINVAL,
                "has both .ctors and .init_array");
        row(Rule.EXPORTED, module().imports("inner"), Errno.ENOENT, "that it does not export");
        row(Rule.EXTENDED_NUMBERING, manySections(), Errno.ENOEXEC, "section numbers that do not fit the header");
        row(Rule.MODULE_SECTIONS, object(), Errno.ENOEXEC, "no section .gnu.linkonce.this_module");
        row(Rule.RELOCATION_TYPE, abiType(), Errno.ENOEXEC, "relocation type 3 is none that kernels");
    }

    private static void row(Rule rule, KernelModuleBuilder module, Errno errno, String told) {
        row(rule, module.build(), errno, told);
    }

    private static void row(Rule rule, byte[] file, Errno errno, String told) {
        ROWS.put(rule, new Row(profile -> profile, file, errno, told));
    }

    private static void row(Rule rule, ConfigOption option, byte[] file, Errno errno, String told) {
        ROWS.put(rule, new Row(profile -> profile.with(option, true), file, errno, told));
    }

    @ParameterizedTest
    @EnumSource
    void aRelaxedRuleLetsAModulePassAndTellsOfIt(Rule rule) {
        Row row = ROWS.get(rule);
        assertNotNull(row, "no row shows the effect of " + rule);

        ModrtException refused = assertThrows(ModrtException.class, () -> load(row, EXACT));
        assertEquals(row.errno, refused.errno(), refused.getMessage());

        List<Diagnostic> told = load(row, EXACT.relaxed(rule)).diagnostics();
        assertTrue(
                told.stream()
                        .anyMatch(each ->
                                each.kind() == Kind.RELAXED_RULE && each.text().contains(row.told)),
                told.toString());
    }

    private static LiveModule load(Row row, LoadPolicy policy) {
        KernelProfile profile =
                row.kernel.apply(KernelProfile.of(new KernelVersion(6, 1, 192)).withVermagic(VERMAGIC));
        Map<String, KernelSymbol> symbols = Map.of(
                "offered", symbol("offered").withCrc(CRC).exported(ExportKind.PLAIN, ""),
                "for_gpl", symbol("for_gpl").exported(ExportKind.GPL, ""),
                "spaced", symbol("spaced").exported(ExportKind.PLAIN, "SPACE"),
                "inner", symbol("inner").exported(ExportKind.NOT_EXPORTED, ""),
                "$global$", symbol("$global$"));
        KernelSymbols source = name -> Optional.ofNullable(symbols.get(name));
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().profile(profile).kernelSymbols(source).build()) {
            return runtime.load(ModuleFile.open("m.ko", row.file, policy), policy);
        }
    }

    private static KernelSymbol symbol(String name) {
        return KernelSymbol.of(name, Address.of(0x8010_0000L));
    }

    private static KernelModuleBuilder module() {
        return module(ElfTarget.MIPS_O32_LE);
    }

    private static KernelModuleBuilder module(ElfTarget target) {
        return module(target, "m");
    }

    private static KernelModuleBuilder module(ElfTarget target, String name) {
        return KernelModuleBuilder.of(target, name)
                .vermagic(VERMAGIC)
                .text(NOP, NOP)
                .function("m_run", ".text", 0);
    }

    private static byte[] exporting(String name) {
        return module().function(name, ".text", 4)
                .exports(name, export -> export.crc(CRC))
                .build();
    }

    private static byte[] common() {
        KernelModuleBuilder builder = module();
        builder.symbol("shared").common(4);
        return builder.build();
    }

    private static byte[] writableCode() {
        KernelModuleBuilder builder = module();
        builder.elf().section(".both", 1, 7).words(NOP);
        return builder.build();
    }

    private static byte[] constructors() {
        KernelModuleBuilder builder = module();
        builder.writable(".ctors").words(0);
        builder.writable(".init_array").words(0);
        return builder.build();
    }

    private static byte[] xz(byte[] file) {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (OutputStream out = new XZOutputStream(to, new LZMA2Options(0))) {
            out.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to.toByteArray();
    }

    /** The count of sections stands in section 0, though it would fit the header. */
    private static byte[] manySections() {
        ElfEdit edit = ElfEdit.of(module().build());
        return edit.section(0, ElfField.SH_SIZE, edit.header(ElfField.E_SHNUM))
                .header(ElfField.E_SHNUM, 0)
                .build();
    }

    private static byte[] object() {
        ElfBuilder object = ElfBuilder.relocatable(ElfTarget.MIPS_O32_LE);
        object.symbol("m_run").in(object.code(".text").words(NOP), 0);
        return object.build();
    }

    /** Of a type that the ABI of PA-RISC has, and the kernel has not. */
    private static byte[] abiType() {
        return module(ElfTarget.PARISC_32).relocation(".text", 0, 3, "m_run").build();
    }
}
