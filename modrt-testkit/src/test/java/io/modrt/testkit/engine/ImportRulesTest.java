package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.PolicyException;
import io.modrt.error.Rule;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.LiveModule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may use which export: the kernel's rules, each switched off by name. */
class ImportRulesTest {
    private final ModuleRuntime runtime = Samples.runtime().build();

    private LiveModule load(KernelModuleBuilder module) {
        return runtime.load(Samples.file(module));
    }

    private static Address pointer(LiveModule module, ModuleRuntime runtime) {
        byte[] bytes = new byte[8];
        runtime.memory().read(module.address(".data").orElseThrow(), bytes, 0, bytes.length);
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return Address.of(value);
    }

    @Test
    void anImportIsBoundToTheExportOfALoadedModule() {
        LiveModule lender = load(Samples.exporter("lender"));
        LiveModule user = load(Samples.importer("user", "lender_run"));

        assertEquals(lender.symbol("lender_run").orElseThrow().address(), pointer(user, runtime));
        assertEquals(List.of(lender), user.uses());
        assertEquals(List.of(user), lender.users());
    }

    @Test
    void aGplOnlyExportDoesNotExistForOtherLicences() {
        load(Samples.module("lender")
                .exports("lender_run", export -> export.gplOnly().crc(Samples.CRC)));
        KernelModuleBuilder user = Samples.importer("user", "lender_run").license("Proprietary");

        UnresolvedSymbolsException refused = assertThrows(UnresolvedSymbolsException.class, () -> load(user));
        assertEquals(Errno.ENOENT, refused.errno());
        assertEquals(List.of("lender_run"), refused.names());
        assertEquals(
                "user: 1 unknown symbol: lender_run; lender_run is exported by lender for GPL-compatible modules only, and"
                        + " the licence is \"Proprietary\"; relax Rule.GPL_ONLY to bind it",
                refused.getMessage());
        assertEquals(Optional.of("user: Unknown symbol lender_run (err -2)"), refused.kernelMessage());

        LiveModule let =
                runtime.load(Samples.file(user), LoadPolicy.kernelExact().relaxed(Rule.GPL_ONLY));
        assertEquals(
                List.of(
                        "uses lender_run, which is exported by lender for GPL-compatible modules only, and the licence is"
                                + " \"Proprietary\""),
                told(let, Kind.RELAXED_RULE));
    }

    private static List<String> told(LiveModule module, Kind kind) {
        return module.diagnostics().stream()
                .filter(each -> each.kind() == kind)
                .map(Diagnostic::text)
                .toList();
    }

    /** A made-up address would hide that the kernel has the symbol and does not give it. */
    @Test
    void whatTheKernelDoesNotGiveIsNotMadeUp() {
        KernelSymbol forGpl = KernelSymbol.of("for_gpl", Address.of(0x1000)).exported(ExportKind.GPL, "");
        KernelSymbol inner = KernelSymbol.of("inner", Address.of(0x1000)).exported(ExportKind.NOT_EXPORTED, "");
        KernelSymbols source = name ->
                Optional.ofNullable(Map.of("for_gpl", forGpl, "inner", inner).get(name));
        ModuleRuntime kernel = Samples.runtime()
                .kernelSymbols(source.or(KernelSymbols.synthetic()))
                .build();
        KernelModuleBuilder user = Samples.module("user")
                .license("Proprietary")
                .imports("for_gpl")
                .imports("inner")
                .imports("nowhere");

        UnresolvedSymbolsException refused =
                assertThrows(UnresolvedSymbolsException.class, () -> kernel.load(Samples.file(user)));
        assertEquals(List.of("for_gpl", "inner"), refused.names());
        assertEquals(
                "user: 2 unknown symbols: for_gpl, inner; for_gpl is exported for GPL-compatible modules only, and the"
                        + " licence is \"Proprietary\"; relax Rule.GPL_ONLY to bind it; inner is a symbol of the kernel that it"
                        + " does not export; relax Rule.EXPORTED to bind it",
                refused.getMessage());
    }

