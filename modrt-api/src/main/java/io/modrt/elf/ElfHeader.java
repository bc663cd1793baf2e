package io.modrt.elf;

import org.apiguardian.api.API;

/**
 * The decoded header of an ELF file. With extended numbering, {@code sectionCount} and {@code nameTableIndex} come from section header 0.
 *
 * @param elfClass the width of the file's structures
 * @param isBigEndian the byte order of the file's structures
 * @param type {@code e_type}
 * @param machine {@code e_machine}
 * @param flags {@code e_flags}
 * @param sectionHeaderBytes {@code e_shentsize}
 * @param sectionHeadersOffset {@code e_shoff}, in bytes from the file's start
 * @param sectionCount the number of section headers, including section 0
 * @param nameTableIndex the section that holds the sections' names; 0 for none
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ElfHeader(
        ElfClass elfClass,
        boolean isBigEndian,
        int type,
        int machine,
        int flags,
        int sectionHeaderBytes,
        long sectionHeadersOffset,
        int sectionCount,
        int nameTableIndex) {

    /** {@code e_type} of relocatable files, which modules are. */
    public static final int ET_REL = 1;
    /** {@code e_machine} of MIPS, whose 64-bit files pack three types into one relocation. */
    public static final int EM_MIPS = 8;
    /** {@code e_machine} of PA-RISC. */
    public static final int EM_PARISC = 15;
    /** {@code e_machine} of 64-bit Arm. */
    public static final int EM_AARCH64 = 183;
}
