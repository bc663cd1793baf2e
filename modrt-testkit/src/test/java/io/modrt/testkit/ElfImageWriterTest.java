package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Programs made of given bytes at given addresses. That emulators run them is seen where there is one. */
class ElfImageWriterTest {
    private static final HexFormat HEX = HexFormat.of();

    /** Offsets: gABI, figures 4-3 (header) and 5-1 (program header), 32 bit, big-endian. */
    @Test
    void writesTheHeadersThatTheSpecificationDraws() {
        byte[] file = ElfImageWriter.of(ElfTarget.MIPS_O32_BE)
                .code(Address.of(0x2000_0010), 0x2404_002a, 0x0000_000c)
                .segment(Address.of(0x2000_1100), new byte[] {1, 2, 3})
                .entry(Address.of(0x2000_0010))
                .build();

        assertEquals("7f454c46" + "010201", HEX.formatHex(file, 0, 7), "32 bit, big-endian, version 1");
        assertEquals("0002" + "0008" + "00000001", HEX.formatHex(file, 16, 24), "executable, MIPS, version 1");
        assertEquals("20000010" + "00000034" + "00000000", HEX.formatHex(file, 24, 36), "entry, headers, no sections");
        assertEquals("70001001" + "0034" + "0020" + "0002", HEX.formatHex(file, 36, 46), "flags, sizes, two segments");
        assertEquals(
                "00000001" + "00001010" + "20000010" + "20000010" + "00000008" + "00000008" + "00000007" + "00001000",
                HEX.formatHex(file, 52, 84),
                "loaded; position and address agree below a page; read, write, execute");
        assertEquals("00002100" + "20001100", HEX.formatHex(file, 88, 96), "the second one");
        assertEquals("2404002a" + "0000000c", HEX.formatHex(file, 0x1010, 0x1018));
        assertEquals("010203", HEX.formatHex(file, 0x2100, 0x2103));
    }

    /** Figures 4-3 and 5-1, 64 bit: flags come second. */
    @Test
    void writesWideHeadersToo() {
        byte[] file = ElfImageWriter.of(ElfTarget.MIPS_N64_LE)
                .segment(Address.of(0x1_2000_0000L), new byte[] {5})
                .entry(Address.of(0x1_2000_0000L))
                .build();
        assertEquals("0000002001000000" + "4000000000000000", HEX.formatHex(file, 24, 40), "entry, headers");
        assertEquals(
                "01000000" + "07000000" + "0010000000000000" + "0000002001000000" + "0000002001000000"
                        + "0100000000000000" + "0100000000000000" + "0010000000000000",
                HEX.formatHex(file, 64, 120));
        assertEquals(0x1001, file.length);
    }

    @Test
    void refusesSegmentsThatShareAPage() {
        ElfImageWriter writer = ElfImageWriter.of(ElfTarget.MIPS_O32_LE).segment(Address.of(0x1ff0), new byte[0x20]);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> writer.segment(Address.of(0x2800), new byte[1]));
        assertEquals("segments [0x1ff0, 0x2010) and [0x2800, 0x2801) share a page", refused.getMessage());
    }
}
