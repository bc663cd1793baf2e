package io.modrt.elf;

import io.modrt.bytes.Bytes;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.Locale;

/** Reads the file header, and from section header 0 the numbers that do not fit the file header. */
record HeaderReader(ElfHeader header, int lengthBytes, boolean usesExtendedNumbering) {
    private static final int MAGIC = 0x7f45_4c46;
    private static final int EI_CLASS = 4;
    private static final int EI_DATA = 5;
    private static final int ELFDATA2LSB = 1;
    private static final int ELFDATA2MSB = 2;
    private static final String OVERFLOW = "Invalid ELF section header overflow";

    static HeaderReader read(String name, byte[] b, int lengthBytes) {
        String where = name.isEmpty() ? "" : name + ": ";
        int least = ElfClass.ELF32.headerBytes();
        if (lengthBytes < least) {
            throw refuse(
                    where + "has " + lengthBytes + " bytes, an ELF header has " + least + " or more",
                    0,
                    tooShort(lengthBytes));
        }
        if (Bytes.getInt(b, 0, true) != MAGIC) {
            throw refuse(
                    where + "is not an ELF file: starts with 0x"
                            + String.format(Locale.ROOT, "%08x", Bytes.getInt(b, 0, true)) + ", not 0x7f454c46",
                    0,
                    "Invalid ELF header magic: != \\x7fELF"); // as dmesg shows the first byte
        }
        ElfClass elfClass = elfClass(where, b[EI_CLASS]);
        boolean big = isBigEndian(where, b[EI_DATA]);
        if (lengthBytes < elfClass.headerBytes()) {
            throw refuse(
                    where + "has " + lengthBytes + " bytes, a header of " + elfClass + " has " + elfClass.headerBytes(),
                    0,
                    tooShort(lengthBytes));
        }
        boolean wide = elfClass == ElfClass.ELF64;
        int afterEntry = wide ? 40 : 32;
        long offset = wide ? Bytes.getLong(b, 40, big) : Bytes.getInt(b, 32, big) & 0xffff_ffffL;
        int flags = Bytes.getInt(b, wide ? 48 : 36, big);
        int counts = elfClass.headerBytes() - 6;
        int entryBytes = ElfFile.u16(b, counts, big);
        long count = ElfFile.u16(b, counts + 2, big);
        long names = ElfFile.u16(b, counts + 4, big);
        boolean extended = false;
        boolean isOther = isLaidOutAs(wide ? ElfClass.ELF32 : ElfClass.ELF64, b, big, lengthBytes);
        if (entryBytes != elfClass.sectionHeaderBytes() && (isOther || offset != 0)) {
            throw refuse(
                    where + "section headers (e_shentsize) of " + entryBytes + " bytes, " + elfClass + " has "
                            + elfClass.sectionHeaderBytes()
                            + (isOther ? "; the file is of the other class, in spite of its EI_CLASS" : ""),
                    counts,
                    isOther
                            ? "Invalid architecture in ELF header: " + ElfFile.u16(b, 18, big)
                            : "Invalid ELF section header size");
        }
        if (offset != 0) {
            if (offset < 0 || offset > lengthBytes - entryBytes) {
                throw refuse(
                        where + "section headers (e_shoff) at 0x" + Long.toHexString(offset) + ", the file has 0x"
                                + Integer.toHexString(lengthBytes) + " bytes",
                        afterEntry,
                        OVERFLOW);
            }
            int zero = (int) offset;
            if (count == 0) {
                extended = true;
                count = wide ? Bytes.getLong(b, zero + 32, big) : Bytes.getInt(b, zero + 20, big) & 0xffff_ffffL;
            }
            if (names == Symbol.SHN_XINDEX) {
                extended = true;
                names = Bytes.getInt(b, zero + (wide ? 40 : 24), big) & 0xffff_ffffL;
            }
        }
        long room = offset == 0 ? 0 : (lengthBytes - offset) / entryBytes;
        if (count < 0 || count > room) {
            throw refuse(
                    where + Long.toUnsignedString(count) + " section headers (e_shnum) at 0x" + Long.toHexString(offset)
                            + ", the file has room for " + room,
                    counts + 2,
                    OVERFLOW);
        }
        if (names != 0 && names >= count) {
            throw refuse(
                    where + "section names (e_shstrndx) in section " + names + ", there are " + count + " sections",
                    counts + 4,
                    nameIndexLine(ElfFile.u16(b, counts + 4, big), ElfFile.u16(b, counts + 2, big)));
        }
        return new HeaderReader(
                new ElfHeader(
                        elfClass,
                        big,
                        ElfFile.u16(b, 16, big),
                        ElfFile.u16(b, 18, big),
                        flags,
                        entryBytes,
                        offset,
                        (int) count,
                        (int) names),
                lengthBytes,
                extended);
    }

    private static ElfClass elfClass(String where, byte ident) {
        for (ElfClass c : ElfClass.values()) {
            if (c.ident() == ident) {
                return c;
            }
        }
        throw new FormatException(
                Refusal.of(
                        Errno.ENOEXEC, where + "class (EI_CLASS) " + ident + " is neither 1 (32 bit) nor 2 (64 bit)"),
                EI_CLASS);
    }

    /** Whether {@code e_ehsize} and {@code e_shentsize}, read at the offsets of class {@code other}, have that class's values. */
    private static boolean isLaidOutAs(ElfClass other, byte[] b, boolean big, int lengthBytes) {
        int sizes = other.headerBytes() - 12; // e_ehsize; then e_phentsize, e_phnum, e_shentsize
        return lengthBytes >= other.headerBytes()
                && ElfFile.u16(b, sizes, big) == other.headerBytes()
                && ElfFile.u16(b, sizes + 6, big) == other.sectionHeaderBytes();
    }

    private static String tooShort(int lengthBytes) {
        return "Invalid ELF header len " + lengthBytes;
    }

    /** The line that the kernel logs for these values of {@code e_shstrndx} and {@code e_shnum}. */
    static String nameIndexLine(int nameIndex, int sectionCount) {
        return "Invalid ELF section name index: " + nameIndex + " || e_shstrndx (" + nameIndex + ") >= e_shnum ("
                + sectionCount + ")";
    }

    /** Reads EI_DATA, at which the kernel does not look: it reads every file in its own byte order. */
    private static boolean isBigEndian(String where, byte ident) {
        if (ident != ELFDATA2LSB && ident != ELFDATA2MSB) {
            throw new FormatException(
                    Refusal.beyondKernel(
                            where + "byte order (EI_DATA) " + ident + " is neither 1 (little) nor 2 (big endian)"),
                    EI_DATA);
        }
        return ident == ELFDATA2MSB;
    }

    private static FormatException refuse(String what, long fileOffset, String line) {
        return new FormatException(Refusal.of(Errno.ENOEXEC, what).logged(line), fileOffset);
    }
}
