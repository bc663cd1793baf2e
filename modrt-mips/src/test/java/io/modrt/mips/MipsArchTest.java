package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.TableShapes;
import io.modrt.testkit.ElfTarget;
import java.nio.ByteOrder;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MipsArchTest {
    private static final Arch O32 = new MipsArch.O32();
    private static final Arch N64 = new MipsArch.N64();
    private static final ArchKernel O32_KERNEL = Kernels.of(ElfTarget.MIPS_O32_LE);
    private static final ArchKernel N64_KERNEL = Kernels.of(ElfTarget.MIPS_N64_LE);

    @ParameterizedTest(name = "{6}")
    @CsvSource(delimiter = '|', textBlock = """
                    # class | big   | machine | flags      | o32   | n64   | what it is
                    ELF32   | false | 8       | 0x70001001 | true  | false | Debian's 4kc-malta modules
                    ELF32   | true  | 8       | 0x70001001 | true  | false | the same, big endian
                    ELF32   | true  | 8       | 0x90001401 | true  | false | o32 for Release 6, with its NaNs
                    ELF32   | false | 8       | 0x70000001 | true  | false | no ABI named
                    ELF64   | false | 8       | 0x80000001 | false | true  | Debian's 5kc-malta modules
                    ELF64   | true  | 8       | 0xa0000401 | false | true  | n64 for Release 6
                    ELF32   | false | 8       | 0x80000021 | false | false | n32
                    ELF32   | false | 8       | 0x80002001 | false | false | o64
                    ELF32   | false | 8       | 0x70001201 | true  | false | 64-bit floating point registers
                    ELF32   | true  | 15      | 0x00000210 | false | false | PA-RISC
                    ELF64   | false | 183     | 0x00000000 | false | false | AArch64
                    """)
    void aKernelTakesFilesOfItsOwnClassAndAbi(
            ElfClass elfClass, boolean big, int machine, String flags, boolean o32, boolean n64, String what) {
        int bits = Integer.parseUnsignedInt(flags.substring(2), 16);
        ElfHeader header = new ElfHeader(elfClass, big, 1, machine, bits, elfClass.sectionHeaderBytes(), 64, 3, 2);
        assertEquals(o32, O32.accepts(header), what);
        assertEquals(n64, N64.accepts(header), what);
    }

    @Test
    void serviceLoaderFindsBoth() {
        List<String> names = ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .map(Arch::name)
                .filter(name -> name.startsWith("mips"))
                .toList();
        assertEquals(List.of("mips-o32", "mips-n64"), names);
    }

    @Test
    void modulesLieWhereLiveKernelsHaveThem() {
        assertEquals(
                List.of(AddressRange.between(Address.of(0xc000_0000L), Address.of(0xfffc_d000L))),
                O32_KERNEL.moduleAreas());
        assertEquals(
                List.of(AddressRange.between(Address.of(0xffff_ffff_c000_0000L), Address.of(0xffff_ffff_fffc_d000L))),
                N64_KERNEL.moduleAreas());
    }

    @Test
    void symbolsThatNobodyKnowsLieWhereAPairOfInstructionsReachesThemInBothWidths() {
        AddressRange area = AddressRange.between(Address.of(0x6000_0000L), Address.of(0x7000_0000L));
        assertEquals(area, O32_KERNEL.kernelArea());
        assertEquals(area, N64_KERNEL.kernelArea());
    }

    @Test
    void instructionsHaveTheByteOrderOfTheFirstModule() {
        assertEquals(ByteOrder.LITTLE_ENDIAN, O32_KERNEL.codeOrder());
        assertEquals(ByteOrder.BIG_ENDIAN, Kernels.of(ElfTarget.MIPS_O32_BE).codeOrder());
        assertEquals(ByteOrder.BIG_ENDIAN, Kernels.of(ElfTarget.MIPS_N64_BE).codeOrder());
    }

    @Test
    void tablesHoldAbsoluteLongs() {
        assertEquals(
                new TableShapes(
                        new TableShapes.ExportTable(4, TableShapes.Reference.ABSOLUTE),
                        new TableShapes.ExceptionTable(8, 4, TableShapes.Reference.ABSOLUTE, 2),
                        new TableShapes.JumpTable(4, 4, TableShapes.Reference.ABSOLUTE)),
                O32_KERNEL.tables());
        assertEquals(
                new TableShapes(
                        new TableShapes.ExportTable(8, TableShapes.Reference.ABSOLUTE),
                        new TableShapes.ExceptionTable(16, 8, TableShapes.Reference.ABSOLUTE, 2),
                        new TableShapes.JumpTable(8, 8, TableShapes.Reference.ABSOLUTE)),
                N64_KERNEL.tables());
    }

    @Test
    void theLast4095ValuesStandForErrors() {
        RelocationTable o32 = O32_KERNEL.relocations(AddendKind.IN_PLACE);
        assertEquals(new AddressRange(Address.of(0xffff_f001L), 4095), o32.errorValues());
        RelocationTable n64 = N64_KERNEL.relocations(AddendKind.EXPLICIT);
        assertEquals(new AddressRange(Address.of(-4095L), 4095), n64.errorValues());
        assertEquals(RelocationTable.WeakErrorValue.ENDS_SECTION, n64.weakErrorValue());
    }

    @ParameterizedTest
    @CsvSource({
        "1, R_MIPS_16", "3, R_MIPS_REL32", "7, R_MIPS_GPREL16", "9, R_MIPS_GOT16", "11, R_MIPS_CALL16",
        "12, R_MIPS_GPREL32", "37, R_MIPS_JALR", "62, R_MIPS_PC18_S3", "63, R_MIPS_PC19_S2", "64, R_MIPS_PCHI16",
        "65, R_MIPS_PCLO16", "255, none"
    })
    void otherTypesAreEinval(int number, String name) {
        for (AddendKind kind : AddendKind.values()) {
            RelocationTable table = N64_KERNEL.relocations(kind);
            assertTrue(table.type(number).isEmpty(), name);
            assertEquals(Errno.EINVAL, table.unknownType("m", number).errno());
            assertTrue(table.unknownType("m", number).message().startsWith("relocation type " + number + " "));
        }
    }

    @ParameterizedTest
    @CsvSource({"18, R_MIPS_64", "28, R_MIPS_HIGHER", "29, R_MIPS_HIGHEST"})
    void relaTypesAreEinvalInRel(int number, String name) {
        for (ArchKernel kernel : List.of(O32_KERNEL, N64_KERNEL)) {
            RelocationTable table = kernel.relocations(AddendKind.IN_PLACE);
            assertTrue(table.type(number).isEmpty(), name);
            assertEquals(Errno.EINVAL, table.unknownType("m", number).errno());
            assertEquals(
                    name + " is for SHT_RELA sections, this is SHT_REL",
                    table.unknownType("m", number).message());
        }
        assertEquals(
                name,
                N64_KERNEL
                        .relocations(AddendKind.EXPLICIT)
                        .type(number)
                        .orElseThrow()
                        .psabiName());
    }

    @Test
    void o32KernelsTakeNoRelaSection() {
        assertTrue(O32_KERNEL.relocations(AddendKind.EXPLICIT).types().isEmpty());
    }

    @Test
    void debiansConfigurationIsTheUsualOne() {
        KernelProfile assumed = Kernels.LINUX_6_1.assuming(O32.usualConfiguration(Kernels.LINUX_6_1));
        assertTrue(assumed.has(ConfigOption.SMP));
        assertTrue(assumed.has(ConfigOption.FUNCTION_GRAPH_TRACER));
        assertFalse(assumed.has(ConfigOption.STRICT_MODULE_RWX));
        assertFalse(assumed.has(ConfigOption.KALLSYMS_ALL));
    }
}
