package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationTable.WeakErrorValue;
import io.modrt.spi.RelocationType;
import io.modrt.spi.SiteKind;
import io.modrt.spi.SiteKind.State;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelChange;
import io.modrt.version.KernelVersion;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MIPS kernels of each age do. The versions are those between which kernels were seen to change. */
class MipsHistoryTest {
    private static final int LUI = 0x3c01_0000;
    private static final int ADDIU = 0x2421_0000;
    private static final int R_32 = 2;
    private static final int HI16 = 5;
    private static final int LO16 = 6;
    private static final long SITE = 0xc000_0020L;

    private static KernelProfile kernel(String version) {
        return KernelProfile.of(KernelVersion.parse(version));
    }

    private static ArchKernel o32(String version) {
        return Kernels.of(ElfTarget.MIPS_O32_BE, kernel(version));
    }

    private static ArchKernel n64(String version) {
        return Kernels.of(ElfTarget.MIPS_N64_BE, kernel(version));
    }

    @ParameterizedTest
    @CsvSource({
        "MODULES_IN_CKSSEG,       2.6.18,  2.6.20",
        "ZERO_IS_APPLIED,         2.6.30,  2.6.31",
        "UNSAFE_TYPE_NAMED,       2.6.30,  2.6.31",
        "FUNCTION_TRACER,         2.6.32,  2.6.33",
        "RA_ADDRESS_SKIPPED,      2.6.34,  2.6.35",
        "JUMP_LABELS,             2.6.37,  2.6.39",
        "UNPAIRED_HI16_REFUSED,   3.1.0,   3.4.0",
        "RELA_ON_64_BIT_ALONE,    3.6.0,   3.8.0",
        "SECOND_WORD_CLEARED,     3.6.0,   3.8.0",
        "SECOND_WORD_CLEARED,     3.1.0,   3.4.113",
        "SECOND_WORD_WRITTEN,     3.16.0,  3.18.0",
        "STATIC_JUMPS,            4.2.8,   4.3.0",
        "PC_RELATIVE_TYPES,       4.4.0,   4.9.0",
        "UNKNOWN_TYPES_REFUSED,   4.4.0,   4.9.0",
        "ONE_TABLE_OF_TYPES,      4.12.0,  4.14.0",
        "WEAK_ERROR_ENDS_SECTION, 4.12.0,  4.14.0",
        "STATIC_BRANCH_OVER,      5.0.1,   5.2.0"
    })
    void eachChangeCameBetweenTwoVersions(MipsChange change, String without, String with) {
        assertEquals(
                "false, true", kernel(without).has(change) + ", " + kernel(with).has(change));
    }

    /** A vendor's 2.6.30 that has what came with 3.8. */
    @Test
    void aChangeIsFoundByItsNameAndStated() {
        KernelChange change = new MipsArch.O32()
                .history().stream()
                        .filter(each -> each.name().equals("RELA_ON_64_BIT_ALONE"))
                        .findFirst()
                        .orElseThrow();
        KernelProfile vendor = kernel("2.6.30").with(change, true);
        assertEquals(
                List.of(),
                Kernels.of(ElfTarget.MIPS_O32_BE, vendor)
                        .relocations(AddendKind.EXPLICIT)
                        .types());
        assertEquals(List.of(MipsChange.values()), new MipsArch.N64().history());
    }

    @Test
    void modulesOf64BitKernelsLayInXksegFirst() {
        AddressRange xkseg = n64("2.6.18").moduleAreas().get(0);
        assertEquals(Address.of(0xc000_0000_0000_0000L), xkseg.start());
        assertEquals(
                Address.of(0xffff_ffff_c000_0000L),
                n64("2.6.20").moduleAreas().get(0).start());
        assertEquals(
                Address.of(0xc000_0000L), o32("2.6.18").moduleAreas().get(0).start());
    }

    @ParameterizedTest
    @CsvSource({
        "2.6.18, IN_PLACE, 0 2 4 5 6",
        "2.6.18, EXPLICIT, 0 2 4 5 6 18 28 29",
        "4.4.0,  IN_PLACE, 0 2 4 5 6",
        "4.4.0,  EXPLICIT, 0 2 4 5 6 18 28 29",
        "4.9.0,  IN_PLACE, 0 2 4 5 6 10 60 61",
        "4.9.0,  EXPLICIT, 0 2 4 5 6 10 18 28 29 60 61"
    })
    void branchesOfRelease6CameWith4_9(String version, AddendKind addends, String numbers) {
        assertEquals(numbers, numbers(n64(version).relocations(addends)));
    }

