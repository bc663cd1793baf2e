package io.modrt.module;

import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Symbol;

/** The headers of a file that nobody has checked yet, read at the offsets where a kernel reads them. */
final class RawElf {
    private static final int EI_CLASS = 4;
    private static final int EI_DATA = 5;
    private static final int ELFDATA2MSB = 2;

    private final byte[] bytes;
    private final int lengthBytes;
    private final boolean big;
    private final ElfClass elfClass;

    /** Reads the first {@code lengthBytes} bytes, which hold at least the shorter header. */
    RawElf(byte[] bytes, int lengthBytes) {
        this.bytes = bytes;
        this.lengthBytes = lengthBytes;
        this.big = bytes[EI_DATA] == ELFDATA2MSB;
        this.elfClass = isLaidOutAs(ElfClass.ELF64)
                        || (bytes[EI_CLASS] == ElfClass.ELF64.ident() && !isLaidOutAs(ElfClass.ELF32))
                ? ElfClass.ELF64
                : ElfClass.ELF32;
    }

    /** Whether {@code e_ehsize} and {@code e_shentsize}, read at the offsets of this class, have its values. */
    private boolean isLaidOutAs(ElfClass other) {
        int sizes = other.headerBytes() - 12; // e_ehsize; then e_phentsize, e_phnum, e_shentsize
        return lengthBytes >= other.headerBytes()
                && u16(sizes) == other.headerBytes()
                && u16(sizes + 6) == other.sectionHeaderBytes();
    }

    /** The class whose structures the file has, whatever its EI_CLASS says. */
    ElfClass elfClass() {
        return elfClass;
    }

    /** {@code EI_CLASS}. */
    int classIdent() {
        return bytes[EI_CLASS];
    }

    /** The file's length. */
    int lengthBytes() {
        return lengthBytes;
    }

    private int u16(int at) {
        return Bytes.getShort(bytes, at, big) & 0xffff;
    }

    /** {@code e_type}. */
    int type() {
        return u16(16);
    }

    /** {@code e_machine}. */
    int machine() {
        return u16(18);
    }

    /** {@code e_shentsize}. */
    int entryBytes() {
        return u16(elfClass.headerBytes() - 6);
    }

    /** {@code e_shnum}. */
    int count() {
        return u16(elfClass.headerBytes() - 4);
    }

    /** {@code e_shstrndx}. */
    int nameIndex() {
        return u16(elfClass.headerBytes() - 2);
    }

    /** {@code e_shoff}, unsigned. */
    long headersOffset() {
        return elfClass == ElfClass.ELF64 ? Bytes.getLong(bytes, 40, big) : Bytes.getInt(bytes, 32, big) & 0xffff_ffffL;
    }

    /** Whether the numbers of sections are those of section header 0, since they do not fit the header, and are sound. */
    boolean isExtended() {
        long room = (lengthBytes - headersOffset()) / elfClass.sectionHeaderBytes();
        if ((count() != 0 && nameIndex() != Symbol.SHN_XINDEX) || headersOffset() <= 0 || room <= 0) {
            return false;
        }
        long sections = count() == 0 ? size(0) : count();
        long names = nameIndex() == Symbol.SHN_XINDEX ? link(0) : nameIndex();
        return sections > 0 && sections <= room && names > 0 && names < sections;
    }

    /** The header, for an architecture to look at. */
    ElfHeader header() {
        int flags = Bytes.getInt(bytes, elfClass == ElfClass.ELF64 ? 48 : 36, big);
        return new ElfHeader(
                elfClass, big, type(), machine(), flags, entryBytes(), headersOffset(), count(), nameIndex());
    }

    private int at(int section) {
        return (int) headersOffset() + section * elfClass.sectionHeaderBytes();
    }

    private long word(int section, int at32, int at64) {
        return elfClass == ElfClass.ELF64
                ? Bytes.getLong(bytes, at(section) + at64, big)
                : Bytes.getInt(bytes, at(section) + at32, big) & 0xffff_ffffL;
    }

    /** {@code sh_name} of a section, unsigned. */
    long nameOffset(int section) {
        return Bytes.getInt(bytes, at(section), big) & 0xffff_ffffL;
    }

    /** {@code sh_type} of a section. */
    int sectionType(int section) {
        return Bytes.getInt(bytes, at(section) + 4, big);
    }

    /** {@code sh_flags} of a section. */
    long flags(int section) {
        return word(section, 8, 8);
    }

    /** {@code sh_addr} of a section. */
    long address(int section) {
        return word(section, 12, 16);
    }

    /** {@code sh_offset} of a section, unsigned. */
    long offset(int section) {
        return word(section, 16, 24);
    }

    /** {@code sh_size} of a section, unsigned. */
    long size(int section) {
        return word(section, 20, 32);
    }

    /** {@code sh_link} of a section. */
    int link(int section) {
        return Bytes.getInt(bytes, at(section) + (elfClass == ElfClass.ELF64 ? 40 : 24), big);
    }

    /** Whether a section's contents are inside the file, had it any: its type is not looked at. */
    boolean isInside(int section) {
        long offset = offset(section);
        long size = size(section);
        return Long.compareUnsigned(offset, lengthBytes) <= 0 && Long.compareUnsigned(size, lengthBytes - offset) <= 0;
    }

    /** A byte of the file. */
    byte byteAt(long fileOffset) {
        return bytes[(int) fileOffset];
    }
}
