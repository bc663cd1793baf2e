package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.policy.Diagnostic;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Applies every type with the values 0 and ±1, the last that fits and the first that does not on each side, and a misaligned one; over
 * zeros, ones and a real word. The expected contents of the field are written by hand from the package's table: {@code bits} of the row,
 * or why it is refused.
 */
class LimitsTest {
    /** Zeros, ones, and a {@code jal}, {@code beq} and {@code lui} none of whose fields is zero. */
    private static final List<Integer> WORDS = List.of(0, -1, 0x0d5a_5aa5, 0x10a5_5a5a, 0x3c03_8765);

    @ParameterizedTest(name = "{0} S={1} A={2} P={3}: {5}")
    @CsvSource(delimiter = '|', textBlock = """
                    # type         | S                | A          | P        | mask     | bits, or the kernel's reason
                    R_MIPS_NONE    | ffffffff80001234 | 0          | c0000000 | 00000000 | 0
                    R_MIPS_32      | 0                | 0          | c0000000 | ffffffff | 0
                    R_MIPS_32      | 0                | 1          | c0000000 | ffffffff | 1
                    R_MIPS_32      | 0                | -1         | c0000000 | ffffffff | ffffffff
                    R_MIPS_32      | 7fffffff         | 1          | c0000000 | ffffffff | 80000000
                    R_MIPS_32      | ffffffff80000000 | 0          | c0000000 | ffffffff | 80000000
                    R_MIPS_26      | ffffffffc0000000 | 0          | c0000000 | 03ffffff | 0
                    R_MIPS_26      | ffffffffc0000004 | 0          | c0000000 | 03ffffff | 1
                    R_MIPS_26      | ffffffffc0000008 | -4         | c0000000 | 03ffffff | 1
                    R_MIPS_26      | ffffffffcffffffc | 0          | c0000000 | 03ffffff | 3ffffff
                    R_MIPS_26      | ffffffffcfffffff | 1          | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | ffffffffd0000000 | 0          | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | ffffffffd0000000 | -4         | c0000000 | 03ffffff | 3ffffff
                    R_MIPS_26      | ffffffffbffffffc | 0          | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | ffffffffbffffffc | 4          | c0000000 | 03ffffff | 0
                    R_MIPS_26      | ffffffffc0000001 | 0          | c0000000 | 03ffffff | misaligned
                    R_MIPS_26      | ffffffffc0000000 | 2          | c0000000 | 03ffffff | misaligned
                    R_MIPS_26      | ffffffffc0000002 | 2          | c0000000 | 03ffffff | 1
                    R_MIPS_HI16    | 0                | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HI16    | 7fff             | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HI16    | 7fff             | 1          | c0000000 | 0000ffff | 1
                    R_MIPS_HI16    | 0                | -8000      | c0000000 | 0000ffff | 0
                    R_MIPS_HI16    | 0                | -8001      | c0000000 | 0000ffff | ffff
                    R_MIPS_HI16    | 7fff7fff         | 0          | c0000000 | 0000ffff | 7fff
                    R_MIPS_HI16    | 7fff8000         | 0          | c0000000 | 0000ffff | 8000
                    R_MIPS_HI16    | 100000000        | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_LO16    | 0                | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_LO16    | 0                | 1          | c0000000 | 0000ffff | 1
                    R_MIPS_LO16    | 0                | -1         | c0000000 | 0000ffff | ffff
                    R_MIPS_LO16    | 7fff             | 1          | c0000000 | 0000ffff | 8000
                    R_MIPS_LO16    | ffff             | 1          | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHER  | 0                | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHER  | 0                | -1         | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHER  | 7fff7fff         | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHER  | 7fff8000         | 0          | c0000000 | 0000ffff | 1
                    R_MIPS_HIGHER  | ffff7fff7fff     | 0          | c0000000 | 0000ffff | ffff
                    R_MIPS_HIGHER  | ffff7fff8000     | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHEST | 0                | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHEST | 0                | -1         | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHEST | 7fff7fff7fff     | 0          | c0000000 | 0000ffff | 0
                    R_MIPS_HIGHEST | 7fff7fff8000     | 0          | c0000000 | 0000ffff | 1
                    R_MIPS_HIGHEST | 9800000012345678 | 0          | c0000000 | 0000ffff | 9800
                    R_MIPS_PC16    | ffffffffc0100004 | -4         | c0100000 | 0000ffff | 0
                    R_MIPS_PC16    | ffffffffc0100008 | -4         | c0100000 | 0000ffff | 1
                    R_MIPS_PC16    | ffffffffc0100000 | -4         | c0100000 | 0000ffff | ffff
                    R_MIPS_PC16    | ffffffffc0120000 | -4         | c0100000 | 0000ffff | 7fff
                    R_MIPS_PC16    | ffffffffc0120004 | -4         | c0100000 | 0000ffff | overflow
                    R_MIPS_PC16    | ffffffffc00e0004 | -4         | c0100000 | 0000ffff | 8000
                    R_MIPS_PC16    | ffffffffc00e0000 | -4         | c0100000 | 0000ffff | overflow
                    R_MIPS_PC16    | ffffffffc0100002 | -4         | c0100000 | 0000ffff | misaligned
                    R_MIPS_PC16    | ffffffffc0100004 | -3         | c0100000 | 0000ffff | misaligned
                    R_MIPS_PC21_S2 | ffffffffc0500004 | -4         | c0500000 | 001fffff | 0
                    R_MIPS_PC21_S2 | ffffffffc0500008 | -4         | c0500000 | 001fffff | 1
                    R_MIPS_PC21_S2 | ffffffffc0500000 | -4         | c0500000 | 001fffff | 1fffff
                    R_MIPS_PC21_S2 | ffffffffc0900000 | -4         | c0500000 | 001fffff | fffff
                    R_MIPS_PC21_S2 | ffffffffc0900004 | -4         | c0500000 | 001fffff | overflow
                    R_MIPS_PC21_S2 | ffffffffc0100004 | -4         | c0500000 | 001fffff | 100000
                    R_MIPS_PC21_S2 | ffffffffc0100000 | -4         | c0500000 | 001fffff | overflow
                    R_MIPS_PC21_S2 | ffffffffc0500001 | -4         | c0500000 | 001fffff | misaligned
                    R_MIPS_PC26_S2 | ffffffffc8000004 | -4         | c8000000 | 03ffffff | 0
                    R_MIPS_PC26_S2 | ffffffffc8000008 | -4         | c8000000 | 03ffffff | 1
                    R_MIPS_PC26_S2 | ffffffffc8000000 | -4         | c8000000 | 03ffffff | 3ffffff
                    R_MIPS_PC26_S2 | ffffffffd0000000 | -4         | c8000000 | 03ffffff | 1ffffff
                    R_MIPS_PC26_S2 | ffffffffd0000004 | -4         | c8000000 | 03ffffff | overflow
                    R_MIPS_PC26_S2 | ffffffffc0000004 | -4         | c8000000 | 03ffffff | 2000000
                    R_MIPS_PC26_S2 | ffffffffc0000000 | -4         | c8000000 | 03ffffff | overflow
                    R_MIPS_PC26_S2 | ffffffffc8000003 | -4         | c8000000 | 03ffffff | misaligned
                    """)
    void rela(String type, String symbol, String addend, String place, String mask, String bits) {
        for (int before : WORDS) {
            DryLoad laid = Loads.module(ElfTarget.MIPS_N64_R6_BE)
                    .at(0xffff_ffff_0000_0000L | hex(place))
                    .exports("S", hex(symbol));
            laid.builder()
                    .text(before)
                    .relocation(".text", 0, MipsReloc.valueOf(type).number(), "S", Long.parseLong(addend, 16));
            check(laid, type, before, (int) hex(mask), bits);
        }
    }

