package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.RelocationException;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel does with types, other than GNU ld or where no assembler leaves it the choice. */
class AArch64RelocTest {

    private static DryLoad with(ElfTarget target, int type, String before, String symbol) {
        DryLoad laid = Loads.module(target).exports("S", Long.parseUnsignedLong(symbol, 16));
        laid.builder()
                .code(".text")
                .bytes(HexFormat.of().parseHex(before))
                .relocation(0, type, laid.builder().symbol("S"));
        return laid;
    }

    private static String after(ElfTarget target, int type, String before, String symbol) {
        return HexFormat.of()
                .formatHex(with(target, type, before, symbol).relocate().bytes(".text"));
    }

    /** The places hold ones, which no assembler leaves there. */
    @ParameterizedTest(name = "{0} of {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # type | bytes before | S                | bytes after
            278    | ffffffff     | ffff800000012abc | fff3eaff
            284    | ffffffff     | ffff800000012abc | ff7bd5ff
            285    | ffffffff     | ffff800000012ab8 | ffbbcaff
            286    | ffffffff     | ffff800000012ab0 | ff5bc5ff
            299    | ffffffff     | ffff800000012ab0 | ffafc2ff
            277    | ffffffff     | ffff800000012abc | fff3eaff
            270    | ffffffff     | 0000000000001234 | 9f46e2df
            270    | ffffffff     | ffffffffffffedcb | 9f46e29f
            293    | ffffffff     | ffff7fffffffffff | 1f00e09f
            293    | ffffffff     | 1233800000000000 | 9f46e2df
            """)
    void theFieldIsClearedFirst(int type, String before, String symbol, String after) {
        assertEquals(after, after(ElfTarget.AARCH64_LE, type, before, symbol));
    }

    /** movk becomes movz or movn: bits 30:29 are 11, 10 and 00. */
    @ParameterizedTest
    @CsvSource({"270, 0000000000001234, 864682d2", "270, ffffffffffffedcb, 86468292", "287, ffff800000000010, 060280d2"
    })
    void aSignedImmediateChoosesTheInstruction(int type, String symbol, String after) {
        assertEquals(after, after(ElfTarget.AARCH64_LE, type, "060080f2", symbol));
    }

    @ParameterizedTest(name = "{0} of {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # type | bytes before | S                | bytes after
            283    | 00000094     | ffff800000000102 | 40000094
            282    | 00000014     | ffff800000000103 | 40000014
            280    | 000000b4     | ffff800000000101 | 000800b4
            279    | 00000036     | ffff800000000101 | 00080036
            273    | 00000058     | ffff800000000102 | 00080058
            286    | ad0140f9     | ffff800000012ab7 | ad5945f9
            """)
    void lowBitsAreLostInSilence(int type, String before, String symbol, String after) {
        assertEquals(after, after(ElfTarget.AARCH64_LE, type, before, symbol));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 256})
    void noneLeavesItsPlaceAlone(int type) {
        assertEquals("0102030405060708", after(ElfTarget.AARCH64_LE, type, "0102030405060708", "1234"));
    }

    /** GNU ld takes these as signed numbers. */
    @ParameterizedTest
    @CsvSource({"258, ffffffff80000000", "258, ffffffffffffffff", "259, ffffffffffff8000", "259, ffffffffffffffff"})
    void narrowDataHoldsNothingNegative(int type, String symbol) {
        RelocationException refused =
                assertThrows(RelocationException.class, () -> after(ElfTarget.AARCH64_LE, type, "00000000", symbol));
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(
                Optional.of("module m: overflow in relocation type " + type + " val " + symbol),
                refused.kernelMessage());
    }

    /** Of GOT and TLS, of later ABIs, and of none. */
    @ParameterizedTest
    @ValueSource(ints = {1, 281, 298, 311, 312, 314, 513, 1024, 65536})
    void otherTypesAreRefused(int type) {
        RelocationException refused =
                assertThrows(RelocationException.class, () -> after(ElfTarget.AARCH64_LE, type, "00000000", "1234"));
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.of("module m: unsupported RELA relocation: " + type), refused.kernelMessage());
    }

    @Test
    void sectionsWithoutAddendsAreRefused() {
        DryLoad laid = with(ElfTarget.AARCH64_LE.withAddends(AddendKind.IN_PLACE), 257, "0000000000000000", "1234");
        FormatException refused = assertThrows(FormatException.class, laid::relocate);
        assertEquals(Errno.ENOEXEC, refused.errno());
        assertEquals(Optional.of("module m: REL relocation unsupported"), refused.kernelMessage());
    }

    @ParameterizedTest(name = "{0} of {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # type | bytes before     | S                | bytes after
            257    | 0000000000000000 | ffff800000012abc | ffff800000012abc
            258    | 00000000         | 0000000012345678 | 12345678
            259    | 0000             | 0000000000001234 | 1234
            261    | 00000000         | ffff800000012abc | 00012abc
            277    | 8c010091         | ffff800000012abc | 8cf12a91
            283    | 00000094         | ffff800000000100 | 40000094
            270    | 060080d2         | ffffffffffffedcb | 86468292
            """)
    void dataIsBigEndianAndCodeIsNotWhereTheHeaderSaysSo(int type, String before, String symbol, String after) {
        assertEquals(after, after(ElfTarget.AARCH64_BE, type, before, symbol));
    }
}
