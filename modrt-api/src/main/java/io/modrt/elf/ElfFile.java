package io.modrt.elf;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.NameBudget;
import io.modrt.bytes.Nul;
import io.modrt.bytes.Printable;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.policy.LoadLimits;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A view of an ELF file of either class and byte order in a {@code byte[]}, which is neither copied nor changed; the caller must not change
 * it while the view is in use. Safe for use by many threads.
 *
 * <p>{@link #view} checks that the section headers, every section's contents and every section's name are inside the file. Symbol and
 * relocation tables are checked when they are first asked for. After that nothing that is read through these types can leave the file.
 *
 * <p>Source: the System V ABI, chapter 4; the MIPS 64-bit supplement for packed relocations.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ElfFile {
    private static final int NO_NAMES = -1;

    private final String name;
    private final byte[] bytes;
    private final LoadLimits limits;
    private final int lengthBytes;
    private final ElfHeader header;
    private final boolean isWide;
    private final boolean isBigEndian;
    private final int headersStart;
    private final int headerBytes;
    /** Where the names of sections start; {@link #NO_NAMES} in a file without them. */
    private final int namesStart;

    private final boolean extendedNumbering;
    private final Section[] sections;
    private @Nullable SectionNames sectionNames;
    private @Nullable SymbolTable symbolTable;
    private @Nullable List<RelocationSection> relocationSections;
    /** The same, in the order of the sections that they relocate. */
    private @Nullable List<RelocationSection> byTarget;

    private ElfFile(String name, byte[] bytes, HeaderReader reader, LoadLimits limits) {
        this.name = name;
        this.limits = limits;
        this.bytes = bytes;
        this.lengthBytes = reader.lengthBytes();
        this.header = reader.header();
        this.isWide = header.elfClass() == ElfClass.ELF64;
        this.isBigEndian = header.isBigEndian();
        this.headersStart = (int) header.sectionHeadersOffset();
        this.headerBytes = header.sectionHeaderBytes();
        this.extendedNumbering = reader.usesExtendedNumbering();
        if (header.sectionCount() > limits.sections()) {
            throw new FormatException(Refusal.beyondKernel(
                            where() + header.sectionCount() + " sections, the limit is " + limits.sections())
                    .wayOut("raise LoadLimits.sections"));
        }
        this.sections = new Section[header.sectionCount()];
        for (int i = 0; i < sections.length; i++) {
            sections[i] = new Section(this, i);
        }
        this.namesStart = header.nameTableIndex() == Symbol.SHN_UNDEF
                ? NO_NAMES
                : (int) sections[header.nameTableIndex()].fileOffset();
        checkContents();
        checkNames();
    }

    /**
     * Views the file that fills {@code bytes}; messages do not name it.
     *
     * @throws FormatException if the header, a section header, a section or a section's name is not inside the file
     */
    public static ElfFile view(byte[] bytes) {
        return view("", bytes, bytes.length);
    }

    /**
     * Views the file in the first {@code lengthBytes} bytes of {@code bytes}.
     *
     * @param name the file's name in messages, for example {@code greeter.ko}
     * @throws FormatException if the header, a section header, a section or a section's name is not inside the file
     */
    public static ElfFile view(String name, byte[] bytes, int lengthBytes) {
        return view(name, bytes, lengthBytes, LoadLimits.standard());
    }

    /**
     * The same with other limits for sections, symbols and relocations.
     *
     * @throws FormatException also if the file has more than {@link LoadLimits#sections}
     */
    public static ElfFile view(String name, byte[] bytes, int lengthBytes, LoadLimits limits) {
        Objects.requireNonNull(limits, "limits");
        Objects.checkFromIndexSize(0, lengthBytes, bytes.length);
        return new ElfFile(name, bytes, HeaderReader.read(name, bytes, lengthBytes), limits);
    }

    private void checkContents() {
        for (int i = 1; i < sections.length; i++) {
            Section s = sections[i];
            long from = s.fileOffset();
            long size = s.sizeBytes();
            int type = s.type();
            if (type == Section.SHT_NULL || type == Section.SHT_NOBITS) {
                if (type == Section.SHT_NOBITS && size < 0) {
                    throw new FormatException(Refusal.beyondKernel(where() + "section " + i + ": "
                            + Long.toUnsignedString(size) + " bytes do not fit any address space"));
                }
            } else if (from < 0 || size < 0 || from > lengthBytes || size > lengthBytes - from) {
                throw new FormatException(Refusal.of(
                                Errno.ENOEXEC,
                                where() + "section " + i + ": contents are not inside the file: offset 0x"
                                        + Long.toHexString(from) + ", 0x" + Long.toHexString(size)
                                        + " bytes, the file has 0x"
                                        + Integer.toHexString(lengthBytes))
                        .logged(
                                i == header.nameTableIndex()
                                        ? "Invalid ELF section hdr(type " + s.type() + ")"
                                        : "Invalid ELF section in module" + inLog(s)));
            }
        }
    }

    /**
     * Checks that the name table ends with NUL and that all names are in it. The kernel does not check the names of sections that it does
     * not load.
     */
    private void checkNames() {
        if (header.nameTableIndex() == Symbol.SHN_UNDEF) {
            return;
        }
        Section names = sections[header.nameTableIndex()];
        if (!names.hasContents() || names.sizeBytes() == 0) {
            throw new FormatException(
                    Refusal.of(Errno.ENOEXEC, nameTable(names) + ": is empty").logged("empty section name table"));
        }
        if (bytes[(int) (names.fileOffset() + names.sizeBytes()) - 1] != 0) {
            throw new FormatException(
                    Refusal.of(Errno.ENOEXEC, nameTable(names) + ": its last string has no end")
                            .logged("ELF Spec violation: section name table isn't null terminated"),
                    names.fileOffset());
        }
        long namesBytes = names.sizeBytes();
        for (Section s : sections) {
            if (Integer.toUnsignedLong(s.nameOffset()) >= namesBytes) {
                String what = where() + "section " + s.index() + ": sh_name 0x" + Integer.toHexString(s.nameOffset())
                        + " is outside the name table of 0x" + Long.toHexString(names.sizeBytes()) + " bytes";
                boolean kernelLooks = s.isAllocated() && s.hasContents();
                throw new FormatException(
                        kernelLooks
                                ? Refusal.of(Errno.ENOEXEC, what)
                                        .logged("Invalid ELF section name in module" + inLog(s))
                                : Refusal.beyondKernel(what));
            }
        }
        NameBudget budget = new NameBudget(lengthBytes);
        int start = (int) names.fileOffset();
        if (Strings.anyLonger(bytes, start, (int) names.sizeBytes(), budget.longest(sections.length))) {
            for (Section s : sections) {
                if (!budget.take(Nul.distance(bytes, start + s.nameOffset()))) {
                    throw new FormatException(Refusal.beyondKernel(where() + budget.exceeded("sections")));
                }
            }
        }
    }

    private String nameTable(Section names) {
        return where() + "section " + names.index() + ", the name table";
    }

    private static String inLog(Section s) {
        return " (section " + s.index() + " type " + s.type() + ")";
    }

    String sectionName(int nameOffset) {
        return namesStart == NO_NAMES ? "" : Strings.decode(bytes, namesStart + nameOffset);
    }

    boolean isSectionNamed(int nameOffset, String other) {
        return namesStart == NO_NAMES ? other.isEmpty() : Strings.equal(bytes, namesStart + nameOffset, other);
    }

    boolean isSectionNamedFrom(int nameOffset, String prefix) {
        return namesStart == NO_NAMES ? prefix.isEmpty() : Strings.startsWith(bytes, namesStart + nameOffset, prefix);
    }

    /** The start of a message about this file: its name, a colon and a space; empty without a name. */
    String where() {
        return name.isEmpty() ? "" : Printable.name(name) + ": ";
    }

    LoadLimits limits() {
        return limits;
    }

    /** The header. */
    public ElfHeader header() {
        return header;
    }

    /** The viewed bytes themselves, not a copy; the array may be longer than the file. */
    public byte[] array() {
        return bytes;
    }

    /** The length of the file in bytes. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** The file's name in messages; may be empty. */
    public String name() {
        return name;
    }

    /** The width of its structures. */
    public ElfClass elfClass() {
        return header.elfClass();
    }

    /** The byte order of its structures. */
    public boolean isBigEndian() {
        return isBigEndian;
    }

    boolean isWide() {
        return isWide;
    }

    /** Where the header of a section starts. */
    int headerAt(int section) {
        return headersStart + section * headerBytes;
    }

    /**
     * Whether the number of sections or the index of the name table is kept in section header 0, because it does not fit the file header.
     */
    public boolean usesExtendedNumbering() {
        return extendedNumbering;
    }

    /** The number of sections, including section 0. */
    public int sectionCount() {
        return sections.length;
    }

    /** The section with number {@code index}, from 0 to {@link #sectionCount()} - 1. */
    public Section section(int index) {
        return sections[index];
    }

    /** All sections, including section 0. */
    public List<Section> sections() {
        return new Sections(sections);
    }

    /** A view of the array. Layout asks it for each section many times, and shares no code with other lists. */
    private static final class Sections extends AbstractList<Section> implements RandomAccess {
        private final Section[] all;

        Sections(Section[] all) {
            this.all = all;
        }

        @Override
        public Section get(int index) {
            return all[index];
        }

        @Override
        public int size() {
            return all.length;
        }
    }

    /** The first section of this name; section 0 is left out. */
    public Optional<Section> section(String sectionName) {
        int found = nextNamed(sectionName, 0);
        return found == 0 ? Optional.empty() : Optional.of(sections[found]);
    }

    /** The number of the first section of this name behind section {@code after}; 0 if there is none. */
    public int nextNamed(String sectionName, int after) {
        Objects.requireNonNull(sectionName, "sectionName");
        if (namesStart == NO_NAMES) {
            return sectionName.isEmpty() && after + 1 < sections.length ? after + 1 : 0;
        }
        SectionNames known = sectionNames;
        if (known == null) {
            known = new SectionNames(
                    bytes, sections.length, i -> namesStart + Bytes.getInt(bytes, headerAt(i), isBigEndian));
            sectionNames = known;
        }
        return known.next(sectionName, after);
    }

    /**
     * The first symbol table (SHT_SYMTAB), checked.
     *
     * @throws FormatException if its string table, its size or a name in it is malformed
     */
    public Optional<SymbolTable> symbolTable() {
        SymbolTable known = symbolTable;
        if (known == null) {
            for (int i = 1; i < sections.length && known == null; i++) {
                if (sections[i].type() == Section.SHT_SYMTAB) {
                    known = SymbolTable.of(sections[i]);
                }
            }
            symbolTable = known;
        }
        return Optional.ofNullable(known);
    }

    /**
     * The SHT_REL and SHT_RELA sections, in the order of their headers. Those whose {@code sh_info} is not the number of a section are left
     * out, as the kernel skips them.
     *
     * @throws FormatException if {@code sh_entsize} of one is not the size of a relocation, or its size not a multiple of that, or if they are
     *     more than {@link LoadLimits#relocations}
     */
    public List<RelocationSection> relocationSections() {
        List<RelocationSection> known = relocationSections;
        if (known == null) {
            int number = 0;
            for (Section s : sections) {
                number += relocates(s) ? 1 : 0;
            }
            RelocationSection[] found = new RelocationSection[number];
            number = 0;
            long count = 0;
            long sizeBytes = 0;
            for (Section s : sections) {
                if (relocates(s)) {
                    RelocationSection relocations = RelocationSection.of(s);
                    found[number++] = relocations;
                    count += relocations.count();
                    sizeBytes += s.sizeBytes();
                }
            }
            if (count > limits.relocations()) {
                throw new FormatException(
                        Refusal.beyondKernel(where() + count + " relocations, the limit is " + limits.relocations())
                                .wayOut("raise LoadLimits.relocations"));
            }
            if (sizeBytes > lengthBytes) { // why: else a file could list the same relocations any number of times
                throw new FormatException(Refusal.beyondKernel(where() + "its relocation sections have 0x"
                        + Long.toHexString(sizeBytes) + " bytes, the file has 0x" + Integer.toHexString(lengthBytes)));
            }
            known = Collections.unmodifiableList(Arrays.asList(found));
            relocationSections = known;
        }
        return known;
    }

    private boolean relocates(Section s) {
        int type = s.type();
        return (type == Section.SHT_REL || type == Section.SHT_RELA) && s.info() > 0 && s.info() < sections.length;
    }

    /** Those of {@link #relocationSections} that relocate {@code target}, in the same order. */
    public List<RelocationSection> relocationSections(Section target) {
        List<RelocationSection> known = byTarget;
        if (known == null) {
            known = inOrderOfTargets(relocationSections());
            byTarget = known;
        }
        int from = firstFor(target.index(), known);
        return known.subList(from, firstFor(target.index() + 1, known));
    }

    private static List<RelocationSection> inOrderOfTargets(List<RelocationSection> inFile) {
        for (int i = 1; i < inFile.size(); i++) {
            if (target(inFile, i) < target(inFile, i - 1)) { // why: linkers put each behind its section
                List<RelocationSection> sorted = new ArrayList<>(inFile);
                sorted.sort(Comparator.comparingInt(
                        relocations -> relocations.section().info()));
                return Collections.unmodifiableList(sorted);
            }
        }
        return inFile;
    }

    private static int target(List<RelocationSection> relocations, int i) {
        return relocations.get(i).section().info();
    }

    /** Where the relocations of the sections from {@code target} on start in the order of targets. */
    private static int firstFor(int target, List<RelocationSection> inOrder) {
        int from = 0;
        int to = inOrder.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (target(inOrder, middle) < target) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** The file's name, class, byte order and machine. */
    @Override
    public String toString() {
        return where() + header.elfClass() + (header.isBigEndian() ? " big endian" : " little endian") + ", machine "
                + header.machine();
    }

    static int u16(byte[] bytes, int offset, boolean bigEndian) {
        return Bytes.getShort(bytes, offset, bigEndian) & 0xffff;
    }
}
