package io.modrt.elf;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a file, who says so, and the words. The file: ELF32, big endian, MIPS; headers as the System V ABI numbers them. */
class BadElfTest {
    private static final int E_SHOFF = 32;
    private static final int E_SHENTSIZE = 46;
    private static final int E_SHNUM = 48;
    private static final int E_SHSTRNDX = 50;
    private static final boolean KERNEL = false;
    private static final boolean BEYOND = true;

    /** .text 1, .rel.text 2, .symtab 3, .strtab 4, names 5. */
    private static ElfBytes sound() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_MIPS);
        elf.section(".text", 1, 6, new byte[16]);
        elf.section(".rel.text", Section.SHT_REL, 0, elf.ints(0, 0x102))
                .link(3)
                .info(1)
                .entryBytes(8);
        elf.section(
                        ".symtab",
                        Section.SHT_SYMTAB,
                        0,
                        ElfBytes.join(elf.symbol(0, 0, 0, 0, 0), elf.symbol(1, 0, 0, 0x12, 1)))
                .link(4)
                .entryBytes(16);
        elf.section(".strtab", Section.SHT_STRTAB, 0, ElfBytes.strings("\0main\0"));
        return elf;
    }

    private static Arguments row(String what, boolean beyond, UnaryOperator<byte[]> change, String message) {
        return Arguments.of(Named.of(what, change), beyond, message);
    }

    private static Arguments part(String what, boolean beyond, Consumer<ElfBytes> change, String message) {
        return row(
                what,
                beyond,
                ignored -> {
                    ElfBytes elf = sound();
                    change.accept(elf);
                    return elf.bytes();
                },
                message);
    }

    private static UnaryOperator<byte[]> u16(int at, int value) {
        return b -> {
            ByteBuffer.wrap(b).order(ByteOrder.BIG_ENDIAN).putShort(at, (short) value);
            return b;
        };
    }

    private static UnaryOperator<byte[]> u32(int at, int value) {
        return b -> {
            ByteBuffer.wrap(b).order(ByteOrder.BIG_ENDIAN).putInt(at, value);
            return b;
        };
    }

    /** Changes a word of section {@code index}'s header. */
    private static UnaryOperator<byte[]> sh(int index, int word, int value) {
        return b -> {
            int at = ByteBuffer.wrap(b).getInt(E_SHOFF) + 40 * index + 4 * word;
            return u32(at, value).apply(b);
        };
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                row("empty", KERNEL, b -> new byte[0], "bad.ko: has 0 bytes, an ELF header has 52 or more"),
                row(
                        "half a header",
                        KERNEL,
                        b -> Arrays.copyOf(b, 51),
                        "bad.ko: has 51 bytes, an ELF header has 52 or more"),
                row(
                        "64-bit, but 52 bytes",
                        KERNEL,
                        b -> {
                            b[4] = 2;
                            return Arrays.copyOf(b, 60);
                        },
                        "bad.ko: has 60 bytes, a header of ELF64 has 64"),
                row(
                        "another magic",
                        KERNEL,
                        u32(0, 0x213c6172),
                        "bad.ko: is not an ELF file: starts with 0x213c6172, not 0x7f454c46"),
                row(
                        "class 3",
                        KERNEL,
                        u32(4, 0x03020100),
                        "bad.ko: class (EI_CLASS) 3 is neither 1 (32 bit) nor 2 (64 bit)"),
                row(
                        "order 0",
                        BEYOND,
                        u32(4, 0x01000100),
                        "bad.ko: byte order (EI_DATA) 0 is neither 1 (little) nor 2 (big endian)"),
                row(
                        "e_shentsize",
                        KERNEL,
                        u16(E_SHENTSIZE, 41),
                        "bad.ko: section headers (e_shentsize) of 41 bytes, ELF32 has 40"),
                row(
                        "e_shoff beyond the end",
                        KERNEL,
                        u32(E_SHOFF, 0x10000),
                        "bad.ko: section headers (e_shoff) at 0x10000, the file has 0x"),
                row(
                        "e_shoff near 4 GiB",
                        KERNEL,
                        u32(E_SHOFF, -8),
                        "bad.ko: section headers (e_shoff) at 0xfffffff8, the file has 0x"),
                row("e_shnum too large", KERNEL, u16(E_SHNUM, 7), "bad.ko: 7 section headers (e_shnum) at 0x"),
                row(
                        "e_shnum in section 0 too large",
                        KERNEL,
                        b -> sh(0, 5, -1).apply(u16(E_SHNUM, 0).apply(b)),
                        "bad.ko: 4294967295 section headers (e_shnum) at 0x"),
                row(
                        "e_shstrndx too large",
                        KERNEL,
                        u16(E_SHSTRNDX, 6),
                        "bad.ko: section names (e_shstrndx) in section 6, there are 6 sections"),
                row(
                        "e_shstrndx in section 0 too large",
                        KERNEL,
                        b -> sh(0, 6, -1).apply(u16(E_SHSTRNDX, 0xffff).apply(b)),
                        "bad.ko: section names (e_shstrndx) in section 4294967295, there are 6 sections"),
                row(
                        "names outside",
                        KERNEL,
                        sh(5, 4, 0x7fffffff),
                        "bad.ko: section 5: contents are not inside the file: offset 0x7fffffff, 0x"),
                row("no names", KERNEL, sh(5, 5, 0), "bad.ko: section 5, the name table: is empty"),
                row(
                        "names without end",
                        KERNEL,
                        sh(5, 5, 3),
                        "bad.ko: section 5, the name table: its last string has no end"),
                row("names in NOBITS", KERNEL, sh(5, 1, 8), "bad.ko: section 5, the name table: is empty"),
                row(
                        "name of a loaded section",
                        KERNEL,
                        sh(1, 0, 0x1000),
                        "bad.ko: section 1: sh_name 0x1000 is outside the name table of 0x"),
                row(
                        "name of a section that is not loaded",
                        BEYOND,
                        sh(3, 0, -1),
                        "bad.ko: section 3: sh_name 0xffffffff is outside the name table of 0x"),
                row(
                        "name of section 0",
                        BEYOND,
                        sh(0, 0, 0x100),
                        "bad.ko: section 0: sh_name 0x100 is outside the name table of 0x"),
                row(
                        "section larger than the file",
                        KERNEL,
                        sh(1, 5, 0x4000),
                        "bad.ko: section 1: contents are not inside the file: offset 0x40, 0x4000 bytes, the file has 0x"),
                row(
                        "section whose end wraps",
                        KERNEL,
                        sh(1, 5, -1),
                        "bad.ko: section 1: contents are not inside the file: offset 0x40, 0xffffffff bytes, the file has 0x"),
                part(
                        "symbols without strings",
                        KERNEL,
                        e -> e.part(3).link(0),
                        "bad.ko: section 3 (.symtab): its strings (sh_link) are in section 0, there are 6 sections"),
                part(
                        "symbols with strings nowhere",
                        KERNEL,
                        e -> e.part(3).link(-2),
                        "bad.ko: section 3 (.symtab): its strings (sh_link) are in section 4294967294, there are 6 sections"),
                part(
                        "strings without end",
                        BEYOND,
                        e -> e.part(4).contents = ElfBytes.strings("\0main"),
                        "bad.ko: section 4 (.strtab): strings without end: the last byte is not NUL"),
                part(
                        "no strings",
                        BEYOND,
                        e -> e.part(4).contents = new byte[0],
                        "bad.ko: section 4 (.strtab): strings without end: the last byte is not NUL"),
                part(
                        "strings in NOBITS",
                        BEYOND,
                        e -> e.part(4).type = 8,
                        "bad.ko: section 4 (.strtab): strings without end: the last byte is not NUL"),
                part(
                        "symbol entries of 0 bytes",
                        BEYOND,
                        e -> e.part(3).entryBytes(0),
                        "bad.ko: section 3 (.symtab): sh_entsize is 0 and sh_size 32, ELF32 has entries of 16 bytes"),
                part(
                        "a fraction of a symbol",
                        BEYOND,
                        e -> e.part(3).contents = new byte[24],
                        "bad.ko: section 3 (.symtab): sh_entsize is 16 and sh_size 24, ELF32 has entries of 16 bytes"),
                part(
                        "a symbol's name outside",
                        BEYOND,
                        e -> e.part(3).contents = e.symbol(6, 0, 0, 0, 0),
                        "bad.ko: section 3 (.symtab): symbol 0: st_name 0x6 is outside the string table of 6 bytes"),
                part(
                        "a symbol's name far outside",
                        BEYOND,
                        e -> e.part(3).contents = e.symbol(-1, 0, 0, 0, 0),
                        "bad.ko: section 3 (.symtab): symbol 0: st_name 0xffffffff is outside the string table of 6 bytes"),
                part(
                        "too few numbers",
                        BEYOND,
                        e -> e.section(".shndx", Section.SHT_SYMTAB_SHNDX, 0, e.ints(0))
                                .link(3),
                        "bad.ko: section 5 (.shndx): section numbers for 1 symbols, the symbol table has 2"),
                part(
                        "relocations of 0 bytes",
                        BEYOND,
                        e -> e.part(2).entryBytes(0),
                        "bad.ko: section 2 (.rel.text): sh_entsize is 0 and sh_size 8, ELF32 has entries of 8 bytes"),
                part(
                        "relocations of 12 bytes",
                        BEYOND,
                        e -> e.part(2).entryBytes(12),
                        "bad.ko: section 2 (.rel.text): sh_entsize is 12 and sh_size 8, ELF32 has entries of 8 bytes"),
                part(
                        "a fraction of a relocation",
                        BEYOND,
                        e -> e.part(2).contents = new byte[12],
                        "bad.ko: section 2 (.rel.text): sh_entsize is 8 and sh_size 12, ELF32 has entries of 8 bytes"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadFileIsRefusedWithThePlaceAndTheNumbers(UnaryOperator<byte[]> change, boolean beyond, String message) {
        byte[] bytes = change.apply(sound().bytes());
        FormatException refusal = assertThrows(FormatException.class, () -> {
            ElfFile file = ElfFile.view("bad.ko", bytes, bytes.length);
            file.symbolTable();
            file.relocationSections();
        });
        assertAll(
                () -> assertTrue(String.valueOf(refusal.getMessage()).startsWith(message), refusal.getMessage()),
                () -> assertEquals(Errno.ENOEXEC, refusal.errno()),
                () -> assertEquals(beyond, refusal.beyondKernel()));
    }

    /** 2^63 bytes of a 64-bit .bss. */
    @Test
    void memoryThatNoAddressSpaceHasIsRefused() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, false, ElfHeader.EM_MIPS);
        elf.section(".bss", Section.SHT_NOBITS, 3, new byte[0]);
        byte[] bytes = elf.bytes();
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong((int) b.getLong(40) + 64 + 32, Long.MIN_VALUE);
        FormatException refusal = assertThrows(FormatException.class, () -> ElfFile.view(bytes));
        assertEquals("section 1: 9223372036854775808 bytes do not fit any address space", refusal.getMessage());
        assertTrue(refusal.beyondKernel());
    }
}
