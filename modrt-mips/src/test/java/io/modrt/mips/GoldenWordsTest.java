package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.RelocationException;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Compares every type with words that GNU as and ld made: {@code words.csv}, which {@code oracle/golden} writes. */
class GoldenWordsTest {
    private static final long PAGE = 0xfff;

    @ParameterizedTest(name = "{0} {1}: {6} -> {7}")
    @CsvFileSource(resources = "words.csv", delimiter = '|', quoteCharacter = '\'', numLinesToSkip = 1)
    void aRelocatedWordIsTheLinkers(
            String target,
            String type,
            String symbol,
            long addend,
            String place,
            String before,
            String assembly,
            String after) {
        ElfTarget machine = machine(target);
        MipsReloc row = MipsReloc.valueOf(type);
        long P = hex(place);
        int offset = (int) (P & PAGE);
        DryLoad laid = Loads.module(machine).at(P & ~PAGE).exports("S", hex(symbol));
        laid.builder().code(".text").zeros(offset);
        if (row == MipsReloc.R_MIPS_64) {
            laid.builder().code(".text").pointer(hex(before));
        } else {
            laid.builder().text((int) hex(before));
        }
        if (machine.addends() == AddendKind.EXPLICIT) {
            laid.builder().relocation(".text", offset, row.number(), "S", addend);
        } else {
            laid.builder().relocation(".text", offset, row.number(), "S");
            if (row == MipsReloc.R_MIPS_HI16) { // the other half of the addend
                laid.builder()
                        .text(0x2421_0000 | ((int) addend & 0xffff))
                        .relocation(".text", offset + 4, MipsReloc.R_MIPS_LO16.number(), "S");
            }
        }
        if (after.equals("overflow")) {
            RelocationException refused = assertThrows(RelocationException.class, laid::relocate, assembly);
            assertEquals(Errno.ENOEXEC, refused.errno());
            assertEquals(Optional.of("module m: relocation overflow"), refused.kernelMessage());
        } else if (row == MipsReloc.R_MIPS_64) {
            assertEquals(
                    after, String.format(Locale.ROOT, "0x%016x", laid.relocate().pointer(".text", offset)), assembly);
        } else {
            assertEquals(
                    after, String.format(Locale.ROOT, "0x%08x", laid.relocate().word(".text", offset)), assembly);
        }
    }

    private static long hex(String number) {
        return Long.parseUnsignedLong(number.substring(2).toLowerCase(Locale.ROOT), 16);
    }

    private static ElfTarget machine(String target) {
        return switch (target) {
            case "o32-be" -> ElfTarget.MIPS_O32_BE;
            case "o32-le" -> ElfTarget.MIPS_O32_LE;
            case "o32-r6" -> ElfTarget.MIPS_O32_R6_LE;
            case "n64-be" -> ElfTarget.MIPS_N64_BE;
            case "n64-le" -> ElfTarget.MIPS_N64_LE;
            case "n64-r6" -> ElfTarget.MIPS_N64_R6_LE;
            default -> throw new IllegalArgumentException(target);
        };
    }
}