    /** As {@link #rela}, but the field holds the addend, so only the other bits vary. */
    @ParameterizedTest(name = "{0} S={1} in place={2} P={3}: {5}")
    @CsvSource(delimiter = '|', textBlock = """
                    # type         | S        | in place | P        | mask     | bits, or the kernel's reason
                    R_MIPS_NONE    | 80001234 | 0        | c0000000 | 00000000 | 0
                    R_MIPS_32      | 0        | 0        | c0000000 | ffffffff | 0
                    R_MIPS_32      | 1        | ffffffff | c0000000 | ffffffff | 0
                    R_MIPS_32      | ffffeffc | 1004     | c0000000 | ffffffff | 0
                    R_MIPS_32      | 80000000 | 80000001 | c0000000 | ffffffff | 1
                    R_MIPS_26      | c0000000 | 0        | c0000000 | 03ffffff | 0
                    R_MIPS_26      | c0000000 | 1        | c0000000 | 03ffffff | 1
                    R_MIPS_26      | c0000004 | 3ffffff  | c0000000 | 03ffffff | 0
                    R_MIPS_26      | cffffffc | 0        | c0000000 | 03ffffff | 3ffffff
                    R_MIPS_26      | cffffffc | 2        | c0000000 | 03ffffff | 1
                    R_MIPS_26      | d0000000 | 0        | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | d0000000 | 3fffffe  | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | bffffffc | 0        | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | bffffffc | 2        | c0000000 | 03ffffff | overflow
                    R_MIPS_26      | c0000002 | 0        | c0000000 | 03ffffff | misaligned
                    R_MIPS_26      | c0000001 | 3ffffff  | c0000000 | 03ffffff | misaligned
                    R_MIPS_LO16    | 0        | 0        | c0000000 | 0000ffff | 0
                    R_MIPS_LO16    | 1        | ffff     | c0000000 | 0000ffff | 0
                    R_MIPS_LO16    | 80007fff | 1        | c0000000 | 0000ffff | 8000
                    R_MIPS_PC16    | c0100004 | ffff     | c0100000 | 0000ffff | 0
                    R_MIPS_PC16    | c0120000 | ffff     | c0100000 | 0000ffff | 7fff
                    R_MIPS_PC16    | c0120004 | ffff     | c0100000 | 0000ffff | overflow
                    R_MIPS_PC16    | c00e0004 | ffff     | c0100000 | 0000ffff | 8000
                    R_MIPS_PC16    | c00e0000 | ffff     | c0100000 | 0000ffff | overflow
                    R_MIPS_PC16    | c0100000 | 7fff     | c0100000 | 0000ffff | 7fff
                    R_MIPS_PC16    | c0100004 | 7fff     | c0100000 | 0000ffff | overflow
                    R_MIPS_PC16    | c0100000 | 8000     | c0100000 | 0000ffff | 8000
                    R_MIPS_PC16    | c00ffffc | 8000     | c0100000 | 0000ffff | overflow
                    R_MIPS_PC16    | c0100002 | ffff     | c0100000 | 0000ffff | misaligned
                    R_MIPS_PC21_S2 | c0900000 | 1fffff   | c0500000 | 001fffff | fffff
                    R_MIPS_PC21_S2 | c0900004 | 1fffff   | c0500000 | 001fffff | overflow
                    R_MIPS_PC21_S2 | c0100004 | 1fffff   | c0500000 | 001fffff | 100000
                    R_MIPS_PC21_S2 | c0100000 | 1fffff   | c0500000 | 001fffff | overflow
                    R_MIPS_PC21_S2 | c0500001 | 0        | c0500000 | 001fffff | misaligned
                    R_MIPS_PC26_S2 | d0000000 | 3ffffff  | c8000000 | 03ffffff | 1ffffff
                    R_MIPS_PC26_S2 | d0000004 | 3ffffff  | c8000000 | 03ffffff | overflow
                    R_MIPS_PC26_S2 | c0000004 | 3ffffff  | c8000000 | 03ffffff | 2000000
                    R_MIPS_PC26_S2 | c0000000 | 3ffffff  | c8000000 | 03ffffff | overflow
                    R_MIPS_PC26_S2 | c8000003 | 0        | c8000000 | 03ffffff | misaligned
                    """)
    void rel(String type, String symbol, String inPlace, String place, String mask, String bits) {
        for (int word : WORDS) {
            int before = (word & ~(int) hex(mask)) | (int) hex(inPlace);
            DryLoad laid = Loads.module(ElfTarget.MIPS_O32_R6_LE).at(hex(place)).exports("S", hex(symbol));
            laid.builder()
                    .text(before)
                    .relocation(".text", 0, MipsReloc.valueOf(type).number(), "S");
            check(laid, type, before, (int) hex(mask), bits);
        }
    }

