package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.PolicyException;
import io.modrt.error.Rule;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.Export;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.LoaderChange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Exports and versions as kernels of other ages have them, with small modules on all architectures. */
class AgesTest {
    private static final int CRC = 0x12345678;

    static List<ElfTarget> targets() {
        return List.of(
                ElfTarget.MIPS_O32_LE,
                ElfTarget.MIPS_O32_BE,
                ElfTarget.MIPS_N64_LE,
                ElfTarget.MIPS_N64_BE,
                ElfTarget.PARISC_32,
                ElfTarget.PARISC_64);
    }

    private static KernelModuleBuilder module(ElfTarget target, String name, String release) {
        return KernelModuleBuilder.of(target, name).vermagic(release + " SMP mod_unload modversions ");
    }

    /** A kernel that exports these names, all with one CRC and one address. */
    private static KernelSymbols kernel(String... names) {
        Map<String, KernelSymbol> symbols = Stream.of(names)
                .map(name -> KernelSymbol.of(name, Address.of(0x80101000L))
                        .exported(ExportKind.PLAIN, "")
                        .withCrc(CRC))
                .collect(Collectors.toMap(KernelSymbol::name, symbol -> symbol));
        return name -> Optional.ofNullable(symbols.get(name));
    }

    /** A module of that age with five exports, one in each table. */
    private static ModuleFile library(ElfTarget target, String release) {
        KernelModuleBuilder library = module(target, "oldlib", release)
                .data(1, 2, 3, 4, 5)
                .exportsWithoutNamespaces()
                .crcsAsSymbols();
        String[] names = {"one", "two", "three", "four", "five"};
        for (int i = 0; i < names.length; i++) {
            ExportKind table = ExportKind.tables().get(i);
            library.object(names[i], ".data", i * 4L)
                    .exports(names[i], export -> export.in(table).crc(CRC));
        }
        return ModuleFile.open(library.build());
    }

    private static ModuleFile user(ElfTarget target, String release, String license, String... imports) {
        KernelModuleBuilder user = module(target, "olduser", release).license(license);
        Stream.of(imports).forEach(name -> user.imports(name, CRC));
        return ModuleFile.open(user.build());
    }

    @ParameterizedTest
    @MethodSource("targets")
    void amongOldModulesExportsOfTwoFieldsAndCrcsAsSymbolsBind(ElfTarget target) {
        try (ModuleRuntime runtime = ModuleRuntime.builder().build()) {
            LiveModule library = runtime.load(library(target, "2.6.32"));
            LiveModule user = runtime.load(user(target, "2.6.32", "GPL", "one", "two", "three", "four", "five"));

            assertEquals(
                    List.of(
                            "one PLAIN 0x12345678",
                            "two GPL 0x12345678",
                            "three GPL_FUTURE 0x12345678",
                            "four UNUSED 0x12345678",
                            "five UNUSED_GPL 0x12345678"),
                    library.exports().stream()
                            .map(export -> export.name() + " " + export.kind() + " 0x"
                                    + Integer.toHexString(export.crc().orElseThrow()))
                            .toList());
            assertEquals(library.exports(), user.imports());
        }
    }

    @Test
    void otherLicencesGetTheirTablesAndTheWarningsOfThese() {
        try (ModuleRuntime runtime = ModuleRuntime.builder().build()) {
            runtime.load(library(ElfTarget.MIPS_O32_LE, "2.6.32"));
            LiveModule user =
                    runtime.load(user(ElfTarget.MIPS_O32_LE, "2.6.32", "Proprietary", "one", "three", "four"));

            assertEquals(
                    List.of(
                            "uses symbol three, which is going to be exported for GPL only",
                            "uses symbol four, which is exported as unused"),
                    user.diagnostics().stream()
                            .filter(each -> each.kind() == Diagnostic.Kind.KERNEL_WARNING)
                            .map(Diagnostic::text)
                            .toList());
            for (String name : List.of("two", "five")) {
                ModuleFile other = ModuleFile.open(module(ElfTarget.MIPS_O32_LE, "other", "2.6.32")
                        .license("Proprietary")
                        .imports(name, CRC)
                        .build());
                ModrtException refused = assertThrows(ModrtException.class, () -> runtime.load(other));
                assertEquals(Errno.ENOENT, refused.errno(), refused.getMessage());
            }
        }
    }

