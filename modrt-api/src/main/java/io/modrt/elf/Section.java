package io.modrt.elf;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.Printable;
import io.modrt.error.Refusal;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One section header of a file, decoded in place, and a view of the section's contents. Immutable. {@link ElfFile#view} has checked that the
 * contents are inside the file and the name is inside the name table.
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
    /** Kept, since checks and layout ask each section for its type and lowest flags many times. */
    private final int type;

    private final int lowFlags;
    private final int nameOffset;
    private final int lowSize;
    /** What an architecture gives it in memory; null for most sections as the file has them. */
    private final @Nullable Shape shape;

    private record Shape(long sizeBytes, long flags, long alignment) {}

    /** The section of this number, whose header lies inside the file. Most fields are decoded when they are asked for. */
    Section(ElfFile file, int index) {
        this(file, index, null);
    }

    private Section(ElfFile file, int index, @Nullable Shape shape) {
        this.file = file;
        this.index = index;
        this.type = half(4, 4);
        this.nameOffset = half(0, 0);
        long size = word(20, 32);
        this.lowSize = (int) size;
        long flags = shape == null ? word(8, 8) : shape.flags;
        this.lowFlags = (int) flags;
        // why: no flag is defined behind the lowest 32, so that few sections take more
        boolean isWide = shape == null && (flags | size) >>> Integer.SIZE != 0;
        this.shape = isWide ? new Shape(size, flags, word(32, 48)) : shape;
    }

    /** A field of four bytes. */
    private int half(int offset32, int offset64) {
        int at = file.headerAt(index) + (file.isWide() ? offset64 : offset32);
        return Bytes.getInt(file.array(), at, file.isBigEndian());
    }

    /** A field as wide as an address. */
    private long word(int offset32, int offset64) {
        int at = file.headerAt(index);
        return file.isWide()
                ? Bytes.getLong(file.array(), at + offset64, file.isBigEndian())
                : Bytes.getInt(file.array(), at + offset32, file.isBigEndian()) & 0xffff_ffffL;
    }

    /**
     * The section with the size, flags and alignment that an architecture gives it in memory; its contents stay those of the file.
     *
     * @param sizeBytes bytes in memory
     * @param flags {@code sh_flags}
     * @param alignment a power of two
     */
    public Section shaped(long sizeBytes, long flags, long alignment) {
        return new Section(file, index, new Shape(sizeBytes, flags, alignment));
    }

    /** The file that the section is part of. */
    public ElfFile file() {
        return file;
    }

    /** Its number: the index of its header. */
    public int index() {
        return index;
    }

    /** Its name, as a new String; empty in a file without a name table. */
    public String name() {
        return file.sectionName(nameOffset());
    }

    /** Whether {@link #name()} is {@code other}, without making a String. */
    public boolean isNamed(String other) {
        return file.isSectionNamed(nameOffset(), other);
    }

    /** Whether {@link #name()} begins with {@code prefix}, which is ASCII, without making a String. */
    public boolean isNamedFrom(String prefix) {
        return file.isSectionNamedFrom(nameOffset(), prefix);
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
        Shape shaped = shape;
        return shaped == null ? lowFlags & 0xffff_ffffL : shaped.flags;
    }

    /** {@code sh_addr}, which loaders of relocatable files ignore. */
    public long address() {
        return word(12, 16);
    }

    /** {@code sh_offset}: where its contents start, in bytes from the file's start. */
    public long fileOffset() {
        return word(16, 24);
    }

    /** {@code sh_size}: bytes in memory, and in the file if it {@linkplain #hasContents() has contents}. */
    public long sizeBytes() {
        Shape shaped = shape;
        return shaped == null ? lowSize & 0xffff_ffffL : shaped.sizeBytes;
    }

    /** {@code sh_link}, as unsigned 32 bits in an int. */
    public int link() {
        return half(24, 40);
    }

    /** {@code sh_info}, as unsigned 32 bits in an int. */
    public int info() {
        return half(28, 44);
    }

    /** {@code sh_addralign} in bytes, with 0 read as 1. */
    public long alignment() {
        Shape shaped = shape;
        long alignment = shaped == null ? word(32, 48) : shaped.alignment;
        return alignment == 0 ? 1 : alignment;
    }

    /** {@code sh_entsize} in bytes. */
    public long entryBytes() {
        return word(36, 56);
    }

    /** Whether it takes memory once loaded: SHF_ALLOC. */
    public boolean isAllocated() {
        return (lowFlags & SHF_ALLOC) != 0;
    }

    /** SHF_WRITE. */
    public boolean isWritable() {
        return (lowFlags & SHF_WRITE) != 0;
    }

    /** SHF_EXECINSTR. */
    public boolean isExecutable() {
        return (lowFlags & SHF_EXECINSTR) != 0;
    }

    /** Whether it has bytes in the file: it is neither SHT_NULL nor SHT_NOBITS. */
    public boolean hasContents() {
        return type != SHT_NULL && type != SHT_NOBITS;
    }

    /** A copy of its contents in the file; empty if it has none. */
    public byte[] bytes() {
        int from = (int) fileOffset();
        return hasContents() ? Arrays.copyOfRange(file.array(), from, from + (int) sizeBytes()) : new byte[0];
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
