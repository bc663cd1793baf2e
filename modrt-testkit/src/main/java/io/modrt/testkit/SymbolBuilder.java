package io.modrt.testkit;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A symbol of a file that is being built; undefined, global and of no type unless said otherwise. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SymbolBuilder {
    private static final int STB_LOCAL = 0;
    private static final int STB_GLOBAL = 1;
    private static final int STB_WEAK = 2;
    private static final int STT_OBJECT = 1;
    private static final int STT_FUNC = 2;
    private static final int STT_SECTION = 3;
    private static final int SHN_ABS = 0xfff1;
    private static final int SHN_COMMON = 0xfff2;

    private final String name;
    private int binding = STB_GLOBAL;
    private int type;
    private int other;
    private int reservedSection;
    private int number;
    private @Nullable SectionBuilder section;
    private long value;
    private long sizeBytes;

    SymbolBuilder(String name) {
        this.name = name;
    }

    static SymbolBuilder ofSection(SectionBuilder section) {
        SymbolBuilder symbol = new SymbolBuilder("").in(section, 0).local();
        symbol.type = STT_SECTION;
        return symbol;
    }

    /** Defines the symbol, {@code offset} bytes into {@code definingSection}. */
    public SymbolBuilder in(SectionBuilder definingSection, long offset) {
        section = definingSection;
        value = offset;
        return this;
    }

    /** Gives the symbol a value that does not move. */
    public SymbolBuilder absolute(long absoluteValue) {
        return inReserved(SHN_ABS, absoluteValue);
    }

    /** Makes it a common symbol, which asks for an alignment. */
    public SymbolBuilder common(long alignment) {
        return inReserved(SHN_COMMON, alignment);
    }

    /** Puts any number into {@code st_shndx}, also one that no section has. */
    public SymbolBuilder inReserved(int sectionIndex, long rawValue) {
        section = null;
        reservedSection = sectionIndex;
        value = rawValue;
        return this;
    }

    /** Hides the symbol from other files. */
    public SymbolBuilder local() {
        binding = STB_LOCAL;
        return this;
    }

    /** Lets the symbol stay undefined, or be overridden. */
    public SymbolBuilder weak() {
        binding = STB_WEAK;
        return this;
    }

    /** Makes the symbol a function of {@code bytes} bytes. */
    public SymbolBuilder function(long bytes) {
        type = STT_FUNC;
        sizeBytes = bytes;
        return this;
    }

    /** Makes the symbol data of {@code bytes} bytes. */
    public SymbolBuilder object(long bytes) {
        type = STT_OBJECT;
        sizeBytes = bytes;
        return this;
    }

    /** Sets {@code st_other}. */
    public SymbolBuilder visibility(int visibility) {
        other = visibility;
        return this;
    }

    /** The symbol's name. */
    public String name() {
        return name;
    }

    /** Its index in the symbol table, while the file is being written. */
    int number() {
        return number;
    }

    void number(int index) {
        number = index;
    }

    boolean isLocal() {
        return binding == STB_LOCAL;
    }

    /** The index of its section, too big for {@code st_shndx} perhaps. */
    int sectionIndex() {
        return section == null ? reservedSection : section.index();
    }

    /** Whether it has a section, or a value that does not move. */
    boolean isDefined() {
        return sectionIndex() != 0;
    }

    boolean isInSection() {
        return section != null;
    }

    void write(ElfEncoding to, byte[] bytes, int at, int nameOffset) {
        int index = sectionIndex();
        boolean escaped = isInSection() && index >= ElfBuilder.SHN_LORESERVE;
        to.put(bytes, at, ElfField.ST_NAME, nameOffset);
        to.put(bytes, at, ElfField.ST_VALUE, value);
        to.put(bytes, at, ElfField.ST_SIZE, sizeBytes);
        to.put(bytes, at, ElfField.ST_INFO, binding << 4 | type);
        to.put(bytes, at, ElfField.ST_OTHER, other);
        to.put(bytes, at, ElfField.ST_SHNDX, escaped ? ElfBuilder.SHN_XINDEX : index);
    }
}
