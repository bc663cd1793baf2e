package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PariscArchTest {
    private static final Arch NARROW = new PariscArch.Narrow();
    private static final Arch WIDE = new PariscArch.Wide();
    private static final ArchKernel NARROW_KERNEL = kernel(ElfClass.ELF32, Loads.LINUX_6_1);
    private static final ArchKernel WIDE_KERNEL = kernel(ElfClass.ELF64, Loads.LINUX_6_1);
    private static final int NOP = 0x0800_0240;

    private static ArchKernel kernel(ElfClass elfClass, KernelProfile profile) {
        Arch arch = elfClass == ElfClass.ELF32 ? NARROW : WIDE;
        return arch.kernel(
                profile, new ElfHeader(elfClass, true, 1, 15, 0x210, elfClass.sectionHeaderBytes(), 64, 3, 2));
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource({
        "ELF32, true,  15, true,  false, '32 bit, whatever its flags'",
        "ELF64, true,  15, false, true,  '64 bit'",
        "ELF32, false, 15, false, false, 'no PA-RISC kernel is little-endian'",
        "ELF32, true,  8,  false, false, MIPS"
    })
    void aKernelTakesFilesOfItsOwnClass(
            ElfClass elfClass, boolean big, int machine, boolean narrow, boolean wide, String what) {
        ElfHeader header = new ElfHeader(elfClass, big, 1, machine, 0x210, elfClass.sectionHeaderBytes(), 64, 3, 2);
        assertEquals(narrow, NARROW.accepts(header), what);
        assertEquals(wide, WIDE.accepts(header), what);
    }

    @Test
    void serviceLoaderFindsBoth() {
        List<String> names = ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .map(Arch::name)
                .filter(name -> name.startsWith("parisc"))
                .toList();
        assertEquals(List.of("parisc32", "parisc64"), names);
    }

    @Test
    void modulesLieBelowTheKernel() {
        assertEquals(
                List.of(AddressRange.between(Address.of(0x0081_0000), Address.of(0x0f7f_e000))),
                NARROW_KERNEL.moduleAreas());
        assertEquals(
                List.of(AddressRange.between(Address.of(0x8000), Address.of(0x3f7f_e000))), WIDE_KERNEL.moduleAreas());
    }

    @Test
    void symbolsThatNobodyKnowsLieWhere32BitsHoldThem() {
        AddressRange area = AddressRange.between(Address.of(0x6000_0000), Address.of(0x7000_0000));
        assertEquals(area, NARROW_KERNEL.kernelArea());
        assertEquals(area, WIDE_KERNEL.kernelArea());
    }

    /** GNU as assembled {@code b,n} to labels 0x40 bytes ahead and 0x40 bytes back. */
    @Test
    void aStaticBranchIsANopOrAJumpToItsTarget() {
        StaticBranches branches = WIDE_KERNEL.staticBranches().orElseThrow();
        StaticBranches.BranchSite site = new StaticBranches.BranchSite(0x0081_0100, 4);
        assertEquals("08000240", HexFormat.of().formatHex(branches.notTaken(4)));
        assertEquals("e8000072", HexFormat.of().formatHex(branches.taken(site, 0x0081_0140)));
        assertEquals("e81f1f77", HexFormat.of().formatHex(branches.taken(site, 0x0081_00c0)));
    }

    @Test
    void exceptionAndJumpTablesCountFromTheirOwnFields() {
        TableShapes.ExceptionTable exceptions =
                new TableShapes.ExceptionTable(12, 4, TableShapes.Reference.FROM_FIELD, 2);
        assertEquals(
                new TableShapes(
                        new TableShapes.ExportTable(4, TableShapes.Reference.ABSOLUTE),
                        exceptions,
                        new TableShapes.JumpTable(4, 4, TableShapes.Reference.FROM_FIELD)),
                NARROW_KERNEL.tables());
        assertEquals(
                new TableShapes(
                        new TableShapes.ExportTable(8, TableShapes.Reference.ABSOLUTE),
                        exceptions,
                        new TableShapes.JumpTable(4, 8, TableShapes.Reference.FROM_FIELD)),
                WIDE_KERNEL.tables());
        assertEquals(
                8,
                kernel(ElfClass.ELF32, Loads.LINUX_2_6_29)
                        .tables()
                        .exceptionTable()
                        .entryBytes());
    }

    /** A site has five nops on 32 bit and eight on 64; its address is that of the last. */
    @Test
    void aSiteOfTheTracerIsTheLastOfItsNops() {
        TracingSites narrow = NARROW_KERNEL.tracing();
        TracingSites wide = WIDE_KERNEL.tracing();
        CodeReader code = mock(CodeReader.class);
        assertEquals("__patchable_function_entries", narrow.tableSection());
        assertEquals(0x0081_0010, narrow.site(0x0081_0000, code));
        assertEquals(0x0081_001c, wide.site(0x0081_0000, code));
    }

    @ParameterizedTest
    @CsvSource({"6.1.192, false", "6.12.0, false", "6.12.95, true", "6.12.117, true", "6.13.7, false"})
    void anEntryOf0IsAdjustedBeforeItIsLookedAtByMostKernels(String version, boolean skips) {
        KernelProfile profile = KernelProfile.of(KernelVersion.parse(version));
        assertEquals(skips, kernel(ElfClass.ELF32, profile).tracing().skipsZero());
    }

    @Test
    void theTracersWordsAreTheCompilersUntilItIsSwitchedOn() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32);
        laid.builder()
                .text(NOP, NOP, NOP, NOP, NOP, 0x4bc2_3fd9)
                .function("f", ".text", 16)
                .writable("__patchable_function_entries")
                .zeros(8);
        laid.builder()
                .relocation("__patchable_function_entries", 0, 1, "f", 4)
                .relocation("__patchable_function_entries", 4, 1, "f", -16);
        DryLoad.Result result = laid.relocate();
        for (int i = 0; i < 5; i++) {
            assertEquals(NOP, result.word(".text", 4 * i));
        }
        // the table is sorted
        assertEquals(result.address(".text"), result.word("__patchable_function_entries", 0));
        assertEquals(result.address(".text") + 20, result.word("__patchable_function_entries", 4));
    }

    @Test
    void only32BitKernelsHaveADataPointerOfTheirOwn() {
        assertEquals(Set.of("$global$"), NARROW_KERNEL.anchors());
        assertEquals(Set.of(), WIDE_KERNEL.anchors());
    }

    @Test
    void addressesOf16DigitsAreCutTo32BitsAndThoseOf64BitKernelsAreKept() {
        assertEquals(Address.of(0x9012_3450L), NARROW_KERNEL.canonical(Address.of(0xffff_ffff_9012_3450L)));
        assertEquals(Address.of(0x9012_3450L), WIDE_KERNEL.canonical(Address.of(0x9012_3450L)));
        DryLoad laid = Loads.module(ElfTarget.PARISC_32)
                .exports("jiffies", 0xffff_ffff_9040_0000L)
                .exports("$global$", 0x9040_0000L);
        laid.builder().text(0x2b60_0000).relocation(".text", 0, 18, "jiffies");
        assertEquals(0x2b60_0000, laid.relocate().word(".text", 0), "addil LR'0,%dp,%r1");
    }

    @Test
    void withoutTheDataPointerWhatCountsFromItIsRefused() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).exports("jiffies", 0x1040_0000);
        laid.builder().text(0x2b60_0000).relocation(".text", 0, 18, "jiffies");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertTrue(refused.beyondKernel());
        assertEquals(
                "m: .text+0x0: R_PARISC_DPREL21L against jiffies+0x0: counts from the kernel's $global$, which no source"
                        + " knows; vmlinux has it, System.map does not",
                refused.getMessage());
    }

    /** Words that count from a made-up symbol are wrong, as all values of made-up symbols are. */
    @Test
    void thatTheDataPointerIsMadeUpIsTold() {
        try (ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build()) {
            List<Diagnostic> told = runtime.load(ModuleFile.open(BundledModules.file("parisc-32/greeter.ko")))
                    .diagnostics();
            assertTrue(
                    told.stream()
                            .anyMatch(each -> each.kind() == Diagnostic.Kind.PLACEHOLDERS
                                    && each.text().contains("$global$")),
                    told::toString);
        }
    }

    /** The kernel refuses it, weak or not, whatever the type, even for a type that does not exist. */
    @ParameterizedTest
    @CsvSource({"1", "12", "222"})
    void aSymbolOfValue0IsAnUnknownOne(int type) {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32);
        laid.builder().text(NOP).importsWeakly("maybe").relocation(".text", 0, type, "maybe");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOENT, refused.errno());
        assertEquals(Optional.of("m: Unknown symbol maybe"), refused.kernelMessage());
    }

    @ParameterizedTest
    @CsvSource({"32, 0", "32, 80", "32, 34", "32, 4", "64, 0", "64, 1", "64, 12", "64, 18"})
    void aTypeThatThisWidthHasNotIsRefused(int width, int type) {
        DryLoad laid = Loads.module(width == 32 ? ElfTarget.PARISC_32 : ElfTarget.PARISC_64)
                .exports("S", 0x4012_3450);
        laid.builder().text(NOP, NOP).relocation(".text", 0, type, "S");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertFalse(refused.beyondKernel());
    }

    @Test
    void relocationsWithoutAddendsAreRefused() {
        assertTrue(NARROW_KERNEL.relocations(AddendKind.IN_PLACE).types().isEmpty());
        DryLoad laid = Loads.module(ElfTarget.PARISC_32.withAddends(AddendKind.IN_PLACE))
                .exports("S", 0x1012_3450);
        laid.builder().text(NOP).relocation(".text", 0, 1, "S");
        FormatException refused = assertThrows(FormatException.class, laid::relocate);
        assertEquals(Optional.of("module m: REL relocation unsupported"), refused.kernelMessage());
    }

    @Test
    void whatA64BitKernelCutsOffAWordIsToldOf() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_64).exports("S", 0x1_4012_3450L);
        laid.builder().text(NOP, 0).relocation(".text", 4, 49, "S");
        DryLoad.Result result = laid.relocate();
        assertEquals(0x4012_3450, result.word(".text", 4));
        assertEquals(
                1,
                result.relocated().diagnostics().stream()
                        .filter(told -> told.kind() == Diagnostic.Kind.TRUNCATED_OR_IGNORED)
                        .count());
    }
}
