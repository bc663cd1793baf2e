package io.modrt.module;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.LoadLimits;
import io.modrt.version.KernelVersion;
import io.modrt.version.LoaderChange;
import java.util.Locale;

/**
 * The kernel's {@code elf_validity_check}: what it looks at in a file before it uses it, in its order and with the lines that it logs. Until
 * SECTIONS_VALIDATED it looks at little, and since STRING_TABLES_CHECKED at all headers before the names. What this lets pass the kernel lets pass too, so
 * whatever {@link io.modrt.elf.ElfFile} then still refuses is beyond the kernel.
 */
final class ElfValidity {
    private static final String OVERFLOW = "Invalid ELF section header overflow";
    private static final KernelProfile USUAL = KernelProfile.of(new KernelVersion(6, 1, 0));
    private static final int LEAST_BYTES = 52;
    private static final int MAGIC_BYTES = 4;

    private final String fileName;
    private final String where;
    private final RawElf elf;
    private final KernelProfile profile;
    /** Whether all headers are checked before the names. */
    private final boolean isSeparate;
    /** Whether names are compared with those of .modinfo and struct module before they are checked. */
    private final boolean isComparedFirst;

    private ElfValidity(String fileName, RawElf elf, KernelProfile profile) {
        this.fileName = fileName;
        this.where = fileName.isEmpty() ? "" : fileName + ": ";
        this.elf = elf;
        this.profile = profile;
        this.isSeparate = profile.has(LoaderChange.STRING_TABLES_CHECKED);
        this.isComparedFirst = !isSeparate && profile.has(LoaderChange.TABLES_COUNTED);
    }

    /**
     * Checks and views the first {@code lengthBytes} bytes of {@code bytes}.
     *
     * @param kernel whose order of checks is followed; that of 6.1 if its profile is not known
     */
    static ElfFile view(String fileName, byte[] bytes, int lengthBytes, LoadLimits limits, HostKernel kernel) {
        check(fileName, bytes, lengthBytes, kernel.profile().orElse(USUAL), kernel);
        try {
            return ElfFile.view(fileName, bytes, lengthBytes, limits);
        } catch (FormatException noElf) {
            if (new RawElf(bytes, lengthBytes).isExtended()) {
                throw noElf; // why: the kernel refuses any such file
            }
            throw new FormatException(
                    Refusal.beyondKernel(String.valueOf(noElf.getMessage())).because(noElf));
        }
    }