    private static String numbers(RelocationTable table) {
        return table.types().stream()
                .map(RelocationType::number)
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource({"3.6.0, 8", "3.8.0, 0"})
    void o32KernelsTookBothKindsOfSectionsUntil3_6(String version, int types) {
        assertEquals(
                types, o32(version).relocations(AddendKind.EXPLICIT).types().size());
        assertEquals(5, o32(version).relocations(AddendKind.IN_PLACE).types().size());
    }

    @ParameterizedTest
    @CsvSource({
        "2.6.28, 0, 1, SKIPPED",
        "2.6.30, 0, 1, SKIPPED",
        "2.6.31, -4095, 4095, SKIPPED",
        "4.12.0, -4095, 4095, SKIPPED",
        "4.14.0, -4095, 4095, ENDS_SECTION"
    })
    void zeroStoodForAnErrorUntil2_6_30(String version, long from, long count, WeakErrorValue weak) {
        RelocationTable table = n64(version).relocations(AddendKind.EXPLICIT);
        assertEquals(new AddressRange(Address.of(from), count), table.errorValues());
        assertEquals(weak, table.weakErrorValue());
    }

    /** A word of 0x10 with R_MIPS_32 against a weak symbol that nobody exports, and one against {@code next}, which is at 0x80001000. */
    @ParameterizedTest
    @CsvSource({
        "2.6.24,  0x10, the word stays since the value is 0",
        "2.6.28,  0x0e, the value is -2",
        "2.6.29,  0x0e, the value is -2",
        "2.6.30,  0x10, the word stays since the value is 0",
        "2.6.31,  0x10, 0 is added",
        "6.1.192, 0x10, 0 is added"
    })
    void aWeakSymbolThatNobodyExports(String version, String word, String why) {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_LE).under(kernel(version)).exports("next", 0x8000_1000L);
        laid.builder()
                .text(0)
                .data(0x10, 0x20)
                .importsWeakly("maybe")
                .relocation(".data", 0, R_32, "maybe")
                .relocation(".data", 4, R_32, "next");
        DryLoad.Result result = laid.relocate();
        assertEquals(Integer.decode(word), result.word(".data", 0), why);
        assertEquals(0x8000_1020, result.word(".data", 4));
    }