    @Test
    void aSourceThatDoesNotKnowWhatIsExportedIsTakenAtItsWordAndTold() {
        ModuleRuntime kernel = Samples.runtime()
                .kernelSymbols(KernelSymbols.of(Map.of("one", Address.of(0x1000), "two", Address.of(0x2000))))
                .build();
        LiveModule user =
                kernel.load(Samples.file(Samples.module("user").imports("one").imports("two")));
        assertEquals(
                List.of(
                        "whether the kernel exports 2 of its imports, of which the source of the kernel's symbols does not"
                                + " say it: one, two"),
                told(user, Kind.NOT_CHECKED));
    }

    // spotless:off
    /** The line and the error for a missing symbol and for one of another CRC, strong and weak. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "2.6.24, missing, strong, ENOENT 'user: Unknown symbol missing'",
        "2.6.34, stale,   strong, ENOENT 'user: disagrees about version of symbol stale|user: Unknown symbol stale'",
        "2.6.34, stale,   weak,   takes",
        "2.6.35, stale,   weak,   EINVAL 'user: disagrees about version of symbol stale|user: Unknown symbol stale (err -22)'",
        "2.6.35, missing, strong, ENOENT 'user: Unknown symbol missing (err 0)'",
        "4.14.0, missing, strong, ENOENT 'user: Unknown symbol missing (err 0)'",
        "4.19.0, missing, strong, ENOENT 'user: Unknown symbol missing (err -2)'",
        "6.1.0,  missing, strong, ENOENT 'user: Unknown symbol missing (err -2)'",
        "6.1.0,  missing, weak,   takes",
    })
    // spotless:on
    void theLogSaysOfAnUnknownSymbolWhatItsKernelSays(String version, String name, String binding, String answer) {
        KernelSymbol stale = KernelSymbol.of("stale", Address.of(0x1000)).withCrc(1);
        ModuleRuntime kernel = Samples.runtime()
                .profile(KernelProfile.of(KernelVersion.parse(version)))
                .kernelSymbols(asked -> asked.equals("stale") ? Optional.of(stale) : Optional.empty())
                .build();
        KernelModuleBuilder user = Samples.importer("user", name);
        if (binding.equals("weak")) {
            user.symbol(name).weak();
        }
        assertEquals(
                answer,
                kernel.refusal(Samples.file(user), Placement.allocated(), LoadPolicy.kernelExact())
                        .map(refused -> refused.errno() + " '"
                                + refused.kernelMessage().orElseThrow().replace('\n', '|') + "'")
                        .orElse("takes"));
    }

    @Test
    void aNamespaceMustBeImported() {
        load(Samples.module("lender")
                .exports("lender_run", export -> export.namespace("LENDING").crc(Samples.CRC)));

        PolicyException refused =
                assertThrows(PolicyException.class, () -> load(Samples.importer("user", "lender_run")));
        assertEquals(Rule.NAMESPACE, refused.rule());
        assertEquals(Errno.EINVAL, refused.errno());
        assertTrue(refused.getMessage().contains("LENDING"), refused.getMessage());

        load(Samples.importer("guest", "lender_run").importsNamespace("LENDING"));
    }

    @Test
    void aCrcMustBeTheExporters() {
        load(Samples.exporter("lender"));
        KernelModuleBuilder wrong = Samples.importer("user", "lender_run").crc("lender_run", 0x0bad_c0de);

        PolicyException refused = assertThrows(PolicyException.class, () -> load(wrong));
        assertEquals(Rule.MODVERSIONS, refused.rule());
        assertEquals(Errno.EINVAL, refused.errno());
        assertEquals(
                Optional.of("user: disagrees about version of symbol lender_run\n"
                        + "user: Unknown symbol lender_run (err -22)"),
                refused.kernelMessage());
        assertTrue(refused.getMessage().contains("0xbadc0de"), refused.getMessage());
        assertTrue(refused.getMessage().contains("0x1234abcd"), refused.getMessage());

        LiveModule let =
                runtime.load(Samples.file(wrong), LoadPolicy.kernelExact().relaxed(Rule.MODVERSIONS));
        assertTrue(let.diagnostics().stream().anyMatch(told -> told.text().contains("lender_run")));
    }

    @Test
    void theUserOfAProprietaryModuleBecomesProprietary() {
        load(Samples.exporter("closed").license("Proprietary"));
        load(Samples.module("open")
                .exports("open_run", export -> export.gplOnly().crc(Samples.CRC)));
        KernelModuleBuilder user = Samples.importer("user", "closed_run").imports("open_run", Samples.CRC);

        UnresolvedSymbolsException refused = assertThrows(UnresolvedSymbolsException.class, () -> load(user));
        assertEquals(List.of("open_run"), refused.names());
    }

    @Test
    void theUserOfGplOnlyExportsDoesNotSeeAProprietaryModulesExports() {
        load(Samples.module("open")
                .exports("open_run", export -> export.gplOnly().crc(Samples.CRC)));
        load(Samples.exporter("closed").license("Proprietary"));
        KernelModuleBuilder user = Samples.importer("user", "open_run").imports("closed_run", Samples.CRC);

        UnresolvedSymbolsException refused = assertThrows(UnresolvedSymbolsException.class, () -> load(user));
        assertEquals(List.of("closed_run"), refused.names());
    }

    @Test
    void allUnknownSymbolsAreNamedAtOnce() {
        KernelModuleBuilder user =
                Samples.module("user").imports("one").imports("two").imports("three");

        UnresolvedSymbolsException refused = assertThrows(UnresolvedSymbolsException.class, () -> load(user));
        assertEquals(List.of("one", "two", "three"), refused.names());
        assertEquals(
                Optional.of("user: Unknown symbol one (err -2)\nuser: Unknown symbol two (err -2)\n"
                        + "user: Unknown symbol three (err -2)"),
                refused.kernelMessage());
    }

    @Test
    void aWeakSymbolThatNobodyExportsIsZero() {
        KernelModuleBuilder user = Samples.module("user")
                .importsWeakly("perhaps")
                .relocation(".data", 0, ElfTarget.AARCH64_LE.pointerType(), "perhaps");

        assertEquals(Address.of(0), pointer(load(user), runtime));
    }

    @Test
    void aNameIsExportedOnce() {
        load(Samples.exporter("lender"));
        KernelModuleBuilder second = Samples.module("second")
                .function("lender_run", ".text", 4)
                .exports("lender_run", export -> export.crc(Samples.CRC));

        PolicyException refused = assertThrows(PolicyException.class, () -> load(second));
        assertEquals(Rule.DUPLICATE_EXPORT, refused.rule());
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertTrue(runtime.module("second").isEmpty());

        LiveModule newest =
                runtime.load(Samples.file(second), LoadPolicy.kernelExact().relaxed(Rule.DUPLICATE_EXPORT));
        LiveModule user = load(Samples.importer("user", "lender_run"));
        assertEquals(List.of(newest), user.uses());
    }

    @Test
    void aNameThatTwoModulesExportStaysWithTheOtherWhenOneIsUnloadedAndItsFileOverwritten() {
        byte[] file = Samples.exporter("lender").build();
        LiveModule lender = runtime.load(file);
        KernelModuleBuilder second = Samples.module("second")
                .function("lender_run", ".text", 4)
                .exports("lender_run", export -> export.crc(Samples.CRC));
        LiveModule other =
                runtime.load(Samples.file(second), LoadPolicy.kernelExact().relaxed(Rule.DUPLICATE_EXPORT));

        lender.unload();
        Arrays.fill(file, (byte) 0x55);
        assertEquals(
                List.of(other), load(Samples.importer("user", "lender_run")).uses());
    }

    @Test
    void anExportIsOneObjectHoweverOftenItIsAskedFor() {
        LiveModule lender = load(Samples.exporter("lender"));
        KernelSymbol export = lender.exports().get(0);

        assertEquals("lender_run", export.name());
        assertSame(export, lender.exports().get(0));
        assertSame(
                export, load(Samples.importer("user", "lender_run")).imports().get(0));
        assertThrows(UnsupportedOperationException.class, () -> lender.exports().remove(0));
    }

    @Test
    void aNameThatTheKernelExportsIsNotExportedAgain() {
        KernelSymbol symbol = KernelSymbol.of("lender_run", Address.of(0x1000));
        for (KernelSymbol export : List.of(symbol.withCrc(1), symbol.exported(ExportKind.EXPORTED, ""))) {
            ModuleRuntime kernel = Samples.runtime()
                    .kernelSymbols(name -> name.equals("lender_run") ? Optional.of(export) : Optional.empty())
                    .build();

            PolicyException refused =
                    assertThrows(PolicyException.class, () -> kernel.load(Samples.file(Samples.exporter("lender"))));
            assertEquals(Rule.DUPLICATE_EXPORT, refused.rule());
            assertEquals(
                    Optional.of("lender: exports duplicate symbol lender_run (owned by kernel)"),
                    refused.kernelMessage());
        }
    }

    @Test
    void aNameThatTheKernelHasAndDoesNotExportMayBeExported() {
        KernelSymbol hidden = KernelSymbol.of("lender_run", Address.of(0x1000)).exported(ExportKind.NOT_EXPORTED, "");
        ModuleRuntime kernel = Samples.runtime()
                .kernelSymbols(name -> name.equals("lender_run") ? Optional.of(hidden) : Optional.empty())
                .build();

        assertEquals(
                "lender", kernel.load(Samples.file(Samples.exporter("lender"))).name());
    }

    @Test
    void realSymbolsComeBeforeModulesPlaceholdersLast() {
        Address known = Address.of(0xffff_8000_0001_0000L);
        ModuleRuntime mixed = Samples.runtime()
                .kernelSymbols(KernelSymbols.of(Map.of("known", known)).or(KernelSymbols.synthetic()))
                .build();
        LiveModule lender = mixed.load(Samples.file(Samples.exporter("lender")));
        LiveModule first = mixed.load(Samples.file(Samples.importer("first", "known")));
        LiveModule second = mixed.load(Samples.file(Samples.importer("second", "lender_run")));
        LiveModule third = mixed.load(Samples.file(Samples.importer("third", "nowhere")));

        assertEquals(known, pointer(first, mixed));
        assertEquals(List.of(lender), second.uses());
        assertTrue(third.uses().isEmpty());
        assertTrue(third.diagnostics().stream()
                .anyMatch(
                        told -> told.kind() == Kind.PLACEHOLDERS && told.text().endsWith(": nowhere")));
        assertTrue(first.diagnostics().stream().noneMatch(told -> told.kind() == Kind.PLACEHOLDERS));
        assertTrue(pointer(third, mixed).value() != 0);
    }

    @Test
    void aKernelExportObeysTheSameRules() {
        KernelSymbol export =
                KernelSymbol.of("kernel_run", Address.of(0x1000)).withCrc(1).exported(ExportKind.GPL, "");
        ModuleRuntime kernel = Samples.runtime()
                .kernelSymbols(name -> name.equals("kernel_run") ? Optional.of(export) : Optional.empty())
                .build();

        assertThrows(
                UnresolvedSymbolsException.class,
                () -> kernel.load(Samples.file(Samples.importer("closed", "kernel_run")
                        .license("Proprietary")
                        .crc("kernel_run", 1))));
        assertThrows(PolicyException.class, () -> kernel.load(Samples.file(Samples.importer("stale", "kernel_run"))));
        kernel.load(Samples.file(Samples.importer("fresh", "kernel_run").crc("kernel_run", 1)));
    }
}
