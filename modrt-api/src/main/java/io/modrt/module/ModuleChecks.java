package io.modrt.module;

import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import java.util.Arrays;

/**
 * The checks of properties of a module's file that the kernel takes on trust, behind those of {@link ElfValidity}.
 */
final class ModuleChecks {
    private static final long GREATEST_ALIGNMENT = 1L << 31;

    private static final int LONGEST_USUAL_CHAIN = 4;

    /** The longest name of a file that common file systems have, which names a module that does not name itself. */
    private static final int LONGEST_NAME = 255;

    private final ElfFile file;
    private final Findings findings;

    ModuleChecks(ElfFile file, Findings findings) {
        this.file = file;
        this.findings = findings;
    }

    /** All checks that need no symbols. */
    void checkSections() {
        checkNumbering();
        for (int i = 1; i < file.sectionCount(); i++) {
            checkAlignment(file.section(i));
        }
        checkLinks();
        checkOverlaps();
    }

    private void checkNumbering() {
        if (file.usesExtendedNumbering()) {
            ModuleFile.relax(
                    findings,
                    Rule.EXTENDED_NUMBERING,
                    "section numbers that do not fit the header (e_shnum, e_shstrndx): "
                            + file.header().sectionCount() + " sections",
                    nameIndexLine());
        }
    }

    /** The line that the kernel logs, with {@code e_shstrndx} and {@code e_shnum} as they are in the header: its last two fields. */
    private String nameIndexLine() {
        int end = file.elfClass().headerBytes();
        int count = Bytes.getShort(file.array(), end - 2 * Short.BYTES, file.isBigEndian()) & 0xffff;
        int index = Bytes.getShort(file.array(), end - Short.BYTES, file.isBigEndian()) & 0xffff;
        return "Invalid ELF section name index: " + index + " || e_shstrndx (" + index + ") >= e_shnum (" + count + ")";
    }

    /**
     * Refuses a module whose modinfo has no contents if {@code struct module} has none either: {@code objcopy --only-keep-debug} leaves both so.
     */
    void checkContents(Section thisModule) {
        if (thisModule.hasContents()) {
            return;
        }
        long zeros = file.sections().stream()
                .filter(s -> s.isAllocated() && !s.hasContents() && s.sizeBytes() != 0)
                .count();
        findings.broken(
                Rule.MODULE_SECTIONS,
                Refusal.beyondKernel(thisModule.name() + " has no contents, nor have " + (zeros - 1)
                                + " other loaded sections, which would be zeros: a file of debug information alone")
                        .wayOut("take the module that it was split off from, or relax Rule." + Rule.MODULE_SECTIONS),
                reason -> new FormatException(findings.at(reason)));
    }

    private void checkAlignment(Section s) {
        long alignment = s.alignment();
        if (Long.bitCount(alignment) != 1 || alignment < 0 || alignment > GREATEST_ALIGNMENT) {
            throw beyond(
                    s,
                    "alignment (sh_addralign) 0x" + Long.toHexString(alignment) + " is not a power of two up to 0x"
                            + Long.toHexString(GREATEST_ALIGNMENT));
        }
    }

    /** Checks that no chain of {@code sh_link} leads back to where it began. */
    private void checkLinks() {
        int ending = 0; // why: most sections with a link are relocations, which all link to the symbols
        for (int first = 1; first < file.sectionCount(); first++) {
            int link = file.section(first).link();
            if (link != ending) {
                int i = link;
                for (int steps = 0; isLink(i); steps++) {
                    if (steps == LONGEST_USUAL_CHAIN) {
                        checkLongLinks();
                        return;
                    }
                    i = file.section(i).link();
                }
                ending = link;
            }
        }
    }

    private boolean isLink(int section) {
        return section > 0 && section < file.sectionCount();
    }

    /** The same for any chains. Visits each section once. */
    private void checkLongLinks() {
        int[] walkOf = new int[file.sectionCount()];
        for (int first = 1; first < walkOf.length; first++) {
            int i = first;
            while (isLink(i) && walkOf[i] == 0) {
                walkOf[i] = first;
                i = file.section(i).link();
            }
            if (isLink(i) && walkOf[i] == first) {
                throw beyond(file.section(i), "sh_link leads back to it");
            }
        }
    }

    private static boolean isInFile(Section s) {
        return s.isAllocated() && s.hasContents() && s.sizeBytes() != 0;
    }

    /** Checks that no two loaded sections share bytes of the file. */
    private void checkOverlaps() {
        long end = 0;
        for (int i = 1; i < file.sectionCount(); i++) {
            Section s = file.section(i);
            if (isInFile(s)) {
                if (s.fileOffset() < end) { // why: linkers write them in their order
                    checkOverlapsOfAny();
                    return;
                }
                end = s.fileOffset() + s.sizeBytes();
            }
        }
    }

    /** The same for sections in any order. */
    private void checkOverlapsOfAny() {
        long[] byOffset = new long[file.sectionCount()];
        int found = 0;
        for (int i = 1; i < file.sectionCount(); i++) {
            Section s = file.section(i);
            if (isInFile(s)) {
                byOffset[found++] = s.fileOffset() << Integer.SIZE | i;
            }
        }
        Arrays.sort(byOffset, 0, found);
        for (int k = 1; k < found; k++) {
            Section before = file.section((int) byOffset[k - 1]);
            Section s = file.section((int) byOffset[k]);
            if (before.fileOffset() + before.sizeBytes() > s.fileOffset()) {
                throw beyond(
                        s,
                        "its contents at 0x" + Long.toHexString(s.fileOffset()) + " overlap those of section "
                                + before + ", 0x" + Long.toHexString(before.fileOffset()) + " up to 0x"
                                + Long.toHexString(before.fileOffset() + before.sizeBytes()));
            }
        }
    }

    /** Refuses a name for which {@code struct module} has no room: no kernel has room for more than 64 bytes. */
    void checkName(String module) {
        if (module.length() > LONGEST_NAME) {
            throw new FormatException(findings.at(Refusal.beyondKernel("a module's name of " + module.length()
                    + " characters, the longest is " + LONGEST_NAME + ": " + module)));
        }
    }

    /** All checks that need the symbols, and the module's name. */
    void checkTables(SymbolTable symbols, String module) {
        int extended = 0;
        int last = 0;
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.rawSectionIndex(i) == Symbol.SHN_XINDEX) {
                extended++;
                last = i;
            }
        }
        if (extended > 0) {
            ModuleFile.relax(
                    findings,
                    Rule.EXTENDED_NUMBERING,
                    extended + " symbols whose section number stands in SHT_SYMTAB_SHNDX (SHN_XINDEX)",
                    module + ": Symbol " + symbols.name(last) + " has an invalid section index " + Symbol.SHN_XINDEX
                            + " (max " + (file.sectionCount() - 1) + ")");
        }
        for (RelocationSection r : file.relocationSections()) {
            if (r.section().link() != symbols.section().index()) {
                throw beyond(
                        r.section(),
                        "its symbols (sh_link) are in section "
                                + Integer.toUnsignedString(r.section().link()) + ", the symbol table is section "
                                + symbols.section());
            }
        }
    }

    private static FormatException beyond(Section s, String what) {
        return new FormatException(Refusal.beyondKernel(s.where() + ": " + what));
    }
}
