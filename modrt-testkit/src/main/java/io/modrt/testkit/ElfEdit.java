package io.modrt.testkit;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apiguardian.api.API;

/**
 * Changes single fields of a finished ELF file, to break it in one named way. Records are found by what the file said before the
 * first change, so that several changes do not get in each other's way. Values are stored as they are; nothing is checked.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ElfEdit {
    private final ElfEncoding encoding;
    private final byte[] original;
    private byte[] bytes;

    private ElfEdit(byte[] file) {
        original = file.clone();
        bytes = file.clone();
        encoding = new ElfEncoding(
                file[4] == ElfClass.ELF64.ident() ? ElfClass.ELF64 : ElfClass.ELF32,
                file[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts to change {@code file}, which must be sound; it is copied. */
    public static ElfEdit of(byte[] file) {
        return new ElfEdit(file);
    }

    /** Sets a field of the file header. */
    public ElfEdit header(ElfField field, long value) {
        return put(0, field, ElfRecord.HEADER, value);
    }

    /** Sets a field of the header of the first section of this name. */
    public ElfEdit section(String name, ElfField field, long value) {
        return section(sectionIndex(name), field, value);
    }

    /** Sets a field of a section's header. */
    public ElfEdit section(int index, ElfField field, long value) {
        return put(sectionHeader(index), field, ElfRecord.SECTION, value);
    }

    /** Sets a field of the first symbol of this name. */
    public ElfEdit symbol(String name, ElfField field, long value) {
        return put(symbolAt(symbolIndex(name)), field, ElfRecord.SYMBOL, value);
    }

    /**
     * Sets a field of a relocation.
     *
     * @param relocationSection the name of the section that holds it, for example {@code .rela.text}
     * @param index which of its entries, from 0
     */
    public ElfEdit relocation(String relocationSection, int index, ElfField field, long value) {
        int section = sectionIndex(relocationSection);
        checkPacking(field);
        boolean explicit = field(section, ElfField.SH_TYPE) == ElfBuilder.SHT_RELA;
        if (field == ElfField.R_ADDEND && !explicit) {
            throw new IllegalArgumentException(
                    relocationSection + " is SHT_REL: the relocated section holds the addend; use contents");
        }
        int entryBytes = (explicit ? ElfRecord.RELA : ElfRecord.REL).bytes(encoding);
        int count = Math.toIntExact(field(section, ElfField.SH_SIZE) / entryBytes);
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException(
                    relocationSection + " has " + count + " relocations, counted from 0; there is no " + index);
        }
        int at = Math.toIntExact(field(section, ElfField.SH_OFFSET)) + index * entryBytes;
        return put(at, field, field == ElfField.R_ADDEND ? ElfRecord.RELA : ElfRecord.REL, value);
    }

    /**
     * Gives a relocation another type, whatever the file's form of {@code r_info} is.
     *
     * @param relocationSection the name of the section that holds it, for example {@code .rela.text}
     * @param index which of its entries, from 0
     * @param type the psABI's name, for example {@code R_MIPS_26}
     */
    public ElfEdit relocationType(String relocationSection, int index, String type) {
        int machine = (int) header(ElfField.E_MACHINE);
        int number = RelocationNames.number(machine, type);
        if (packs()) {
            return relocation(relocationSection, index, ElfField.R_TYPE, number);
        }
        int section = sectionIndex(relocationSection);
        boolean explicit = field(section, ElfField.SH_TYPE) == ElfBuilder.SHT_RELA;
        int entryBytes = (explicit ? ElfRecord.RELA : ElfRecord.REL).bytes(encoding);
        int at = Math.toIntExact(field(section, ElfField.SH_OFFSET)) + index * entryBytes;
        long info = encoding.get(original, at, ElfField.R_INFO);
        long mask = encoding.is64Bit() ? 0xffff_ffffL : 0xff;
        return relocation(relocationSection, index, ElfField.R_INFO, info & ~mask | number);
    }

    /** Whether {@code r_info} is n64's. */
    private boolean packs() {
        return encoding.is64Bit() && header(ElfField.E_MACHINE) == ElfHeader.EM_MIPS;
    }

    private void checkPacking(ElfField field) {
        boolean isPacked = ElfField.OF_N64.contains(field);
        if (isPacked && !packs()) {
            throw new IllegalArgumentException(field + " is a field of n64's relocations; this file has symbol << "
                    + (encoding.is64Bit() ? 32 : 8) + " | type in R_INFO: use R_INFO, or relocationType");
        }
        if (field == ElfField.R_INFO && packs()) {
            throw new IllegalArgumentException(
                    "R_INFO: n64's relocations have R_SYM, R_SSYM, R_TYPE3, R_TYPE2 and R_TYPE in"
                            + " its place: use those, or relocationType");
        }
    }

    /** Overwrites bytes of the first section of this name. */
    public ElfEdit contents(String section, long sectionOffset, byte... replacement) {
        long at = field(sectionIndex(section), ElfField.SH_OFFSET) + sectionOffset;
        System.arraycopy(replacement, 0, bytes, Math.toIntExact(at), replacement.length);
        return this;
    }

    /** Cuts the file off behind {@code length} bytes. */
    public ElfEdit truncated(int length) {
        bytes = Arrays.copyOf(bytes, length);
        return this;
    }

    /** Appends bytes to the file. */
    public ElfEdit appended(byte... more) {
        int length = bytes.length;
        bytes = Arrays.copyOf(bytes, length + more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        return this;
    }

    /** What a field of the file header was before the first change. */
    public long header(ElfField field) {
        return encoding.get(original, 0, field);
    }

    /** What a field of a section's header was before the first change. */
    public long section(String name, ElfField field) {
        return field(sectionIndex(name), field);
    }

    /** The index of the first section of this name. */
    public int sectionIndex(String name) {
        int count = (int) header(ElfField.E_SHNUM);
        long names = field((int) header(ElfField.E_SHSTRNDX), ElfField.SH_OFFSET);
        for (int i = 0; i < count; i++) {
            if (name.equals(string(names + field(i, ElfField.SH_NAME)))) {
                return i;
            }
        }
        throw new IllegalArgumentException("no section is called " + name);
    }

    /** The index of the first symbol of this name. */
    public int symbolIndex(String name) {
        int table = symbolTable();
        long names = field((int) field(table, ElfField.SH_LINK), ElfField.SH_OFFSET);
        long count = field(table, ElfField.SH_SIZE) / ElfRecord.SYMBOL.bytes(encoding);
        for (int i = 0; i < count; i++) {
            if (name.equals(string(names + encoding.get(original, symbolAt(i), ElfField.ST_NAME)))) {
                return i;
            }
        }
        throw new IllegalArgumentException("no symbol is called " + name);
    }

    /** The changed file, a new array. */
    public byte[] build() {
        return bytes.clone();
    }

    private ElfEdit put(int at, ElfField field, ElfRecord expected, long value) {
        if (field.record() != expected) {
            throw new IllegalArgumentException(field + " is not a field of this record");
        }
        encoding.put(bytes, at, field, value);
        return this;
    }

    private int symbolTable() {
        int count = (int) header(ElfField.E_SHNUM);
        for (int i = 0; i < count; i++) {
            if (field(i, ElfField.SH_TYPE) == ElfBuilder.SHT_SYMTAB) {
                return i;
            }
        }
        throw new IllegalArgumentException("the file has no symbol table");
    }

    private int symbolAt(int index) {
        return Math.toIntExact(field(symbolTable(), ElfField.SH_OFFSET)) + index * ElfRecord.SYMBOL.bytes(encoding);
    }

    private int sectionHeader(int index) {
        return Math.toIntExact(header(ElfField.E_SHOFF)) + index * ElfRecord.SECTION.bytes(encoding);
    }

    private long field(int section, ElfField field) {
        return encoding.get(original, sectionHeader(section), field);
    }

    private String string(long fileOffset) {
        int start = Math.toIntExact(fileOffset);
        int end = start;
        while (original[end] != 0) {
            end++;
        }
        return new String(original, start, end - start, StandardCharsets.UTF_8);
    }
}
