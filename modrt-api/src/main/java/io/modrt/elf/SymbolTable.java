package io.modrt.elf;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.NameBudget;
import io.modrt.bytes.Nul;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A symbol table, decoded in place, without an object for each symbol. Every name is checked to begin inside the string table, and the
 * string table to end with NUL; the kernel checks neither.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SymbolTable {
    /** The result of {@link #indexOf} if there is no such symbol; it is the number of symbol 0, which has no name. */
    public static final int NONE = 0;

    private static final int NO_TABLE = -1;
    private static final int NO_SECTION = -1;

    private final Section section;
    private final Section strings;
    private final byte[] bytes;
    private final boolean big;
    private final boolean wide;
    private final int start;
    private final int entryBytes;
    private final int count;
    private final int stringsStart;
    private final int extendedStart;

    private SymbolTable(Section section, int count, Section strings, int extendedStart) {
        ElfFile file = section.file();
        this.section = section;
        this.strings = strings;
        this.bytes = file.array();
        this.big = file.isBigEndian();
        this.wide = file.elfClass() == ElfClass.ELF64;
        this.start = (int) section.fileOffset();
        this.entryBytes = file.elfClass().symbolBytes();
        this.count = count;
        this.stringsStart = (int) strings.fileOffset();
        this.extendedStart = extendedStart;
    }

    /** Checks and views the table in {@code section}. */
    static SymbolTable of(Section section) {
        ElfFile file = section.file();
        int entryBytes = file.elfClass().symbolBytes();
        checkEntries(section, entryBytes);
        if (section.link() <= 0 || section.link() >= file.sectionCount()) {
            throw new FormatException(Refusal.of(
                    Errno.ENOEXEC,
                    section.where() + ": its strings (sh_link) are in section "
                            + Integer.toUnsignedString(section.link()) + ", there are " + file.sectionCount()
                            + " sections"));
        }
        Section strings = file.section(section.link());
        long end = strings.fileOffset() + strings.sizeBytes();
        if (!strings.hasContents() || strings.sizeBytes() == 0 || file.array()[(int) end - 1] != 0) {
            throw new FormatException(strings.beyondKernel("strings without end: the last byte is not NUL"));
        }
        int count = (int) section.sizeBytes() / entryBytes;
        if (count > file.limits().symbols()) {
            throw new FormatException(section.beyondKernel(
                            count + " symbols, the limit is " + file.limits().symbols())
                    .wayOut("raise LoadLimits.symbols"));
        }
        SymbolTable table = new SymbolTable(section, count, strings, extendedStart(section));
        table.checkNames();
        return table;
    }

    /** A table without symbols, for a file that has none. Its {@link #section()} is section 0, which the file must have. */
    public static SymbolTable none(ElfFile file) {
        return new SymbolTable(file.section(0), 0, file.section(0), NO_TABLE);
    }

    /** Checks that {@code sh_entsize} is the size of an entry and that the table's size is a multiple of it. */
    static void checkEntries(Section table, int entryBytes) {
        if (table.entryBytes() != entryBytes || table.sizeBytes() % entryBytes != 0) {
            throw new FormatException(table.beyondKernel(
                    "sh_entsize is " + Long.toUnsignedString(table.entryBytes()) + " and sh_size " + table.sizeBytes()
                            + ", " + table.file().elfClass() + " has entries of " + entryBytes + " bytes"));
        }
    }

    private static int extendedStart(Section symbols) {
        ElfFile file = symbols.file();
        long count = symbols.sizeBytes() / file.elfClass().symbolBytes();
        for (int i = 1; i < file.sectionCount(); i++) {
            Section s = file.section(i);
            if (s.type() == Section.SHT_SYMTAB_SHNDX && s.link() == symbols.index()) {
                if (s.sizeBytes() / Integer.BYTES < count) {
                    throw new FormatException(s.beyondKernel("section numbers for " + s.sizeBytes() / Integer.BYTES
                            + " symbols, the symbol table has " + count));
                }
                return (int) s.fileOffset();
            }
        }
        return NO_TABLE;
    }

    private void checkNames() {
        int size = (int) strings.sizeBytes();
        for (int i = 0, at = start; i < count; i++, at += entryBytes) {
            int nameOffset = Bytes.getInt(bytes, at, big);
            if (nameOffset < 0 || nameOffset >= size) {
                throw new FormatException(
                        section.beyondKernel("symbol " + i + ": st_name 0x" + Integer.toHexString(nameOffset)
                                + " is outside the string table of " + size + " bytes"),
                        at);
            }
        }
        NameBudget budget = new NameBudget(section.file().lengthBytes());
        if (Strings.anyLonger(bytes, stringsStart, size, budget.longest(count))) {
            for (int i = 0; i < count; i++) {
                if (!budget.take(nameBytes(i))) {
                    throw new FormatException(section.beyondKernel(budget.exceeded("symbols")));
                }
            }
        }
    }

    /** The section that holds the symbols. */
    public Section section() {
        return section;
    }

    /** The section that holds their names. */
    public Section stringTable() {
        return strings;
    }

    /** The number of symbols, including symbol 0. */
    public int count() {
        return count;
    }

    private int at(int i) {
        if (i < 0 || i >= count) {
            throw new IndexOutOfBoundsException("symbol " + i + " of " + count);
        }
        return start + i * entryBytes;
    }

    /** {@code st_value}. */
    public long value(int i) {
        return wide ? Bytes.getLong(bytes, at(i) + 8, big) : Bytes.getInt(bytes, at(i) + 4, big) & 0xffff_ffffL;
    }

    /** {@code st_size} in bytes. */
    public long sizeBytes(int i) {
        return wide ? Bytes.getLong(bytes, at(i) + 16, big) : Bytes.getInt(bytes, at(i) + 8, big) & 0xffff_ffffL;
    }

    /** {@code st_shndx} as it is in the file: the value to compare with SHN_ABS, SHN_COMMON and the other reserved values. */
    public int rawSectionIndex(int i) {
        return ElfFile.u16(bytes, at(i) + (wide ? 6 : 14), big);
    }

    /**
     * The number of the symbol's section, as unsigned 32 bits, not checked to be in range. For SHN_XINDEX it is read from the
     * SHT_SYMTAB_SHNDX section, or is -1 in a file without one; other reserved values such as SHN_ABS are returned as they are. In a file of more than 65,280 sections a
     * real number may equal a reserved value: {@link #rawSectionIndex} tells them apart.
     */
    public int sectionIndex(int i) {
        int raw = rawSectionIndex(i);
        if (raw != Symbol.SHN_XINDEX) {
            return raw;
        }
        return extendedStart == NO_TABLE ? NO_SECTION : Bytes.getInt(bytes, extendedStart + i * Integer.BYTES, big);
    }

    /** STB_*. */
    public int binding(int i) {
        return (bytes[at(i) + (wide ? 4 : 12)] & 0xff) >>> 4;
    }

    /** STT_*. */
    public int type(int i) {
        return bytes[at(i) + (wide ? 4 : 12)] & 0xf;
    }

    /** {@code st_name}: where its name starts, in bytes from the start of the string table. */
    public int nameOffset(int i) {
        return Bytes.getInt(bytes, at(i), big);
    }

    /** The length of its name in bytes, without the NUL. */
    public int nameBytes(int i) {
        return Nul.distance(bytes, stringsStart + nameOffset(i));
    }

    /** Its name, as a new String. */
    public String name(int i) {
        return Strings.decode(bytes, stringsStart + nameOffset(i));
    }

    /** The name by which relocations call it: its own, or for a section symbol that of its section. */
    public String label(int i) {
        int index = sectionIndex(i);
        boolean isSection = type(i) == Symbol.STT_SECTION
                && Integer.compareUnsigned(index, section.file().sectionCount()) < 0;
        return isSection ? section.file().section(index).name() : name(i);
    }

    /** Whether its name is {@code other}, without making a String. */
    public boolean isNamed(int i, String other) {
        return Strings.equal(bytes, stringsStart + nameOffset(i), other);
    }

    /** Whether its name begins with {@code prefix}, which is ASCII, without making a String or reading the rest of the name. */
    public boolean startsWith(int i, String prefix) {
        return Strings.startsWith(bytes, stringsStart + nameOffset(i), prefix);
    }

    /** The symbol as an object. */
    public Symbol symbol(int i) {
        return new Symbol(i, name(i), value(i), sizeBytes(i), binding(i), type(i), sectionIndex(i), rawSectionIndex(i));
    }

    /** The first symbol of this name, with its section, type, binding and size; a linear search. */
    public Optional<Symbol> find(String name) {
        int index = indexOf(name);
        return index == NONE ? Optional.empty() : Optional.of(symbol(index));
    }

    /** The number of the first symbol of this name, or {@link #NONE}; a linear search. */
    public int indexOf(String name) {
        for (int i = 1; i < count; i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return NONE;
    }
}
