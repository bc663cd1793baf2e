package io.modrt.engine;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Symbol;
import io.modrt.engine.PlacingTest.PlainArch;
import io.modrt.engine.layout.SmallModule;
import io.modrt.error.ModrtException;
import io.modrt.error.Rule;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which symbols of the kernel a module is given, and what is told of those that it gets or does not get. */
class ImportsTest {
    private static final int WEAK = Symbol.STB_WEAK << 4;

    /** A module with the licence (none if empty) and one import. */
    private static ModuleFile module(String license, int binding) {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 8); // 1
        String text = license.isEmpty() ? "name=m\0" : "name=m\0license=" + license + "\0";
        module.section(".modinfo", A, 1, ElfBytes.strings(text)); // 2
        return module.symbol("f", 0, FUNC, 1)
                .symbol("wanted", 0, binding, 0)
                .withSymbols()
                .open();
    }

    private static List<Diagnostic> told(
            KernelProfile profile, UnaryOperator<KernelSymbol> symbol, ModuleFile file, Rule... relaxed) {
        KernelSymbol wanted = symbol.apply(KernelSymbol.of("wanted", Address.of(0x8010_0000L)));
        Kernel kernel = new Kernel(
                List.of(new PlainArch()),
                profile,
                name -> name.equals("wanted") ? Optional.of(wanted) : Optional.empty(),
                TargetMemory.heap(),
                null,
                null,
                null,
                null);
        LoadPolicy policy =
                LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS).relaxed(relaxed);
        return kernel.plan(file, policy).place().resolve().relocate().diagnostics();
    }

    private static List<String> told(Kind kind, List<Diagnostic> all) {
        return all.stream()
                .filter(each -> each.kind() == kind)
                .map(Diagnostic::text)
                .filter(text -> !text.startsWith("no section"))
                .toList();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "GPL,          '',   GPL_ONLY, 'exported for GPL-compatible modules only, and there is no licence'",
        "GPL,          Mine, GPL_ONLY, 'exported for GPL-compatible modules only, and the licence is \"Mine\"'",
        "UNUSED_GPL,   Mine, GPL_ONLY, 'exported for GPL-compatible modules only, and the licence is \"Mine\"'",
        "NOT_EXPORTED, GPL,  EXPORTED, 'a symbol of the kernel that it does not export'",
    })
    void whatTheKernelDoesNotGiveIsUnknownAndSaysWhy(ExportKind kind, String license, Rule rule, String why) {
        UnaryOperator<KernelSymbol> symbol = wanted -> wanted.exported(kind, "");
        UnresolvedSymbolsException refused =
                assertThrows(UnresolvedSymbolsException.class, () -> told(PACKED, symbol, module(license, FUNC)));
        assertEquals(
                "m: 1 unknown symbol: wanted; wanted is " + why + "; relax Rule." + rule + " to bind it",
                refused.getMessage());
        assertEquals(Optional.of("m: Unknown symbol wanted (err -2)"), refused.kernelMessage());
        assertEquals(
                List.of("uses wanted, which is " + why),
                told(Kind.RELAXED_RULE, told(PACKED, symbol, module(license, FUNC), rule)));
    }

    @Test
    void aWeakSymbolThatTheKernelDoesNotGiveStaysUndefined() {
        UnaryOperator<KernelSymbol> inner = wanted -> wanted.exported(ExportKind.NOT_EXPORTED, "");
        assertEquals(List.of(), told(Kind.RELAXED_RULE, told(PACKED, inner, module("GPL", WEAK))));
    }

    @Test
    void whatMayBeExportedIsGivenAndTold() {
        String text =
                "whether the kernel exports 1 of its imports, of which the source of the kernel's symbols does not say"
                        + " it: wanted";
        assertEquals(
                List.of(text), told(Kind.NOT_CHECKED, told(PACKED, UnaryOperator.identity(), module("GPL", FUNC))));
        for (ExportKind kind : List.of(ExportKind.EXPORTED, ExportKind.PLAIN, ExportKind.GPL)) {
            UnaryOperator<KernelSymbol> symbol = wanted -> wanted.exported(kind, "");
            assertEquals(List.of(), told(Kind.NOT_CHECKED, told(PACKED, symbol, module("GPL", FUNC))));
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "UNUSED,     GPL,  'uses symbol wanted, which is exported as unused'",
        "GPL_FUTURE, Mine, 'uses symbol wanted, which is going to be exported for GPL only'",
        "GPL_FUTURE, GPL,  ''",
        "PLAIN,      Mine, ''",
    })
    void theKernelWarnsOfExportsThatAreToGo(ExportKind kind, String license, String warning) {
        UnaryOperator<KernelSymbol> symbol = wanted -> wanted.exported(kind, "");
        assertEquals(
                warning.isEmpty() ? List.of() : List.of(warning),
                told(Kind.KERNEL_WARNING, told(PACKED, symbol, module(license, FUNC))).stream()
                        .filter(text -> text.startsWith("uses"))
                        .toList());
    }

    @Test
    void aNamespaceIsImportedOrWarnedOf() {
        UnaryOperator<KernelSymbol> spaced = wanted -> wanted.exported(ExportKind.PLAIN, "SPACE");
        String text = "uses symbol wanted from namespace SPACE without import_ns; it imports none";
        assertEquals(
                List.of(text),
                told(Kind.KERNEL_WARNING, told(PACKED, spaced, module("GPL", FUNC))).stream()
                        .filter(warning -> warning.startsWith("uses"))
                        .toList(),
                "everything is on in this kernel, MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS too");

        KernelProfile strict = PACKED.with(ConfigOption.MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS, false);
        ModrtException refused = assertThrows(ModrtException.class, () -> told(strict, spaced, module("GPL", FUNC)));
        assertEquals(
                Optional.of("m: module uses symbol (wanted) from namespace SPACE, but does not import it.\n"
                        + "m: Unknown symbol wanted (err -22)"),
                refused.kernelMessage());
        assertEquals(List.of(text), told(Kind.RELAXED_RULE, told(strict, spaced, module("GPL", FUNC), Rule.NAMESPACE)));
    }

    // spotless:off
    /** Of a module without CRCs that imports a symbol with one: a taint, or the error and the lines; weak ones could go without. */
    @ParameterizedTest(name = "{0}, force {1}, weak {2}")
    @CsvSource({
        "2.6.24, false, false, 'F: no version for \"wanted\" found: kernel tainted.'",
        "2.6.27, true,  false, 'F: wanted: kernel tainted.'",
        "2.6.34, false, true,  ''",
        "2.6.34, false, false, 'ENOENT m: Unknown symbol wanted'",
        "2.6.35, false, true,  'EINVAL m: Unknown symbol wanted (err -22)'",
        "6.1.0,  false, false, 'EINVAL m: Unknown symbol wanted (err -22)'",
        "6.1.0,  true,  false, 'F: wanted: kernel tainted.'",
    })
    // spotless:on
    void anImportWithoutCrcIsForced(String version, boolean force, boolean weak, String answer) {
        KernelProfile profile =
                PACKED.withVersion(KernelVersion.parse(version)).with(ConfigOption.MODULE_FORCE_LOAD, force);
        UnaryOperator<KernelSymbol> symbol =
                wanted -> wanted.exported(ExportKind.PLAIN, "").withCrc(7);
        ModuleFile file = module("GPL", weak ? WEAK : FUNC);
        String said;
        try {
            said = String.join(
                    "",
                    told(Kind.TAINT, told(profile, symbol, file, Rule.VERMAGIC)).stream()
                            .filter(text -> text.startsWith("F"))
                            .toList());
        } catch (ModrtException refused) {
            said = refused.errno() + " " + refused.kernelMessage().orElse("");
        }
        assertEquals(answer, said);
    }
}
