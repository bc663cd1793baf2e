package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.TableShapes;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What PA-RISC kernels of each age do. The versions are those between which kernels were seen to change. */
class PariscHistoryTest {

    private static KernelProfile kernel(String version) {
        return KernelProfile.of(KernelVersion.parse(version));
    }

    private static ArchKernel kernel(int width, String version) {
        Arch arch = width == 32 ? new PariscArch.Narrow() : new PariscArch.Wide();
        ElfClass elfClass = width == 32 ? ElfClass.ELF32 : ElfClass.ELF64;
        return arch.kernel(
                kernel(version), new ElfHeader(elfClass, true, 1, 15, 0x210, elfClass.sectionHeaderBytes(), 64, 3, 2));
    }

    @ParameterizedTest
    @CsvSource({
        "WIDE_GOT,               2.6.30,   2.6.31",
        "REL_NAMED,              3.0.1,    3.1.10",
        "RELATIVE_EXCEPTIONS,    4.4.0,    4.9.0",
        "SHORT_CRCS,             4.9.76,   4.12.0",
        "ALTERNATIVES,           4.20.0,   5.0.0",
        "JUMP_LABELS,            5.0.1,    5.2.0",
        "PATCHABLE_ENTRIES,      5.2.0,    5.3.0",
        "SITE_TABLE_OF_COMPILER, 5.4.18,   5.7.0",
        "STRICT_MODULE_RWX,      5.14.0,   5.15.100",
        "STRICT_MODULE_RWX,      5.17.0,   5.19.0",
        "STRICT_MODULE_RWX,      5.18.0,   6.1.192",
        "ERROR_REGISTER,         6.0.0,    6.1.192",
        "ERROR_REGISTER,         6.6.9,    6.8.0"
    })
    void eachChangeCameBetweenTwoVersions(PariscChange change, String without, String with) {
        assertEquals(
                "false, true", kernel(without).has(change) + ", " + kernel(with).has(change));
    }

    @Test
    void eachChangeIsListed() {
        assertEquals(List.of(PariscChange.values()), new PariscArch.Narrow().history());
        assertEquals(List.of(PariscChange.values()), new PariscArch.Wide().history());
    }

    @ParameterizedTest
    @CsvSource({
        "2.6.28,  32, 8,  4, ABSOLUTE",
        "2.6.28,  64, 16, 8, ABSOLUTE",
        "4.4.0,   64, 16, 8, ABSOLUTE",
        "4.9.0,   32, 8,  4, FROM_FIELD",
        "4.9.0,   64, 8,  4, FROM_FIELD",
        "5.10.44, 64, 8,  4, FROM_FIELD",
        "6.1.192, 64, 12, 4, FROM_FIELD",
        "6.6.9,   32, 8,  4, FROM_FIELD",
        "6.8.0,   32, 12, 4, FROM_FIELD"
    })
    void exceptionEntriesWereAddressesFirst(
            String version, int width, int entryBytes, int fieldBytes, TableShapes.Reference reference) {
        assertEquals(
                new TableShapes.ExceptionTable(entryBytes, fieldBytes, reference, 2),
                kernel(width, version).tables().exceptionTable());
    }

    @ParameterizedTest
    @CsvSource({
        "4.4.0,  32, 9,  false", "4.9.0,  32, 9,  true", "4.4.0,  64, 9,  false", "4.9.0,  64, 9,  true",
        "4.9.0,  32, 41, false", "4.12.0, 32, 41, true", "4.9.76, 64, 41, false", "4.12.0, 64, 41, true",
        "5.0.1,  64, 72, false", "5.2.1,  64, 72, true", "2.6.18, 64, 74, true", "2.6.18, 32, 12, true"
    })
    void typesForNewTablesCameWithThem(String version, int width, int number, boolean isApplied) {
        assertEquals(
                isApplied,
                kernel(width, version)
                        .relocations(AddendKind.EXPLICIT)
                        .type(number)
                        .isPresent());
    }