    private static void check(DryLoad laid, String type, int before, int mask, String bits) {
        if (bits.equals("overflow") || bits.equals("misaligned")) {
            RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
            assertEquals(Errno.ENOEXEC, refused.errno());
            // why: the kernel's log line names the newer types without their scale
            String reason = bits.equals("overflow")
                    ? "relocation overflow"
                    : "dangerous " + type.replace("_S2", "") + " relocation";
            assertEquals(Optional.of("module m: " + reason), refused.kernelMessage());
        } else {
            int after = laid.relocate().word(".text", 0);
            assertEquals(before & ~mask, after & ~mask, "bits outside the field");
            assertEquals((int) hex(bits), after & mask);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "0, 1, 1",
        "0, -1, ffffffffffffffff",
        "7fffffffffffffff, 1, 8000000000000000",
        "ffffffff80009abc, 4, ffffffff80009ac0"
    })
    void aDoublewordTakesAnySum(String symbol, long addend, String after) {
        for (long before : new long[] {0, -1, 0x0123_4567_89ab_cdefL}) {
            DryLoad laid = Loads.module(ElfTarget.MIPS_N64_LE).exports("S", hex(symbol));
            laid.builder()
                    .readOnly(".rodata")
                    .pointer(0x1111_1111_1111_1111L)
                    .pointer(before)
                    .pointer(0x2222_2222_2222_2222L);
            laid.builder().relocation(".rodata", 8, 18, "S", addend);
            DryLoad.Result result = laid.relocate();
            assertEquals(0x1111_1111_1111_1111L, result.pointer(".rodata", 0));
            assertEquals(hex(after), result.pointer(".rodata", 8));
            assertEquals(0x2222_2222_2222_2222L, result.pointer(".rodata", 16));
        }
    }

