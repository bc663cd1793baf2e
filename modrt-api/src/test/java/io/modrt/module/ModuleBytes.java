package io.modrt.module;

import static io.modrt.elf.ElfBytes.join;
import static io.modrt.elf.ElfBytes.strings;

import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import java.util.function.Consumer;

/**
 * A small module for tests, sound until it is changed: it exports {@code greet} (GPL only, namespace GREET, at .text + 4) and imports
 * {@code printk} with a CRC and {@code maybe}, weak, without one. REL with 32 bits, packed RELA with 64.
 */
final class ModuleBytes {
    static final int TEXT = 1;
    static final int MODINFO = 2;
    static final int THIS_MODULE = 3;
    static final int VERSIONS = 4;
    static final int KSYMTAB = 5;
    static final int KSYMTAB_RELOCATIONS = 6;
    static final int KCRCTAB = 7;
    static final int STRINGS = 8;
    static final int SYMTAB = 9;
    static final int STRTAB = 10;
    static final String VERMAGIC = "6.1.0-modrt SMP mod_unload modversions MIPS32_R2 32BIT ";

    private static final int ALLOC = 2;

    private ModuleBytes() {}

    static byte[] module(ElfClass elfClass, boolean big) {
        return elf(elfClass, big).bytes();
    }

    /** ELF32, big endian, with a change. */
    static byte[] with(Consumer<ElfBytes> change) {
        ElfBytes elf = elf(ElfClass.ELF32, true);
        change.accept(elf);
        return elf.bytes();
    }

    static ElfBytes elf(ElfClass elfClass, boolean big) {
        boolean wide = elfClass == ElfClass.ELF64;
        ElfBytes elf = new ElfBytes(elfClass, big, ElfHeader.EM_MIPS);
        elf.section(".text", 1, 6, new byte[16]).alignment(4);
        elf.section(
                ".modinfo",
                1,
                ALLOC,
                strings("license=GPL\0\0\0depends=mii,\0import_ns=A\0import_ns=B=C\0flag\0" + "vermagic=" + VERMAGIC
                        + "\0"));
        byte[] thisModule = new byte[wide ? 128 : 96];
        byte[] name = strings("greeter");
        System.arraycopy(name, 0, thisModule, wide ? 24 : 12, name.length);
        elf.section(".gnu.linkonce.this_module", 1, 3, thisModule);
        elf.section(
                "__versions",
                1,
                ALLOC,
                join(
                        record(elf, wide, 0x11223344L, "module_layout"),
                        record(elf, wide, 0x89abcdefL, "printk"),
                        record(elf, wide, 1, "printk")));
        elf.section("__ksymtab_gpl", 1, ALLOC, wide ? new byte[24] : elf.ints(0, 0, 6))
                .alignment(4);
        elf.section(
                        ".relocations",
                        wide ? Section.SHT_RELA : Section.SHT_REL,
                        0,
                        wide
                                ? join(rela(elf, 0, 2, 0), rela(elf, 8, 1, 0), rela(elf, 16, 1, 6))
                                : elf.ints(0, 0x202, 4, 0x102, 8, 0x102))
                .link(SYMTAB)
                .info(KSYMTAB)
                .entryBytes(wide ? 24 : 8);
        elf.section("__kcrctab_gpl", 1, ALLOC, elf.ints(0xcafe0001)).alignment(4);
        elf.section("__ksymtab_strings", 1, ALLOC, strings("greet\0GREET\0"));
        elf.section(
                        ".symtab",
                        Section.SHT_SYMTAB,
                        0,
                        join(
                                elf.symbol(0, 0, 0, 0, 0),
                                elf.symbol(0, 0, 0, 0x03, STRINGS),
                                elf.symbol(1, 4, 8, 0x12, TEXT),
                                elf.symbol(7, 0, 0, 0x10, 0),
                                elf.symbol(14, 0, 0, 0x20, 0)))
                .link(STRTAB)
                .info(2)
                .entryBytes(elfClass.symbolBytes());
        elf.section(".strtab", Section.SHT_STRTAB, 0, strings("\0greet\0printk\0maybe\0"));
        return elf;
    }

    private static byte[] record(ElfBytes elf, boolean wide, long crc, String name) {
        byte[] padded = new byte[wide ? 56 : 60];
        System.arraycopy(strings(name), 0, padded, 0, name.length());
        return join(elf.words(crc), padded);
    }

    /** R_MIPS_64 (0x12): the type is the last byte of r_info in both byte orders. */
    private static byte[] rela(ElfBytes elf, long place, int symbol, long addend) {
        return join(elf.words(place), elf.ints(symbol), new byte[] {0, 0, 0, 0x12}, elf.words(addend));
    }
}
