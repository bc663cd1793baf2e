package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.StaticBranches.BranchSite;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.Width;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kernel takes, asks for and knows, by its version, configuration and machine. */
class AArch64ArchTest {
    private static final Arch ARCH = new AArch64Arch();

    private static ElfHeader header(ElfClass elfClass, boolean big, int machine, int flags) {
        return new ElfHeader(elfClass, big, 1, machine, flags, elfClass.sectionHeaderBytes(), 64, 3, 2);
    }

    private static ArchKernel kernel(KernelProfile profile, boolean big) {
        return ARCH.kernel(profile.assuming(ARCH.usualConfiguration(profile)), header(ElfClass.ELF64, big, 183, 0));
    }

    private static ArchKernel kernel(KernelProfile profile) {
        return kernel(profile, false);
    }

    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
            # class | big   | machine | flags      | taken | what it is
            ELF64   | false | 183     | 0x00000000 | true  | Debian's arm64 modules
            ELF64   | true  | 183     | 0x00000000 | true  | the same, of big-endian data
            ELF64   | false | 183     | 0x7fffffff | true  | flags, which nobody looks at
            ELF32   | false | 183     | 0x00000000 | false | ILP32
            ELF32   | false | 40      | 0x05000000 | false | 32-bit Arm
            ELF64   | false | 62      | 0x00000000 | false | x86-64
            """)
    void aKernelTakesFilesOfItsMachine(
            ElfClass elfClass, boolean big, int machine, String flags, boolean taken, String what) {
        assertEquals(taken, ARCH.accepts(header(elfClass, big, machine, Integer.decode(flags))), what);
    }

    @Test
    void serviceLoaderFindsIt() {
        List<Arch> found = ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(AArch64Arch.class::isInstance)
                .toList();
        assertEquals(1, found.size());
        assertEquals("aarch64", found.get(0).name());
        assertEquals(Arch.SPI_VERSION, found.get(0).spiVersion());
    }

    @Test
    void debiansConfigurationIsTheUsualOne() {
        KernelProfile assumed = Loads.LINUX_6_1.assuming(ARCH.usualConfiguration(Loads.LINUX_6_1));
        for (ConfigOption on : List.of(
                ConfigOption.SMP,
                ConfigOption.STRICT_MODULE_RWX,
                ConfigOption.DYNAMIC_FTRACE,
                ConfigOption.MODVERSIONS,
                ConfigOption.JUMP_LABEL)) {
            assertTrue(assumed.has(on), on::name);
        }
        assertFalse(assumed.has(ConfigOption.KALLSYMS_ALL));
        assertTrue(assumed.has("CONFIG_RANDOMIZE_BASE"));
        assertTrue(assumed.has("CONFIG_ARM64_ERRATUM_843419"));
        assertTrue(assumed.has("CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS"));
        assertFalse(assumed.has("CONFIG_ARM64_BTI_KERNEL"));
    }

    @Test
    void modulesLieBelowTheNominalKernelAndThenWithin2Gb() {
        assertEquals(
                List.of(range(0xffff_8000_0000_0000L, 0x0800_0000L), range(0xffff_8000_0c00_0000L, 0x7400_0000L)),
                kernel(Loads.LINUX_6_1).moduleAreas());
        assertEquals(
                range(0xffff_8000_0800_0000L, 0x0400_0000L),
                kernel(Loads.LINUX_6_1).kernelArea());
        assertEquals(
                List.of(range(0xffff_8000_0400_0000L, 0x7c00_0000L)),
                kernel(Loads.LINUX_6_12).moduleAreas());
        assertEquals(
                range(0xffff_8000_8000_0000L, 0x0400_0000L),
                kernel(Loads.LINUX_6_12).kernelArea());
    }

    private static AddressRange range(long start, long bytes) {
        return new AddressRange(Address.of(start), bytes);
    }

    @Test
    void codeIsLittleEndianWhateverDataIs() {
        for (boolean big : List.of(false, true)) {
            ArchKernel kernel = kernel(Loads.LINUX_6_1, big);
            assertEquals(ByteOrder.LITTLE_ENDIAN, kernel.codeOrder());
            assertEquals(Width.BITS_64, kernel.width());
        }
    }

    @Test
    void tablesHoldDistances() {
        TableShapes tables = kernel(Loads.LINUX_6_1).tables();
        assertEquals(new TableShapes.ExportTable(4, Reference.FROM_FIELD), tables.exports());
        assertEquals(new TableShapes.ExceptionTable(12, 4, Reference.FROM_FIELD, 2), tables.exceptionTable());
        assertEquals(new TableShapes.JumpTable(4, 8, Reference.FROM_FIELD), tables.jumpTable());
        assertEquals(16, tables.jumpTable().entryBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "$x, true",
        "$d, true",
        "$x.12, true",
        "$d.realdata, true",
        "$xyz, false",
        "$a, false",
        "x, false",
        "$, false"
    })
    void mappingSymbolsTellCodeFromData(String name, boolean isMapping) {
        assertEquals(isMapping, kernel(Loads.LINUX_6_1).isMappingSymbol(name));
    }

    private static FormatException refusal(KernelProfile profile, String... sections) {
        KernelModuleBuilder module =
                KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m").withoutPlaceholders();
        for (String section : sections) {
            module.code(section).bytes((byte) 0);
        }
        ModuleFile file = ModuleFile.open(module.build());
        return assertThrows(FormatException.class, () -> kernel(profile).check(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {".plt", ".init.plt", ".text.plt"})
    void aModuleHasBothPltSections(String only) {
        FormatException refused = refusal(Loads.LINUX_6_1, only, ".text.ftrace_trampoline");
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.of("m: module PLT section(s) missing"), refused.kernelMessage());
        assertEquals("m: has no section " + (only.equals(".plt") ? ".init.plt" : ".plt"), refused.getMessage());
    }

    @Test
    void aModuleHasTheTrampolineSectionsOfItsKernel() {
        FormatException refused = refusal(Loads.LINUX_6_1, ".plt", ".init.plt");
        assertEquals("m: has no section .text.ftrace_trampoline", refused.getMessage());
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.empty(), refused.kernelMessage());
        assertEquals(
                "m: has no section .init.text.ftrace_trampoline",
                refusal(Loads.LINUX_6_12, ".plt", ".init.plt", ".text.ftrace_trampoline")
                        .getMessage());
    }

    @Test
    void aKernelThatNeitherMovesNorTracesNorWorksAroundTheErratumAsksForNoSection() {
        ModuleFile file = ModuleFile.open(KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m")
                .withoutPlaceholders()
                .text(0)
                .build());
        KernelProfile plain =
                Loads.LINUX_6_1.with("CONFIG_RANDOMIZE_BASE", false).with("CONFIG_ARM64_ERRATUM_843419", false);
        kernel(plain).check(file);
        assertEquals(Set.of(), kernel(plain).anchors());
        assertThrows(
                FormatException.class,
                () -> kernel(plain.withVersion(Loads.LINUX_6_12.version())).check(file));
    }

    /** Without KALLSYMS_ALL nobody may know them: then they are made up, or the module's own code for them is left as it is. */
    @Test
    void aKernelThatTracesNeedsTheFunctionsThatSitesCall() {
        assertEquals(
                Set.of("ftrace_caller", "ftrace_regs_caller"),
                kernel(Loads.LINUX_6_1).anchors());
        assertEquals(
                Set.of("ftrace_caller", "ftrace_nop_ops"),
                kernel(Loads.LINUX_6_12).anchors());
        assertEquals(
                Set.of("ftrace_caller"),
                kernel(Loads.LINUX_6_12.with("CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS", false))
                        .anchors());
        assertEquals(
                Set.of(),
                kernel(Loads.LINUX_6_12.with(ConfigOption.DYNAMIC_FTRACE, false))
                        .anchors());
    }

    @Test
    void addendsStandInTheRelocationsAlone() {
        assertTrue(
                kernel(Loads.LINUX_6_1).relocations(AddendKind.IN_PLACE).types().isEmpty());
        assertEquals(
                39,
                kernel(Loads.LINUX_6_1).relocations(AddendKind.EXPLICIT).types().size());
        assertEquals(
                39,
                kernel(Loads.WITH_ERRATUM)
                        .relocations(AddendKind.EXPLICIT)
                        .types()
                        .size());
    }

    /** 32 words ahead, one back, and one step beyond 128 MB each way. */
    @ParameterizedTest
    @CsvSource({
        "128, 20000014",
        "-4, ffffff17",
        "134217724, ffffff15",
        "134217728, 002020d4",
        "-134217728, 00000016",
        "-134217732, 002020d4"
    })
    void aStaticBranchIsANopOrABranchOrATrap(long distance, String taken) {
        StaticBranches branches = kernel(Loads.LINUX_6_1, true).staticBranches().orElseThrow();
        BranchSite site = new BranchSite(0xffff_8000_0000_1000L, 4);
        assertEquals("1f2003d5", HexFormat.of().formatHex(branches.notTaken(4)));
        assertEquals(taken, HexFormat.of().formatHex(branches.taken(site, site.address() + distance)));
    }

    @Test
    void anUnknownFeatureOfTheMachineIsRefused() {
        KernelProfile misspelt = Loads.LINUX_6_1.withMachine(MachineFacts.of(1).withFeatures("erratum-843491"));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> kernel(misspelt));
        assertTrue(refused.getMessage().contains("erratum-843419"), refused::getMessage);
    }

    /** Bits 0, 26 and 70, in doublewords of the kernel's byte order. */
    @ParameterizedTest
    @CsvSource({
        "cpu_hwcaps, false, 0100000400000000, 4000000000000000",
        "system_cpucaps, false, 0100000400000000, 4000000000000000",
        "system_cpucaps, true, 0000000004000001, 0000000000000040"
    })
    void theKernelsMemoryTellsTheCapabilities(String symbol, boolean big, String first, String second) {
        Address bitmap = Address.of(0xffff_8000_0a00_0000L);
        FakeMemory memory = FakeMemory.zeroed();
        memory.write(bitmap, HexFormat.of().parseHex(first + second), 0, 16);
        KernelSymbols symbols = KernelSymbols.of(Map.of(symbol, bitmap));
        assertEquals(
                Set.of(0, 26, 70),
                kernel(Loads.LINUX_6_1, big).machine(symbols, memory).capabilities());
    }

    @Test
    void withoutTheBitmapNothingIsKnown() {
        MemoryReader memory = (address, into, offset, length) -> {
            throw new AssertionError("nothing is read");
        };
        assertEquals(MachineFacts.unknown(), kernel(Loads.LINUX_6_1).machine(KernelSymbols.of(Map.of()), memory));
    }
}
