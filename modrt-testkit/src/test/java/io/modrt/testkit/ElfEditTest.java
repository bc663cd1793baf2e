package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One field at a time, found by what the file said at first. */
class ElfEditTest {
    private static byte[] file() {
        return KernelModuleBuilder.of(ElfTarget.MIPS_N64_BE, "edited")
                .text(1, 2)
                .relocation(".text", 4, 5, "callee", 9)
                .function("here", ".text", 4)
                .build();
    }

    private static long differences(byte[] one, byte[] other) {
        return IntStream.range(0, one.length).filter(i -> one[i] != other[i]).count();
    }

    @Test
    void setsOneFieldAndNoOtherByte() {
        byte[] edited =
                ElfEdit.of(file()).header(ElfField.E_FLAGS, 0x8000_0002L).build();
        assertEquals(0x8000_0002, ElfFile.view(edited).header().flags());
        assertEquals(1, differences(file(), edited));
    }

    @Test
    void setsFieldsOfSectionsSymbolsAndRelocations() {
        byte[] edited = ElfEdit.of(file())
                .section(".text", ElfField.SH_ADDRALIGN, 32)
                .symbol("here", ElfField.ST_VALUE, 6)
                .relocation(".rela.text", 0, ElfField.R_ADDEND, -1)
                .relocation(".rela.text", 0, ElfField.R_TYPE, 6)
                .contents(".text", 4, (byte) 7)
                .build();
        ElfFile file = ElfFile.view(edited);
        Section text = file.section(".text").orElseThrow();
        RelocationSection relocations = file.relocationSections().get(0);

        assertEquals(32, text.alignment());
        assertEquals(7, edited[(int) text.fileOffset() + 4]);
        assertEquals(
                6,
                file.symbolTable()
                        .orElseThrow()
                        .value(file.symbolTable().orElseThrow().indexOf("here")));
        assertEquals(-1, relocations.addend(0));
        assertEquals(6, relocations.type(0));
    }

    @Test
    void findsRecordsByTheUnbrokenFile() {
        byte[] edited = ElfEdit.of(file())
                .header(ElfField.E_SHOFF, 0)
                .section(".text", ElfField.SH_NAME, 0)
                .section(".text", ElfField.SH_TYPE, 0)
                .build();
        ElfEdit original = ElfEdit.of(file());
        int type = (int) original.header(ElfField.E_SHOFF) + 64 * original.sectionIndex(".text") + 4;
        assertEquals(0, edited[type + 3]);
    }

    @Test
    void cutsAndAppends() {
        byte[] file = file();
        byte[] longer = ElfEdit.of(file).appended((byte) 1, (byte) 2).build();
        assertEquals(file.length + 2, longer.length);
        assertArrayEquals(file, ElfEdit.of(longer).truncated(file.length).build());
    }

    @Test
    void namesWhatIsNotThere() {
        ElfEdit edit = ElfEdit.of(file());
        assertEquals(
                "no section is called .nope",
                assertThrows(IllegalArgumentException.class, () -> edit.sectionIndex(".nope"))
                        .getMessage());
        assertEquals(
                "no symbol is called nope",
                assertThrows(IllegalArgumentException.class, () -> edit.symbolIndex("nope"))
                        .getMessage());
        assertEquals(
                "ST_VALUE is not a field of this record",
                assertThrows(IllegalArgumentException.class, () -> edit.header(ElfField.ST_VALUE, 1))
                        .getMessage());
        ElfEdit narrow = ElfEdit.of(KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "narrow")
                .text(0)
                .relocation(".text", 0, 2, "x")
                .build());
        assertEquals(
                "R_TYPE2 is a field of n64's relocations; this file has symbol << 8 | type in R_INFO: use R_INFO, or"
                        + " relocationType",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> narrow.relocation(".rel.text", 0, ElfField.R_TYPE2, 1))
                        .getMessage());
    }

    private static ElfEdit edit(ElfTarget target) {
        return ElfEdit.of(KernelModuleBuilder.of(target, "m")
                .text(0, 0)
                .relocation(".text", 4, target.pointerType(), "x")
                .build());
    }

    private static int type(ElfEdit edited) {
        return ElfFile.view(edited.build()).relocationSections().get(0).type(0);
    }

    @Test
    void aRelocationGetsAnotherTypeByItsNameInEveryForm() {
        assertEquals(4, type(edit(ElfTarget.MIPS_O32_BE).relocationType(".rel.text", 0, "R_MIPS_26")));
        assertEquals(4, type(edit(ElfTarget.MIPS_N64_LE).relocationType(".rela.text", 0, "R_MIPS_26")));
        assertEquals(12, type(edit(ElfTarget.PARISC_32).relocationType(".rela.text", 0, "R_PARISC_PCREL17F")));
        assertEquals(283, type(edit(ElfTarget.AARCH64_LE).relocationType(".rela.text", 0, "R_AARCH64_CALL26")));
    }

    @Test
    void fieldsOfAnotherFormAreRefusedWithTheRightOne() {
        assertEquals(
                "R_TYPE is a field of n64's relocations; this file has symbol << 8 | type in R_INFO: use R_INFO, or"
                        + " relocationType",
                refusal(() -> edit(ElfTarget.MIPS_O32_LE).relocation(".rel.text", 0, ElfField.R_TYPE, 4)));
        assertEquals(
                "R_SYM is a field of n64's relocations; this file has symbol << 32 | type in R_INFO: use R_INFO, or"
                        + " relocationType",
                refusal(() -> edit(ElfTarget.AARCH64_LE).relocation(".rela.text", 0, ElfField.R_SYM, 4)));
        assertTrue(refusal(() -> edit(ElfTarget.MIPS_N64_LE).relocation(".rela.text", 0, ElfField.R_INFO, 4))
                .startsWith("R_INFO: n64's relocations have R_SYM, R_SSYM"));
        assertEquals(
                ".rel.text is SHT_REL: the relocated section holds the addend; use contents",
                refusal(() -> edit(ElfTarget.MIPS_O32_LE).relocation(".rel.text", 0, ElfField.R_ADDEND, 4)));
        assertEquals(
                ".rel.text has 1 relocations, counted from 0; there is no 1",
                refusal(() -> edit(ElfTarget.MIPS_O32_LE).relocation(".rel.text", 1, ElfField.R_INFO, 4)));
    }

    private static String refusal(Runnable wrong) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, wrong::run).getMessage());
    }
}