    /** Until 2.6.30 it is a symbol that was not found, whatever defines it. */
    @ParameterizedTest
    @CsvSource({"2.6.30, false", "2.6.31, true"})
    void aStrongSymbolOfValue0IsAppliedSince2_6_31(String version, boolean isApplied) {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_LE).under(kernel(version)).exports("zero", 0);
        laid.builder().text(0).data(0x10).relocation(".data", 0, R_32, "zero");
        if (isApplied) {
            assertEquals(0x10, laid.relocate().word(".data", 0));
        } else {
            RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
            assertEquals(Errno.ENOENT, refused.errno());
            assertEquals("m: Unknown symbol zero", refused.kernelMessage().orElseThrow());
        }
    }

    /** -2 is no multiple of 4. */
    @Test
    void aCallOfAMissingWeakSymbolFailsFrom2_6_27To2_6_29() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_LE).under(kernel("2.6.28"));
        laid.builder().text(0x0c00_0000, 0).importsWeakly("maybe").relocation(".text", 0, 4, "maybe");
        assertEquals(
                Errno.ENOEXEC,
                assertThrows(RelocationException.class, laid::relocate).errno());
    }

    @Test
    void anUnknownTypeCrashedKernelsUntil4_8() {
        Refusal old = o32("4.4.0").relocations(AddendKind.IN_PLACE).unknownType("m", 3);
        assertTrue(old.isBeyondKernel());
        assertEquals("relocation type 3 has no handler in kernels until 4.8, and crashes them", old.message());
        assertFalse(o32("4.9.0")
                .relocations(AddendKind.IN_PLACE)
                .unknownType("m", 3)
                .isBeyondKernel());
    }

    /** The lines of 2.6.28 and 4.9 are those that live kernels of o32 logged. */
    @ParameterizedTest
    @CsvSource({
        "2.6.28, 4,  module m: dangerous relocation",
        "2.6.31, 4,  module m: dangerous R_MIPS_26 REL relocation",
        "4.9.0,  4,  module m: dangerous R_MIPS_26 REL relocation",
        "4.9.0,  10, module m: dangerous R_MIPS_PC16 REL relocation",
        "4.9.0,  60, module m: dangerous R_MIPS_PC21 REL relocation",
        "4.14.0, 4,  module m: dangerous R_MIPS_26 relocation",
        "4.14.0, 61, module m: dangerous R_MIPS_PC26 relocation"
    })
    void theLineAboutAMisalignedTargetNamesWhatThatKernelNames(String version, int type, String line) {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_BE).under(kernel(version)).exports("odd", 0xc000_0002L);
        laid.builder().text(0).relocation(".text", 0, type, "odd");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(line, refused.kernelMessage().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "2.6.28, module m: dangerous relocation",
        "4.9.0,  module m: dangerous R_MIPS_LO16 REL relocation",
        "4.14.0, module m: dangerous R_MIPS_LO16 relocation"
    })
    void soDoesTheLineAboutALowerHalfOfAnotherSymbol(String version, String line) {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_BE)
                .under(kernel(version))
                .exports("a", 0x8000_9abcL)
                .exports("b", 0x8123_4000L);
        laid.builder().text(LUI, ADDIU).relocation(".text", 0, HI16, "a").relocation(".text", 4, LO16, "b");
        assertEquals(
                line,
                assertThrows(RelocationException.class, laid::relocate)
                        .kernelMessage()
                        .orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"4.9.0, m: Unknown relocation type 28", "4.14.0,"})
    void aTypeOfTheOtherKindOfSectionsWasUnknownUntil4_13(String version, @Nullable String line) {
        Refusal refusal = n64(version).relocations(AddendKind.IN_PLACE).unknownType("m", 28);
        assertEquals(Errno.EINVAL, refusal.errno());
        assertEquals(line, refusal.kernelMessage());
        assertEquals("R_MIPS_HIGHER is for SHT_RELA sections, this is SHT_REL", refusal.message());
    }

    /** A live 6.1 read the place, and crashed, before it looked at the type. */
    @Test
    void anUnknownTypeOutsideItsSectionIsBeyondTheKernel() {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_LE).under(kernel("6.1.192")).exports("a", 0x8000_9abcL);
        laid.builder().text(0, 0).relocation(".text", 4, 3, "a");
        assertFalse(assertThrows(RelocationException.class, laid::relocate).beyondKernel());

        DryLoad outside =
                Loads.module(ElfTarget.MIPS_O32_LE).under(kernel("6.1.192")).exports("a", 0x8000_9abcL);
        outside.builder().text(0, 0).relocation(".text", 0x100_0000, 3, "a");
        assertTrue(assertThrows(RelocationException.class, outside::relocate).beyondKernel());
    }

    /** An upper half in .text that no lower half of .text completes, and then a lower half of {@code later} in .text.more. */
    private static DryLoad unpaired(String version, String later) {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_LE)
                .under(kernel(version))
                .exports("a", 0x8000_9abcL)
                .exports("b", 0x8123_4000L);
        laid.builder().text(LUI | 1, 0).relocation(".text", 0, HI16, "a");
        laid.builder().code(".text.more").words(ADDIU | 0x7ff0, LUI, ADDIU);
        laid.builder()
                .relocation(".text.more", 0, LO16, later)
                .relocation(".text.more", 4, HI16, "b")
                .relocation(".text.more", 8, LO16, "b");
        return laid;
    }

    @Test
    void anUpperHalfWaitedForTheNextLowerHalfOfAnySection() {
        // 0x80009abc + (1 << 16) + 0x7ff0 = 0x80021aac; b is 0x8123 and 0x4000
        DryLoad.Result result = unpaired("3.1.10", "a").relocate();
        assertEquals(LUI | 0x8002, result.word(".text", 0));
        assertEquals(ADDIU | 0x1aac, result.word(".text.more", 0));
        assertEquals(LUI | 0x8123, result.word(".text.more", 4));
        assertEquals(
                List.of("no R_MIPS_LO16 follows in its section: it waits for the next in any section or module"),
                result.relocated().diagnostics().stream()
                        .filter(told -> told.kind() == Diagnostic.Kind.TRUNCATED_OR_IGNORED)
                        .map(Diagnostic::text)
                        .toList());
    }

    @Test
    void thatLowerHalfHadToBeOfTheSameValue() {
        RelocationException refused = assertThrows(
                RelocationException.class, () -> unpaired("3.1.10", "b").relocate());
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertTrue(
                refused.getMessage()
                        .contains(
                                "a R_MIPS_HI16 of section .text that waits is for 0x80009abc, this one for 0x81234000"),
                refused::getMessage);
    }

    @Test
    void anUpperHalfThatWaitsForeverIsLeftAsItWas() {
        DryLoad laid =
                Loads.module(ElfTarget.MIPS_O32_LE).under(kernel("2.6.28")).exports("a", 0x8000_9abcL);
        laid.builder().text(LUI | 1, 0).relocation(".text", 0, HI16, "a");
        assertEquals(LUI | 1, laid.relocate().word(".text", 0));
        assertThrows(
                RelocationException.class,
                () -> laid.with(LoadPolicy.kernelExact().strict()).relocate());
    }

    @Test
    void anUpperHalfAloneIsRefusedSince3_4() {
        assertEquals(
                Errno.ENOEXEC,
                assertThrows(
                                RelocationException.class,
                                () -> unpaired("3.4.113", "a").relocate())
                        .errno());
    }

    /** Entries for a nop, a jump, a branch over the next instruction, and other code. */
    @ParameterizedTest
    @CsvSource({
        "2.6.37,  00000000 08001234 10000001 24020001",
        "2.6.39,  00000000 00000000 00000000 00000000",
        "4.2.8,   00000000 00000000 00000000 00000000",
        "4.3.0,   00000000 08001234 00000000 24020001",
        "5.0.1,   00000000 08001234 00000000 24020001",
        "5.2.1,   00000000 08001234 00000000 24020001",
        "6.1.192, 00000000 08001234 00000000 24020001"
    })
    void whatLoadingMakesOfStaticBranches(String version, String words) {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_LE).under(kernel(version));
        laid.builder()
                .text(0, 0x0800_1234, 0x1000_0001, 0x2402_0001)
                .data(0, 0)
                .object("key", ".data", 0)
                .function("code", ".text", 0);
        var table = laid.builder().writable("__jump_table");
        for (int i = 0; i < 4; i++) {
            table.pointer(laid.builder().symbol("code"), 4L * i)
                    .pointer(laid.builder().symbol("code"), 12)
                    .pointer(laid.builder().symbol("key"));
        }
        DryLoad.Result result = laid.relocate();
        assertEquals(
                Arrays.stream(words.split(" "))
                        .map(word -> Integer.parseUnsignedInt(word, 16))
                        .toList(),
                List.of(
                        result.word(".text", 0),
                        result.word(".text", 4),
                        result.word(".text", 8),
                        result.word(".text", 12)));
    }

    @ParameterizedTest
    @CsvSource({"2.6.37, false", "2.6.39, true"})
    void staticBranchesCameWith2_6_39(String version, boolean are) {
        assertEquals(are, o32(version).staticBranches().isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.18", "2.6.32"})
    void kernelsUntil2_6_32TraceNothing(String version) {
        assertEquals("", o32(version).tracing().tableSection());
        assertEquals(List.of(), o32(version).tracing().kinds(mock(PlacedSections.class)));
        assertEquals("__mcount_loc", o32("2.6.33").tracing().tableSection());
    }

    /** The first two words of a long call of _mcount at 0x8010a7f0, on o32 with the instruction that tells where ra is kept. */
    @ParameterizedTest
    @CsvSource({
        // off, then on again
        "2.6.33,  10000004 2463a7f0, 3c038011 2463a7f0",
        "2.6.34,  10000004 2463a7f0, 3c038011 2463a7f0",
        "2.6.35,  10000005 2463a7f0, 3c038011 2463a7f0",
        "3.1.10,  10000005 2463a7f0, 3c038011 2463a7f0",
        "3.4.113, 10000005 00000000, 3c038011 00000000",
        "3.6.0,   10000005 2463a7f0, 3c038011 2463a7f0",
        "3.8.13,  10000005 00000000, 3c038011 00000000",
        "3.16.0,  10000005 00000000, 3c038011 00000000",
        "3.18.20, 10000005 00000000, 3c038011 2463a7f0",
        "6.1.192, 10000005 00000000, 3c038011 2463a7f0"
    })
    void theSecondWordOfALongCallOnO32(String version, String off, String on) {
        TracingSites tracing = o32(version).tracing();
        int[] compiled = {0x3c03_8011, 0x2463_a7f0, 0x03e0_0825, 0x0000_6025, 0x0060_f809, 0x27bd_fff8};
        Words words = Words.at(SITE, compiled);
        tracing.writeOff(SITE, words);
        assertEquals(off, String.format(Locale.ROOT, "%08x %08x", words.codeAt(SITE), words.codeAt(SITE + 4)));

        ByteBuffer code = ByteBuffer.allocate(compiled.length * Integer.BYTES);
        Arrays.stream(compiled).forEach(code::putInt);
        SiteKind kind = kindOf(tracing, code.array());
        assertEquals("o32 long call, ra address", kind.description());
        kind.off(SITE, code.array());
        assertEquals(off, String.format(Locale.ROOT, "%08x %08x", code.getInt(0), code.getInt(4)));
        assertEquals(State.OFF, kind.state(SITE, code.array()));
        kind.on(SITE, code.array(), 0x8010_a7f0L);
        assertEquals(on, String.format(Locale.ROOT, "%08x %08x", code.getInt(0), code.getInt(4)));
        assertEquals(State.ON, kind.state(SITE, code.array()));
    }

    private static SiteKind kindOf(TracingSites tracing, byte[] code) {
        List<? extends SiteKind> kinds = tracing.kinds(mock(PlacedSections.class)).stream()
                .filter(kind -> kind.bytes() == code.length && kind.state(SITE, code) == State.ON)
                .toList();
        assertEquals(1, kinds.size());
        return kinds.get(0);
    }

    /** From 3.8 to 3.17 the call goes to the upper half alone: 0x80110000. */
    @Test
    void aCallThatLosesItsLowerHalfIsMadeByTheKernelButReachesNothing() {
        ByteBuffer code = ByteBuffer.allocate(24);
        Arrays.stream(new int[] {0x3c03_8011, 0x2463_a7f0, 0x03e0_0825, 0x0000_6025, 0x0060_f809, 0x27bd_fff8})
                .forEach(code::putInt);
        for (Map.Entry<String, Boolean> each :
                Map.of("3.6.0", true, "3.16.0", false, "3.18.0", true).entrySet()) {
            SiteKind kind = kindOf(o32(each.getKey()).tracing(), code.array());
            assertEquals(each.getValue(), kind.reaches(SITE, Address.of(0x8010_a7f0L)));
            assertTrue(kind.reaches(SITE, Address.of(0x8011_0000L)));
            assertTrue(kind.isCalled(SITE, Address.of(0x8010_a7f0L)));
        }
        SiteKind lost = kindOf(o32("3.16.0").tracing(), code.array());
        lost.off(SITE, code.array());
        lost.on(SITE, code.array(), 0x8010_a7f0L);
        assertEquals(0x8011_0000L, lost.entry(SITE, code.array()));
    }

    @Test
    void n64NeverChangesTheSecondWord() {
        for (String version : List.of("2.6.33", "3.1.10", "3.16.0", "6.1.192")) {
            Words words = Words.at(SITE, 0x3c03_8011, 0x6463_a7f0, 0x03e0_0825, 0x0060_f809, 0x0000_6025);
            n64(version).tracing().writeOff(SITE, words);
            assertEquals(Map.of(SITE, 0x1000_0004), words.written(), version);
        }
    }

    /** The plain site has one instruction less, so the branch of 2.6.33 is right for it. */
    @Test
    void sitesWithoutTheAddressOfRaAreSkippedRightByAll() {
        for (String version : List.of("2.6.33", "3.1.10", "6.1.192")) {
            Words words = Words.at(SITE, 0x3c03_8011, 0x2463_a7f0, 0x03e0_0825, 0x0060_f809, 0x27bd_fff8);
            KernelProfile plain = kernel(version).with(ConfigOption.FUNCTION_GRAPH_TRACER, false);
            Kernels.of(ElfTarget.MIPS_O32_BE, plain).tracing().writeOff(SITE, words);
            assertEquals(0x1000_0004, words.codeAt(SITE), version);
        }
    }
}