    /**
     * Checks the first {@code lengthBytes} bytes of {@code bytes}.
     *
     * @param kernel the kernel whose order of checks is followed
     */
    static void check(String fileName, byte[] bytes, int lengthBytes, KernelProfile profile, HostKernel kernel) {
        String where = fileName.isEmpty() ? "" : fileName + ": ";
        if (lengthBytes < LEAST_BYTES) {
            throw tooShort(where, lengthBytes, LEAST_BYTES);
        }
        for (int i = 0; i < MAGIC_BYTES; i++) {
            if (bytes[i] != "\u007fELF".charAt(i)) {
                throw refuse(
                        where + "is not an ELF file: starts with 0x"
                                + String.format(Locale.ROOT, "%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3])
                                + ", not 0x7f454c46",
                        "Invalid ELF header magic: != \\x7fELF"); // as dmesg shows the first byte
            }
        }
        RawElf elf = new RawElf(bytes, lengthBytes);
        if (lengthBytes < elf.elfClass().headerBytes()) {
            throw tooShort(where, lengthBytes, elf.elfClass().headerBytes());
        }
        new ElfValidity(fileName, elf, profile).check(kernel);
    }

    private void check(HostKernel kernel) {
        checkHeader(kernel);
        if (elf.isExtended()) {
            return; // why: the kernel refuses such a file for its name table; whether it may pass the policy decides
        }
        if (!profile.has(LoaderChange.SECTIONS_VALIDATED)) {
            checkEnds();
            return;
        }
        if (isSeparate) {
            checkSectionZero();
            checkContents();
            checkNameTable();
            checkNames();
        } else {
            checkNameTable();
            checkSectionZero();
            checkContents();
        }
    }

    private void checkHeader(HostKernel kernel) {
        if (Short.reverseBytes((short) elf.type()) == ElfHeader.ET_REL) {
            // why: kernels do not look at EI_DATA but read every file in the byte order of their own
            throw new FormatException(Refusal.beyondKernel(
                    where + "is not in the byte order that EI_DATA names: file type (e_type) " + elf.type()));
        }
        if (elf.type() != ElfHeader.ET_REL) {
            throw refuse(
                    where + "file type (e_type) " + elf.type() + ", a module is relocatable (1)",
                    "Invalid ELF header type: " + elf.type() + " != 1");
        }
        kernel.requireMachine(fileName, elf.header(), elf.classIdent());
        int entryBytes = elf.elfClass().sectionHeaderBytes();
        if (elf.entryBytes() != entryBytes) {
            throw refuse(
                    where + "section headers (e_shentsize) of " + elf.entryBytes() + " bytes, " + elf.elfClass()
                            + " has " + entryBytes,
                    "Invalid ELF section header size");
        }
        long offset = elf.headersOffset();
        long room = Long.compareUnsigned(offset, elf.lengthBytes()) >= 0 ? -1 : elf.lengthBytes() - offset;
        if ((long) elf.count() * entryBytes > room) {
            throw refuse(
                    where
                            + (room < entryBytes
                                    ? "section headers (e_shoff) at 0x" + Long.toHexString(offset) + ", the file has 0x"
                                            + Integer.toHexString(elf.lengthBytes()) + " bytes"
                                    : elf.count() + " section headers (e_shnum) at 0x" + Long.toHexString(offset)
                                            + ", the file has room for " + room / entryBytes),
                    profile.has(LoaderChange.HEADERS_REFUSED_SILENTLY) ? OVERFLOW : truncatedLine());
        }
    }

    /** The checks before 5.10: contents end inside the file, and there are names among which that of {@code struct module} may be. */
    private void checkEnds() {
        if (!profile.has(LoaderChange.SIGNATURE_FIRST)) {
            checkNamesAreThere(); // why: these kernels look for .modinfo by its name before they check ends
        }
        for (int i = 1; i < elf.count(); i++) {
            long end = elf.offset(i) + elf.size(i);
            long wrapped = elf.elfClass() == ElfClass.ELF32 ? end & 0xffff_ffffL : end;
            if (elf.sectionType(i) != Section.SHT_NOBITS && Long.compareUnsigned(elf.lengthBytes(), wrapped) < 0) {
                throw refuse(outside(i), truncatedLine());
            }
        }
        if (elf.count() != 0 && elf.size(0) != 0) {
            // why: these kernels take section 0 for the per-CPU data of a module without such a section, and one
            // processor needs none
            String what = where + "section 0 has size 0x" + Long.toHexString(elf.size(0))
                    + ", which this kernel takes for that of per-CPU data";
            throw new FormatException(
                    profile.has(ConfigOption.SMP) ? Refusal.beyondKernel(what) : Refusal.of(Errno.ENOMEM, what));
        }
        checkNamesAreThere();
    }

    private void checkNamesAreThere() {
        int index = elf.nameIndex();
        String nameless = "(missing .modinfo section or name field): ";
        if (elf.count() == 0 && profile.has(LoaderChange.NAME_BEFORE_MODULE)) {
            throw refuse(where + "there are 0 sections", nameless + "module has no symbols (stripped?)");
        }
        if (elf.count() == 0 || index == Symbol.SHN_UNDEF) {
            throw refuse(
                    where + "section names (e_shstrndx) in section " + index + ", there are " + elf.count()
                            + " sections",
                    nameless + "No module found in object");
        }
        if (!profile.has(LoaderChange.SIGNATURE_FIRST) && index < elf.count() && !elf.isInside(index)) {
            throw new FormatException(Refusal.beyondKernel(outside(index) + "; this kernel reads names behind it"));
        }
    }

    private void checkSectionZero() {
        if (elf.count() == 0) {
            return; // why: it is refused for its name table
        }
        if (elf.sectionType(0) != Section.SHT_NULL || elf.size(0) != 0 || elf.address(0) != 0) {
            throw refuse(
                    where + "section 0: type " + elf.sectionType(0) + ", size 0x" + Long.toHexString(elf.size(0))
                            + ", address 0x" + Long.toHexString(elf.address(0))
                            + ": all of them are 0 in an ELF file",
                    "ELF Spec violation: section 0 type(" + elf.sectionType(0) + ")!=SH_NULL or non-zero len or addr");
        }
    }

    private void checkNameTable() {
        int index = elf.nameIndex();
        if (index == Symbol.SHN_UNDEF || index >= elf.count()) {
            throw refuse(
                    where + "section names (e_shstrndx) in section " + index + ", there are " + elf.count()
                            + " sections",
                    "Invalid ELF section name index: " + index + " || e_shstrndx (" + index + ") >= e_shnum ("
                            + elf.count() + ")");
        }
        int type = elf.sectionType(index);
        if (isSeparate) {
            if (type != Section.SHT_STRTAB) {
                throw refuse(
                        nameTable(index) + ": type " + type + ", this kernel wants SHT_STRTAB (3)",
                        "Invalid ELF section name table type: " + type);
            }
        } else if (!elf.isInside(index)) {
            throw refuse(outside(index), "Invalid ELF section hdr(type " + Integer.toUnsignedString(type) + ")");
        }
        long size = elf.size(index);
        if (size == 0) {
            throw refuse(nameTable(index) + ": is empty", "empty section name table");
        }
        if (elf.byteAt(elf.offset(index) + size - 1) != 0) {
            throw refuse(
                    nameTable(index) + ": its last string has no end",
                    "ELF Spec violation: section name table isn't null terminated");
        }
    }

    private String nameTable(int index) {
        return where + "section " + index + ", the name table";
    }

    /** Checks what kernels before STRING_TABLES_CHECKED do in one go with {@link #checkNames}. */
    private void checkContents() {
        for (int i = 1; i < elf.count(); i++) {
            int type = elf.sectionType(i);
            if (type == Section.SHT_NULL || type == Section.SHT_NOBITS) {
                continue;
            }
            if (!isSeparate && type == Section.SHT_SYMTAB) {
                checkLink(i);
            }
            if (!elf.isInside(i)) {
                throw refuse(outside(i), "Invalid ELF section in module" + inLog(i));
            }
            if (!isSeparate && (elf.flags(i) & Section.SHF_ALLOC) != 0) {
                checkName(i);
            }
        }
    }

    private void checkNames() {
        for (int i = 1; i < elf.count(); i++) {
            if (elf.sectionType(i) != Section.SHT_NULL) {
                checkName(i);
            }
        }
        for (int i = 1; i < elf.count(); i++) {
            if (elf.sectionType(i) == Section.SHT_SYMTAB) {
                checkLink(i);
            }
        }
    }

    private void checkName(int i) {
        long bytes = elf.size(elf.nameIndex());
        if (isComparedFirst && elf.nameOffset(i) >= elf.lengthBytes() - elf.offset(elf.nameIndex())) {
            // why: these kernels compare names with those of .modinfo and struct module before they check them
            throw new FormatException(Refusal.beyondKernel(where + "section " + i + ": sh_name 0x"
                    + Long.toHexString(elf.nameOffset(i)) + " is outside the file"));
        }
        if (elf.nameOffset(i) >= bytes) {
            throw refuse(
                    where + "section " + i + ": sh_name 0x" + Long.toHexString(elf.nameOffset(i))
                            + " is outside the name table of 0x" + Long.toHexString(bytes) + " bytes",
                    "Invalid ELF section name in module" + inLog(i));
        }
    }

    /** Checks {@code sh_link} of every symbol table, not only of the one that the kernel uses. */
    private void checkLink(int i) {
        int link = elf.link(i);
        if (link <= 0 || link >= elf.count()) {
            throw refuse(
                    where + "section " + i + ": its strings (sh_link) are in section " + Integer.toUnsignedString(link)
                            + " of " + elf.count(),
                    "Invalid ELF sh_link!=SHN_UNDEF(" + link + ") or (sh_link(" + link + ") >= hdr->e_shnum("
                            + elf.count() + ")");
        }
    }

    private String truncatedLine() {
        return "Module len " + elf.lengthBytes() + " truncated";
    }

    private String outside(int i) {
        return where + "section " + i + ": contents are not inside the file: offset 0x"
                + Long.toHexString(elf.offset(i)) + ", 0x" + Long.toHexString(elf.size(i)) + " bytes, the file has 0x"
                + Integer.toHexString(elf.lengthBytes());
    }

    private String inLog(int i) {
        return " (section " + i + " type " + elf.sectionType(i) + ")";
    }

    private static FormatException tooShort(String where, int lengthBytes, int least) {
        return refuse(
                where + "has " + lengthBytes + " bytes, an ELF header has " + least + " or more",
                "Invalid ELF header len " + lengthBytes);
    }

    private static FormatException refuse(String what, String line) {
        return new FormatException(Refusal.of(Errno.ENOEXEC, what).logged(line));
    }
}
