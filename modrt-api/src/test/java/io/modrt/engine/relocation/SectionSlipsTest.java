package io.modrt.engine.relocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.error.FormatException;
import io.modrt.findings.Findings;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Width;
import java.util.List;
import org.junit.jupiter.api.Test;

class SectionSlipsTest {
    private static final int ALLOC = 2;
    private static final int RELA = 4;

    /** Symbols 1 to 4: undefined, in a loaded section, in one that is not loaded, absolute; and two packed relocations. */
    private static ElfFile file() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, false, ElfHeader.EM_MIPS);
        elf.section(".data", 1, ALLOC, new byte[16]).alignment(8);
        elf.section(".comment", 1, 0, new byte[8]);
        elf.section(
                        ".symtab",
                        2,
                        0,
                        ElfBytes.join(
                                elf.symbol(0, 0, 0, 0, 0),
                                elf.symbol(1, 0, 0, 0x10, 0),
                                elf.symbol(1, 0, 0, 0x10, 1),
                                elf.symbol(1, 0, 0, 0x10, 2),
                                elf.symbol(1, 0, 0, 0x10, 0xfff1)))
                .link(4)
                .entryBytes(24);
        elf.section(".strtab", 3, 0, ElfBytes.strings("\0name\0"));
        // r_offset, then r_sym in the lower half, and from the lowest byte of the upper half on r_ssym, r_type3,
        // r_type2, r_type
        elf.section(".rela.data", RELA, 0, elf.words(0, 0x1205_0000_0000_0002L, 0, 8, 0x1205_0100_0000_0002L, 0))
                .link(3)
                .info(1)
                .entryBytes(24);
        return ElfFile.view("m.ko", elf.bytes(), elf.bytes().length);
    }

    private static SectionSlips slips(Findings findings) {
        return new SectionSlips(file().symbolTable().orElseThrow(), new long[5], Width.BITS_64, findings);
    }

    @Test
    void onlyASymbolOfASectionThatIsNotLoadedIsInTheFileOnly() {
        SectionSlips slips = slips(new Findings("m", LoadPolicy.kernelExact()));
        assertFalse(slips.isInFileOnly(1));
        assertFalse(slips.isInFileOnly(2));
        assertTrue(slips.isInFileOnly(3));
        assertFalse(slips.isInFileOnly(4));
        SectionSlips ofNone =
                new SectionSlips(null, new long[0], Width.BITS_64, new Findings("m", LoadPolicy.kernelExact()));
        assertFalse(ofNone.isInFileOnly(3));
    }

    @Test
    void furtherTypesOfPackedEntriesAreIgnoredAndReported() {
        RelocationSection relocations = file().relocationSections().get(0);
        Findings findings = new Findings("m", LoadPolicy.kernelExact());
        slips(findings).reportPackedRest(relocations, 2);
        assertEquals(
                List.of(new Diagnostic(
                        Diagnostic.Kind.TRUNCATED_OR_IGNORED,
                        "m.ko: section 5 (.rela.data) entry 0",
                        "r_ssym, r_type3, r_type2 are 0x5 and ignored, as in 1 more of this section")),
                findings.list());
        Findings strict = new Findings("m", LoadPolicy.kernelExact().strict());
        assertThrows(FormatException.class, () -> slips(strict).reportPackedRest(relocations, 2));
        Findings none = new Findings("m", LoadPolicy.kernelExact());
        slips(none).reportPackedRest(relocations, 0);
        assertEquals(List.of(), none.list());
    }
}