    @Test
    void aTypeThatCameLaterIsRefusedLikeAnyUnknownOne() {
        DryLoad laid =
                Loads.module(ElfTarget.PARISC_64).under(Loads.LINUX_2_6_31).exports("crc", 0x1234_5678);
        laid.builder().text(0).relocation(".text", 0, 41, "crc");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals("module m: Unknown relocation: 41", refused.kernelMessage().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"2.6.28, module m: RELOCATION unsupported", "3.1.10, module m: REL relocation unsupported"})
    void theLineAboutRelocationsWithoutAddendsChanged(String version, String line) {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32.withAddends(AddendKind.IN_PLACE))
                .under(KernelProfile.of(KernelVersion.parse(version)))
                .exports("S", 0x1012_3450);
        laid.builder().text(0).relocation(".text", 0, 1, "S");
        assertEquals(
                line,
                assertThrows(FormatException.class, laid::relocate)
                        .kernelMessage()
                        .orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "5.2.1,   ''",
        "5.3.1,   __mcount_loc",
        "5.4.18,  __mcount_loc",
        "5.7.14,  __patchable_function_entries",
        "6.1.192, __patchable_function_entries"
    })
    void theTableOfTracingSitesHadTwoNames(String version, String section) {
        assertEquals(section, kernel(32, version).tracing().tableSection());
        assertEquals(section, kernel(64, version).tracing().tableSection());
    }

    @ParameterizedTest
    @CsvSource({"5.0.1, false", "5.2.1, true"})
    void staticBranchesCameWith5_2(String version, boolean are) {
        assertEquals(are, kernel(64, version).staticBranches().isPresent());
    }

    /** An entry for every machine: one word at .text, condition 0x80, replaced by a nop; in 12 bytes or, as in 5.10, 16. */
    @ParameterizedTest
    @CsvSource({
        "4.20.0, false, 0x000014a0",
        "5.0.1, false, 0x08000240",
        "5.10.262, false, 0x08000240",
        "6.1.192, true, 0x08000240"
    })
    void codeIsRewrittenForTheMachineSince5_0(String version, boolean isShort, String word) {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).under(kernel(version).with(ConfigOption.KALLSYMS, false));
        laid.builder().text(0x0000_14a0).function("f", ".text", 0);
        int[] entry = isShort ? new int[] {0, 0x0001_0080, 0x0800_0240} : new int[] {0, 1, 0x80, 0x0800_0240};
        laid.builder().readOnly(".altinstructions").words(entry);
        laid.builder().relocation(".altinstructions", 0, 9, "f", 8);
        assertEquals(Integer.decode(word), laid.relocate().word(".text", 0));
    }

    @ParameterizedTest
    @CsvSource({"2.6.28, false", "5.10.44, false", "5.18.0, false", "5.19.0, true", "6.1.192, true"})
    void pagesByUseAreUsualSince5_19(String version, boolean are) {
        KernelProfile bare = kernel(version);
        for (Arch arch : new Arch[] {new PariscArch.Narrow(), new PariscArch.Wide()}) {
            assertEquals(are, bare.assuming(arch.usualConfiguration(bare)).has(ConfigOption.STRICT_MODULE_RWX));
        }
    }

    /** What a weak symbol that nobody exports has in a word of data; 0 is refused. */
    @Test
    void from2_6_27To2_6_29AMissingWeakSymbolIsMinusTwo() {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).under(Loads.LINUX_2_6_29);
        laid.builder().text(0).importsWeakly("maybe").relocation(".text", 0, 1, "maybe", 0x10);
        assertEquals(0xe, laid.relocate().word(".text", 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.24", "2.6.30", "2.6.31", "4.9.0"})
    void inOtherKernelsItIs0AndRefused(String version) {
        DryLoad laid = Loads.module(ElfTarget.PARISC_32).under(kernel(version));
        laid.builder().text(0).importsWeakly("maybe").relocation(".text", 0, 1, "maybe", 0x10);
        assertEquals(
                Errno.ENOENT,
                assertThrows(RelocationException.class, laid::relocate).errno());
    }
}
