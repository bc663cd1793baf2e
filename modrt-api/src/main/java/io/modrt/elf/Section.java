package io.modrt.elf;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.Printable;
import io.modrt.error.Refusal;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One section header of a file, and a view of the section's contents. Immutable. {@link ElfFile#view} has checked that the contents are
 * inside the file and the name is inside the name table.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Section {
    /** {@code sh_type}: not in use. */
    public static final int SHT_NULL = 0;
    /** {@code sh_type}: a symbol table. */
    public static final int SHT_SYMTAB = 2;
    /** {@code sh_type}: strings. */
    public static final int SHT_STRTAB = 3;
    /** {@code sh_type}: relocations with addends. */
    public static final int SHT_RELA = 4;
    /** {@code sh_type}: notes. */
    public static final int SHT_NOTE = 7;
    /** {@code sh_type}: takes memory, but has no bytes in the file. */
    public static final int SHT_NOBITS = 8;
    /** {@code sh_type}: relocations without addends. */
    public static final int SHT_REL = 9;
    /** {@code sh_type}: section indices of symbols that do not fit the symbol's 16 bits. */
    public static final int SHT_SYMTAB_SHNDX = 18;

    /** {@code sh_flags}: writable. */
    public static final long SHF_WRITE = 0x1;
    /** {@code sh_flags}: takes memory once loaded. */
    public static final long SHF_ALLOC = 0x2;
    /** {@code sh_flags}: executable. */
    public static final long SHF_EXECINSTR = 0x4;
    /** {@code sh_flags}, Linux: relocations that livepatch applies, not the loader. */
    public static final long SHF_RELA_LIVEPATCH = 0x0010_0000;
    /** {@code sh_flags}, Linux: set by the loader on sections that are read-only after init. */
    public static final long SHF_RO_AFTER_INIT = 0x0020_0000;

    private final ElfFile file;
    private final int index;
    private final int nameOffset;
    private final int type;
    private final long flags;
    private final long address;
    private final long fileOffset;
    private final long sizeBytes;
    private final int link;
    private final int info;
    private final long alignment;
    private final long entryBytes;
    private @Nullable String name;

    /** Decodes the header at {@code at}, which lies inside the file. */
    Section(ElfFile file, int index, int at) {
        byte[] b = file.array();
        boolean big = file.isBigEndian();
        this.file = file;
        this.index = index;
        this.nameOffset = Bytes.getInt(b, at, big);
        this.type = Bytes.getInt(b, at + 4, big);
        if (file.elfClass() == ElfClass.ELF32) {
            this.flags = Bytes.getInt(b, at + 8, big) & 0xffff_ffffL;
            this.address = Bytes.getInt(b, at + 12, big) & 0xffff_ffffL;
            this.fileOffset = Bytes.getInt(b, at + 16, big) & 0xffff_ffffL;
            this.sizeBytes = Bytes.getInt(b, at + 20, big) & 0xffff_ffffL;
            this.link = Bytes.getInt(b, at + 24, big);
            this.info = Bytes.getInt(b, at + 28, big);
            this.alignment = Bytes.getInt(b, at + 32, big) & 0xffff_ffffL;
            this.entryBytes = Bytes.getInt(b, at + 36, big) & 0xffff_ffffL;
        } else {
            this.flags = Bytes.getLong(b, at + 8, big);
            this.address = Bytes.getLong(b, at + 16, big);
            this.fileOffset = Bytes.getLong(b, at + 24, big);
            this.sizeBytes = Bytes.getLong(b, at + 32, big);
            this.link = Bytes.getInt(b, at + 40, big);
            this.info = Bytes.getInt(b, at + 44, big);
            this.alignment = Bytes.getLong(b, at + 48, big);
            this.entryBytes = Bytes.getLong(b, at + 56, big);
        }
    }

    private Section(Section from, long sizeBytes, long flags, long alignment) {
        this.file = from.file;
        this.index = from.index;
        this.nameOffset = from.nameOffset;
        this.type = from.type;
        this.flags = flags;
        this.address = from.address;
        this.fileOffset = from.fileOffset;
        this.sizeBytes = sizeBytes;
        this.link = from.link;
        this.info = from.info;
        this.alignment = alignment;
        this.entryBytes = from.entryBytes;
        this.name = from.name;
    }

    /**
     * The section with the size, flags and alignment that an architecture gives it in memory; its contents stay those of the file.
     *
     * @param sizeBytes bytes in memory
     * @param flags {@code sh_flags}
     * @param alignment a power of two
     */
    public Section shaped(long sizeBytes, long flags, long alignment) {
        return new Section(this, sizeBytes, flags, alignment);
    }

    /** The file that the section is part of. */
    public ElfFile file() {
        return file;
    }

    /** Its number: the index of its header. */
    public int index() {
        return index;
    }

    /** Its name; empty in a file without a name table. */
    public String name() {
        String known = name;
        if (known == null) {
            known = file.sectionName(nameOffset);
            name = known;
        }
        return known;
    }

    /** Whether {@link #name()} is {@code other}, without making a String. */
    public boolean isNamed(String other) {
        return file.isSectionNamed(nameOffset, other);
    }

    /** Whether {@link #name()} begins with {@code prefix}, which is ASCII, without making a String. */
    public boolean isNamedFrom(String prefix) {
        return file.isSectionNamedFrom(nameOffset, prefix);
    }

    /** Whether {@link #name()} begins with one of {@code prefixes}, which are ASCII, without making a String. */
    public boolean isNamedFrom(List<String> prefixes) {
        for (int i = 0; i < prefixes.size(); i++) { // why: no iterator; a load asks this of thousands of sections
            if (isNamedFrom(prefixes.get(i))) {
                return true;
            }
        }
        return false;
    }

    int nameOffset() {
        return nameOffset;
    }

    /** {@code sh_type}. */
    public int type() {
        return type;
    }

    /** {@code sh_flags}. */
    public long flags() {
        return flags;
    }

    /** {@code sh_addr}, which loaders of relocatable files ignore. */
    public long address() {
        return address;
    }

    /** {@code sh_offset}: where its contents start, in bytes from the file's start. */
    public long fileOffset() {
        return fileOffset;
    }

    /** {@code sh_size}: bytes in memory, and in the file if it {@linkplain #hasContents() has contents}. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** {@code sh_link}, as unsigned 32 bits in an int. */
    public int link() {
        return link;
    }

    /** {@code sh_info}, as unsigned 32 bits in an int. */
    public int info() {
        return info;
    }

    /** {@code sh_addralign} in bytes, with 0 read as 1. */
    public long alignment() {
        return alignment == 0 ? 1 : alignment;
    }

    /** {@code sh_entsize} in bytes. */
    public long entryBytes() {
        return entryBytes;
    }

    /** Whether it takes memory once loaded: SHF_ALLOC. */
    public boolean isAllocated() {
        return (flags & SHF_ALLOC) != 0;
    }

    /** SHF_WRITE. */
    public boolean isWritable() {
        return (flags & SHF_WRITE) != 0;
    }

    /** SHF_EXECINSTR. */
    public boolean isExecutable() {
        return (flags & SHF_EXECINSTR) != 0;
    }

    /** Whether it has bytes in the file: it is neither SHT_NULL nor SHT_NOBITS. */
    public boolean hasContents() {
        return type != SHT_NULL && type != SHT_NOBITS;
    }

    /** A copy of its contents in the file; empty if it has none. */
    public byte[] bytes() {
        int from = (int) fileOffset;
        return hasContents() ? Arrays.copyOfRange(file.array(), from, from + (int) sizeBytes) : new byte[0];
    }

    /** The section's name in messages, for example {@code greeter.ko: section 5 (.text)}. */
    public String where() {
        return file.where() + "section " + index + " (" + Printable.name(name()) + ")";
    }

    /** A refusal of this section by a check that only modrt has. */
    Refusal beyondKernel(String what) {
        return Refusal.beyondKernel(where() + ": " + what);
    }

    @Override
    public String toString() {
        return index + " (" + Printable.name(name()) + ")";
    }
}
