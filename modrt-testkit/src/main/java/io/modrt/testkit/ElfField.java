package io.modrt.testkit;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * The fields of ELF's records, by the names of the specification. {@link ElfBuilder} writes them and {@link ElfEdit} changes
 * them afterwards. Source: System V gABI, chapters 4 and 5; the packed {@code r_info} of n64 from the MIPS 64-bit ELF object
 * file specification.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ElfField {
    // spotless:off
    //                 record             32-bit file   64-bit file
    //                                    at  bytes     at  bytes
    /** The first four bytes: 7f 45 4c 46, as a number in the file's byte order. */
    EI_MAG      (ElfRecord.HEADER,   0, 4,   0, 4),
    /** 1 for 32-bit files, 2 for 64-bit files. */
    EI_CLASS    (ElfRecord.HEADER,   4, 1,   4, 1),
    /** 1 for little-endian files, 2 for big-endian files. */
    EI_DATA     (ElfRecord.HEADER,   5, 1,   5, 1),
    /** The version of the header, 1. */
    EI_VERSION  (ElfRecord.HEADER,   6, 1,   6, 1),
    /** What sort of file: 1 relocatable, 2 executable. */
    E_TYPE      (ElfRecord.HEADER,  16, 2,  16, 2),
    /** The machine. */
    E_MACHINE   (ElfRecord.HEADER,  18, 2,  18, 2),
    /** The version of the file, 1. */
    E_VERSION   (ElfRecord.HEADER,  20, 4,  20, 4),
    /** Where execution starts. */
    E_ENTRY     (ElfRecord.HEADER,  24, 4,  24, 8),
    /** Where the program headers are, in bytes from the file's start. */
    E_PHOFF     (ElfRecord.HEADER,  28, 4,  32, 8),
    /** Where the section headers are, in bytes from the file's start. */
    E_SHOFF     (ElfRecord.HEADER,  32, 4,  40, 8),
    /** Flags of the machine. */
    E_FLAGS     (ElfRecord.HEADER,  36, 4,  48, 4),
    /** Bytes of this header. */
    E_EHSIZE    (ElfRecord.HEADER,  40, 2,  52, 2),
    /** Bytes of a program header. */
    E_PHENTSIZE (ElfRecord.HEADER,  42, 2,  54, 2),
    /** How many program headers there are. */
    E_PHNUM     (ElfRecord.HEADER,  44, 2,  56, 2),
    /** Bytes of a section header. */
    E_SHENTSIZE (ElfRecord.HEADER,  46, 2,  58, 2),
    /** How many section headers there are. */
    E_SHNUM     (ElfRecord.HEADER,  48, 2,  60, 2),
    /** The section that holds the sections' names. */
    E_SHSTRNDX  (ElfRecord.HEADER,  50, 2,  62, 2),

    /** What sort of segment: 1 is loaded. */
    P_TYPE      (ElfRecord.SEGMENT,  0, 4,   0, 4),
    /** Where the segment's bytes are, in bytes from the file's start. */
    P_OFFSET    (ElfRecord.SEGMENT,  4, 4,   8, 8),
    /** The segment's address. */
    P_VADDR     (ElfRecord.SEGMENT,  8, 4,  16, 8),
    /** The segment's physical address. */
    P_PADDR     (ElfRecord.SEGMENT, 12, 4,  24, 8),
    /** Bytes of the segment in the file. */
    P_FILESZ    (ElfRecord.SEGMENT, 16, 4,  32, 8),
    /** Bytes of the segment in memory. */
    P_MEMSZ     (ElfRecord.SEGMENT, 20, 4,  40, 8),
    /** 4 readable, 2 writable, 1 executable. */
    P_FLAGS     (ElfRecord.SEGMENT, 24, 4,   4, 4),
    /** The alignment that address and position share. */
    P_ALIGN     (ElfRecord.SEGMENT, 28, 4,  48, 8),

    /** The section's name, in bytes into the table of names. */
    SH_NAME     (ElfRecord.SECTION,  0, 4,   0, 4),
    /** What sort of section. */
    SH_TYPE     (ElfRecord.SECTION,  4, 4,   4, 4),
    /** Whether it is loaded, written, executed, … */
    SH_FLAGS    (ElfRecord.SECTION,  8, 4,   8, 8),
    /** The section's address; 0 in relocatable files as a rule. */
    SH_ADDR     (ElfRecord.SECTION, 12, 4,  16, 8),
    /** Where the section's bytes are, in bytes from the file's start. */
    SH_OFFSET   (ElfRecord.SECTION, 16, 4,  24, 8),
    /** The section's size in bytes. */
    SH_SIZE     (ElfRecord.SECTION, 20, 4,  32, 8),
    /** Another section; which, depends on the type. */
    SH_LINK     (ElfRecord.SECTION, 24, 4,  40, 4),
    /** A section or a number; which, depends on the type. */
    SH_INFO     (ElfRecord.SECTION, 28, 4,  44, 4),
    /** The alignment of its address. */
    SH_ADDRALIGN(ElfRecord.SECTION, 32, 4,  48, 8),
    /** Bytes of each of its entries. */
    SH_ENTSIZE  (ElfRecord.SECTION, 36, 4,  56, 8),

    /** The symbol's name, in bytes into the string table. */
    ST_NAME     (ElfRecord.SYMBOL,   0, 4,   0, 4),
    /** The symbol's value. */
    ST_VALUE    (ElfRecord.SYMBOL,   4, 4,   8, 8),
    /** The symbol's size in bytes. */
    ST_SIZE     (ElfRecord.SYMBOL,   8, 4,  16, 8),
    /** Binding in the upper four bits, type in the lower four. */
    ST_INFO     (ElfRecord.SYMBOL,  12, 1,   4, 1),
    /** Visibility. */
    ST_OTHER    (ElfRecord.SYMBOL,  13, 1,   5, 1),
    /** The section that the symbol is in. */
    ST_SHNDX    (ElfRecord.SYMBOL,  14, 2,   6, 2),

    /** The place, in bytes from the start of the relocated section. */
    R_OFFSET    (ElfRecord.REL,      0, 4,   0, 8),
    /** Symbol and type, but for n64. */
    R_INFO      (ElfRecord.REL,      4, 4,   8, 8),
    /** The addend. */
    R_ADDEND    (ElfRecord.RELA,     8, 4,  16, 8),
    /** n64: the symbol. */
    R_SYM       (ElfRecord.REL,      0, 0,   8, 4),
    /** n64: the symbol of the second and third operation. */
    R_SSYM      (ElfRecord.REL,      0, 0,  12, 1),
    /** n64: the third type. */
    R_TYPE3     (ElfRecord.REL,      0, 0,  13, 1),
    /** n64: the second type. */
    R_TYPE2     (ElfRecord.REL,      0, 0,  14, 1),
    /** n64: the first type. */
    R_TYPE      (ElfRecord.REL,      0, 0,  15, 1);
    // spotless:on

    /** What n64 has in the place of {@link #R_INFO}. */
    static final Set<ElfField> OF_N64 =
            Collections.unmodifiableSet(EnumSet.of(R_SYM, R_SSYM, R_TYPE3, R_TYPE2, R_TYPE));

    private final ElfRecord record;
    private final int at32;
    private final int bytes32;
    private final int at64;
    private final int bytes64;

    ElfField(ElfRecord record, int at32, int bytes32, int at64, int bytes64) {
        this.record = record;
        this.at32 = at32;
        this.bytes32 = bytes32;
        this.at64 = at64;
        this.bytes64 = bytes64;
    }

    ElfRecord record() {
        return record;
    }

    int at(ElfEncoding encoding) {
        return encoding.is64Bit() ? at64 : at32;
    }

    int bytes(ElfEncoding encoding) {
        int bytes = encoding.is64Bit() ? bytes64 : bytes32;
        if (bytes == 0) {
            throw new IllegalArgumentException(
                    this + " is a field of n64's relocations; 32-bit files have symbol << 8 | type in"
                            + " R_INFO: use R_INFO");
        }
        return bytes;
    }
}