    @Test
    void since5_12TheTablesOfUnusedExportsAreNotRead() {
        KernelProfile profile = KernelProfile.ofVermagic("5.12.0 SMP mod_unload modversions ")
                .with(LoaderChange.EXPORT_NAMESPACES, false);
        try (ModuleRuntime runtime = ModuleRuntime.builder().profile(profile).build()) {
            LiveModule library = runtime.load(library(ElfTarget.MIPS_O32_LE, "5.12.0"));

            assertEquals(
                    List.of("one", "two"),
                    library.exports().stream().map(KernelSymbol::name).toList());
            assertTrue(
                    library.diagnostics().stream().anyMatch(each -> each.text().startsWith("3 of its exports")));
        }
    }

    @Test
    void whatTheFileShowsDecidesUnlessItWasStated() {
        ModuleFile vendors = library(ElfTarget.MIPS_O32_LE, "5.10.0-vendor");

        KernelProfile profile = vendors.builtFor().orElseThrow();

        assertTrue(!profile.has(LoaderChange.EXPORT_NAMESPACES));
        assertTrue(profile.has(LoaderChange.EXPORTS_BISECTED));
        assertTrue(
                profile.assumptions()
                        .contains(
                                "EXPORT_NAMESPACES=n: export records of two fields in oldlib; by its version 5.10.0 this"
                                        + " kernel would have it: since 5.4.0"),
                profile.assumptions().toString());
        assertTrue(vendors.showing(profile.with(LoaderChange.EXPORT_NAMESPACES, true))
                .has(LoaderChange.EXPORT_NAMESPACES));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
    # kernel | modules without CRC of the import | errno
    2.6.24   | accepted |
    2.6.27   | refused  | ENOENT
    2.6.35   | refused  | EINVAL
    4.4.0    | refused  | EINVAL
    4.9.0    | accepted |
    5.10.0   | accepted |
    5.10.262 | refused  | EINVAL
    6.1.192  | refused  | EINVAL
    6.12.117 | refused  | EINVAL
    """)
    void anImportWithoutRecordIsRefusedBySomeKernels(String release, String outcome, String errno) {
        KernelSymbols kernel = kernel("printk");
        ModuleFile file = ModuleFile.open(module(ElfTarget.MIPS_O32_LE, "user", release)
                .imports("printk")
                .crc("other", 1)
                .build());
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(kernel).build()) {
            if (outcome.equals("accepted")) {
                LiveModule live = runtime.load(file);
                assertEquals(
                        List.of("has no CRC for printk; the kernel goes on"),
                        live.diagnostics().stream()
                                .filter(told -> told.kind() != Diagnostic.Kind.TAINT)
                                .map(Diagnostic::text)
                                .toList());
            } else {
                PolicyException refused = assertThrows(PolicyException.class, () -> runtime.load(file));
                assertEquals(errno, refused.errno().name());
                assertEquals(
                        Optional.of("user: no symbol version for printk\nuser: Unknown symbol printk"
                                + (errno.equals("EINVAL") ? " (err -22)" : "")),
                        refused.kernelMessage());
            }
        }
    }

    @ParameterizedTest(name = "{0} looks at {1}")
    @CsvSource(textBlock = """
    2.6.22, struct_module
    2.6.29, struct_module
    2.6.30, module_layout
    6.1.0,  module_layout
    """)
    void theCrcOfTheLoadersStructuresHasTwoNames(String release, String symbol) {
        KernelSymbols kernel = kernel("struct_module", "module_layout");
        ModuleFile file = ModuleFile.open(module(ElfTarget.MIPS_O32_LE, "user", release)
                .crc("struct_module", 1)
                .crc("module_layout", 1)
                .build());
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(kernel).build()) {
            PolicyException refused = assertThrows(PolicyException.class, () -> runtime.load(file));

            assertEquals(Errno.ENOEXEC, refused.errno());
            assertEquals(Optional.of("user: disagrees about version of symbol " + symbol), refused.kernelMessage());
        }
    }

    @ParameterizedTest(name = "{0}, module with __versions {1}, of another release: {2}")
    @CsvSource(textBlock = """
    2.6.24, true,  accepted
    2.6.24, false, accepted
    2.6.27, true,  accepted
    2.6.27, false, refused
    """)
    void theReleaseInAVermagicCountsForModulesWithoutVersions(String release, boolean versioned, String outcome) {
        KernelProfile profile = KernelProfile.ofVermagic(release + " SMP mod_unload modversions ");
        KernelModuleBuilder module = module(ElfTarget.MIPS_O32_LE, "user", release + "-other");
        ModuleFile file = ModuleFile.open((versioned ? module.crc("other", 1) : module).build());
        try (ModuleRuntime runtime = ModuleRuntime.builder().profile(profile).build()) {
            if (outcome.equals("accepted")) {
                assertEquals("user", runtime.load(file).name());
            } else {
                assertEquals(
                        Errno.ENOEXEC,
                        assertThrows(PolicyException.class, () -> runtime.load(file))
                                .errno());
            }
        }
    }

    /** The extended records have a name that is too long for {@code __versions}. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
    6.13.2, refused
    6.14.0, accepted
    """)
    void extendedRecordsAreReadSince6_14(String release, String outcome) {
        String name = "x".repeat(70);
        KernelModuleBuilder module =
                module(ElfTarget.MIPS_N64_LE, "user", release).imports(name).crc("other", 1);
        module.readOnly("__version_ext_crcs").words(1, CRC);
        module.readOnly("__version_ext_names").alignment(1).string("other").string(name);
        ModuleFile file = ModuleFile.open(module.build());
        KernelSymbols kernel = kernel(name);
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(kernel).build()) {
            if (outcome.equals("accepted")) {
                assertEquals("user", runtime.load(file).name());
            } else {
                assertThrows(PolicyException.class, () -> runtime.load(file));
            }
        }
    }

    /** Bisection of three looks at the second name first, and for the first, which comes last in the alphabet, behind it. */
    @ParameterizedTest(name = "{0} finds {1}")
    @CsvSource(delimiter = '|', textBlock = """
    2.6.39 | [zzz, bbb, ccc]
    3.0.0  | [bbb, ccc]
    """)
    void bisectionMissesWhatIsNotInOrder(String release, String found) {
        KernelModuleBuilder module =
                module(ElfTarget.MIPS_O32_LE, "lib", release).data(1, 2, 3);
        List.of("aaa", "bbb", "ccc")
                .forEach(name -> module.object(name, ".data", 0).exports(name));
        byte[] unsorted = ElfEdit.of(module.build())
                .contents("__ksymtab_strings", 0, (byte) 'z', (byte) 'z', (byte) 'z')
                .build();
        ModuleFile file = ModuleFile.open(unsorted);

        assertEquals(
                found,
                file.exports(KernelProfile.ofVermagic(release + " SMP ")).stream()
                        .map(Export::name)
                        .toList()
                        .toString());
    }

    private static ModrtException refused(String release, byte[] file) {
        KernelProfile profile = KernelProfile.ofVermagic(release + " SMP mod_unload modversions ");
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().profile(profile).kernelSymbols(kernel()).build()) {
            return assertThrows(
                    ModrtException.class,
                    () -> runtime.load(runtime.open("m.ko", file, LoadPolicy.kernelExact())),
                    release);
        }
    }

    @ParameterizedTest(name = "{0} logs {1}")
    @CsvSource(textBlock = """
    2.6.28, 'm: No versions for exported symbols.'
    2.6.31,
    6.1.192,
    """)
    void exportsWithoutCrcsWereToldOfUntil2_6_30(String release, @Nullable String line) {
        KernelModuleBuilder module = module(ElfTarget.PARISC_32, "m", release)
                .data(1)
                .object("one", ".data", 0)
                .exports("one")
                .crc("other", 1);
        if (!release.startsWith("6")) {
            module.exportsWithoutNamespaces();
        }
        ModrtException refused = refused(release, module.build());

        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.ofNullable(line), refused.kernelMessage());
    }

    @ParameterizedTest(name = "{0} logs {1}")
    @CsvSource(textBlock = """
    2.6.28,  'Module len 52 truncated'
    3.6.0,   'Module len 52 truncated'
    3.8.0,
    4.9.0,
    5.10.44, 'Module has invalid ELF structures'
    6.1.192, 'Invalid ELF section header overflow'
    """)
    void headersOutsideTheFileHadTheLineOfTruncatedContents(String release, @Nullable String line) {
        byte[] whole = module(ElfTarget.MIPS_O32_BE, "m", release).build();
        ModrtException refused = refused(release, Arrays.copyOf(whole, 52));

        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.ofNullable(line), refused.kernelMessage());
    }

    @Test
    void commonSymbolsOfLinkTimeOptimisationPassSince3_15() {
        KernelModuleBuilder old = module(ElfTarget.MIPS_O32_LE, "m", "3.14.1");
        old.symbol("__gnu_lto_v1").common(1);
        assertEquals(
                Optional.of("m: please compile with -fno-common"),
                refused("3.14.1", old.build()).kernelMessage());

        KernelModuleBuilder since = module(ElfTarget.MIPS_O32_LE, "m", "3.15.5");
        since.symbol("__gnu_lto_v1").common(1);
        try (ModuleRuntime runtime = ModuleRuntime.builder().build()) {
            assertEquals("m", runtime.load(ModuleFile.open(since.build())).name());
        }
    }

    /** Kernels until 2.6.35 use the last one, here the names of sections, which crashed a live 2.6.28. */
    @Test
    void aSecondSymbolTableIsBeyondKernelsUntil2_6_35() {
        ElfEdit file =
                ElfEdit.of(module(ElfTarget.PARISC_32, "m", "2.6.28").data(1).build());
        byte[] twice = file.section(".shstrtab", ElfField.SH_TYPE, 2)
                .section(".shstrtab", ElfField.SH_LINK, 1)
                .build();

        ModrtException refused = refused("2.6.35", twice);
        assertTrue(refused.beyondKernel());
        assertEquals(
                "m.ko: 2 symbol tables, of which kernels until 2.6.35 use the last, whatever is in it",
                refused.getMessage());
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic("2.6.36 SMP "))
                .build()) {
            assertEquals(
                    "m",
                    runtime.load(runtime.open(
                                    "m.ko", twice, LoadPolicy.kernelExact().relaxed(Rule.VERMAGIC)))
                            .name());
        }
    }

    /** The lines that live kernels of 4.9 and 5.9 logged; {@code beyond} where they read whatever is behind the file. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
    4.9.0 | E_SHNUM    | No module found in object
    5.9.1 | E_SHNUM    | (missing .modinfo section or name field): module has no symbols (stripped?)
    4.9.0 | E_SHSTRNDX | No module found in object
    5.9.1 | E_SHSTRNDX | (missing .modinfo section or name field): No module found in object
    4.9.0 | SH_OFFSET  | Module len LENGTH truncated
    5.9.1 | SH_OFFSET  | beyond
    """)
    void aFileWithoutNamesIsRefusedByWhatIsLookedForFirst(String release, ElfField field, String line) {
        ElfEdit file = ElfEdit.of(module(ElfTarget.MIPS_O32_BE, "m", release).build());
        int length = file.build().length;
        ElfEdit broken = field == ElfField.SH_OFFSET ? file.section(".shstrtab", field, length) : file.header(field, 0);

        ModrtException refused = refused(release, broken.build());
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(line.equals("beyond"), refused.beyondKernel());
        assertEquals(
                line.equals("beyond") ? Optional.empty() : Optional.of(line.replace("LENGTH", "" + length)),
                refused.kernelMessage());
    }

    /** As 4.9 did live on PA-RISC for one processor; for several it crashed on MIPS, and 5.9 took the module. */
    @Test
    void aSizeOfSection0IsThatOfPerCpuDataUntil5_9() {
        byte[] file = ElfEdit.of(module(ElfTarget.PARISC_32, "m", "4.9.0").build())
                .section(0, ElfField.SH_SIZE, 1)
                .build();
        assertTrue(refused("4.9.0", file).beyondKernel());

        KernelProfile one = KernelProfile.ofVermagic("4.9.0 mod_unload modversions ");
        try (ModuleRuntime runtime = ModuleRuntime.builder().profile(one).build()) {
            ModrtException refused = assertThrows(
                    ModrtException.class,
                    () -> runtime.load(
                            runtime.open("m.ko", file, LoadPolicy.kernelExact().relaxed(Rule.VERMAGIC))));
            assertEquals(Errno.ENOMEM, refused.errno());
            assertFalse(refused.beyondKernel());
        }
    }
}