    @Test
    void n64TellsOfAWordThatLostItsUpperHalf() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_N64_LE).exports("S", 0x9800_0000_0000_1234L);
        laid.builder().text(-1).relocation(".text", 0, 2, "S");
        DryLoad.Result result = laid.relocate();
        assertEquals(0x1234, result.word(".text", 0));
        assertTrue(
                result.relocated().diagnostics().stream()
                        .anyMatch(d -> d.kind() == Diagnostic.Kind.TRUNCATED_OR_IGNORED
                                && d.where().contains(".text+0x0: R_MIPS_32 against S")),
                result.relocated().diagnostics().toString());
    }

    @Test
    void theRefusalOf2009NamesThePlaceTheSegmentAndTheWayOut() {
        DryLoad laid = Loads.module(ElfTarget.MIPS_O32_BE).exports("_mcount", 0x8027_a740L);
        laid.builder().text(0, 0x0c00_0000).relocation(".text", 4, 4, "_mcount");
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertEquals(
                "m: .text+0x4: R_MIPS_26 against _mcount+0x0: target 0x8027a740 is outside the segment"
                        + " [0xc0000000, 0xd0000000) of the place 0xc0000004; build it with -mlong-calls, or load it with"
                        + " StubPolicy.SHARED",
                refused.getMessage());
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }
}
