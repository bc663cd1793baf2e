package io.modrt.testkit;

import io.modrt.elf.AddendKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * Makes ELF files of either class and byte order, section by section. Sections get their index when they are made; relocation
 * sections, the symbol table and the string tables follow behind them. Files with more sections than the header can count use
 * the specification's escapes.
 *
 * <p>It makes sound files; {@link ElfEdit} breaks them afterwards.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ElfBuilder {
    static final int SHT_PROGBITS = 1;
    static final int SHT_SYMTAB = 2;
    static final int SHT_STRTAB = 3;
    static final int SHT_RELA = 4;
    static final int SHT_NOTE = 7;
    static final int SHT_NOBITS = 8;
    static final int SHT_REL = 9;
    static final int SHT_SYMTAB_SHNDX = 18;
    static final int SHF_WRITE = 1;
    static final int SHF_ALLOC = 2;
    static final int SHF_EXECINSTR = 4;
    static final int SHF_INFO_LINK = 0x40;
    static final int SHN_LORESERVE = 0xff00;
    static final int SHN_XINDEX = 0xffff;
    private static final int ET_REL = 1;

    private final ElfTarget target;
    private final List<SectionBuilder> sections = new ArrayList<>();
    private final List<SymbolBuilder> symbols = new ArrayList<>();
    private final Map<SectionBuilder, SymbolBuilder> sectionSymbols = new LinkedHashMap<>();
    private int type = ET_REL;

    private ElfBuilder(ElfTarget target) {
        this.target = target;
    }

    /** Starts a relocatable file for {@code target}. */
    public static ElfBuilder relocatable(ElfTarget target) {
        return new ElfBuilder(target);
    }

    /** Sets {@code e_type}. */
    public ElfBuilder type(int number) {
        type = number;
        return this;
    }

    /** The machine that the file is for. */
    public ElfTarget target() {
        return target;
    }

    /** Adds a section of any type and flags. */
    public SectionBuilder section(String name, int sectionType, long flags) {
        SectionBuilder section = new SectionBuilder(target, sections.size() + 1, name, sectionType, flags);
        sections.add(section);
        return section;
    }

    /** Adds a section of code, aligned to a word. */
    public SectionBuilder code(String name) {
        return section(name, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR).alignment(Integer.BYTES);
    }

    /** Adds a section of read-only data, aligned to a {@code long}. */
    public SectionBuilder readOnly(String name) {
        return section(name, SHT_PROGBITS, SHF_ALLOC)
                .alignment(target.encoding().wordBytes());
    }

    /** Adds a section of writable data, aligned to a {@code long}. */
    public SectionBuilder writable(String name) {
        return section(name, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE)
                .alignment(target.encoding().wordBytes());
    }

    /** Adds a section that is zero in memory and takes no room in the file. */
    public SectionBuilder zeroed(String name, long sizeBytes) {
        return section(name, SHT_NOBITS, SHF_ALLOC | SHF_WRITE)
                .alignment(target.encoding().wordBytes())
                .noBits(sizeBytes);
    }

    /** Adds a section that is not loaded, such as one for a debugger. */
    public SectionBuilder notLoaded(String name) {
        return section(name, SHT_PROGBITS, 0);
    }

    /** Adds a section of one note. */
    public SectionBuilder note(String name, String owner, int noteType, byte... description) {
        return section(name, SHT_NOTE, SHF_ALLOC)
                .alignment(Integer.BYTES)
                .words(owner.length() + 1, description.length, noteType)
                .string(owner)
                .padding(Integer.BYTES)
                .bytes(description)
                .padding(Integer.BYTES);
    }

    /** Adds a symbol, undefined until told where it is. */
    public SymbolBuilder symbol(String name) {
        SymbolBuilder symbol = new SymbolBuilder(name);
        symbols.add(symbol);
        return symbol;
    }

    /** The symbol that stands for a section. */
    public SymbolBuilder sectionSymbol(SectionBuilder section) {
        return sectionSymbols.computeIfAbsent(section, s -> {
            SymbolBuilder symbol = SymbolBuilder.ofSection(s);
            symbols.add(symbol);
            return symbol;
        });
    }

    /** The file, a new array. The builder may be used further. */
    public byte[] build() {
        List<SymbolBuilder> ordered = localsFirst();
        List<SectionBuilder> all = new ArrayList<>(sections);
        int relocationSections =
                (int) sections.stream().filter(s -> !s.relocations().isEmpty()).count();
        boolean escapes = ordered.stream().anyMatch(s -> s.isInSection() && s.sectionIndex() >= SHN_LORESERVE);
        int symtab = sections.size() + relocationSections + 1;
        addRelocationSections(all, ordered, symtab);
        addSymbolTables(all, ordered, symtab, escapes);
        return ElfLayout.write(target, type, all);
    }

    private List<SymbolBuilder> localsFirst() {
        List<SymbolBuilder> ordered = new ArrayList<>();
        symbols.stream().filter(SymbolBuilder::isLocal).forEach(ordered::add);
        symbols.stream().filter(s -> !s.isLocal()).forEach(ordered::add);
        return ordered;
    }

    private SectionBuilder append(List<SectionBuilder> all, String name, int sectionType, long flags) {
        SectionBuilder section = new SectionBuilder(target, all.size() + 1, name, sectionType, flags);
        all.add(section);
        return section;
    }

    private void addRelocationSections(List<SectionBuilder> all, List<SymbolBuilder> ordered, int symtab) {
        boolean inPlace = target.addends() == AddendKind.IN_PLACE;
        int entryBytes = (inPlace ? ElfRecord.REL : ElfRecord.RELA).bytes(target.encoding());
        for (int i = 0; i < ordered.size(); i++) {
            ordered.get(i).number(i + 1);
        }
        for (SectionBuilder section : sections) {
            List<SectionBuilder.Entry> entries = section.relocations();
            if (entries.isEmpty()) {
                continue;
            }
            byte[] table = new byte[entries.size() * entryBytes];
            for (int i = 0; i < entries.size(); i++) {
                SectionBuilder.Entry entry = entries.get(i);
                int symbol = entry.symbol().number();
                if (symbol == 0 || symbol > ordered.size() || ordered.get(symbol - 1) != entry.symbol()) {
                    throw new IllegalArgumentException(
                            section.name() + ": symbol " + entry.symbol().name() + " is another builder's");
                }
                putRelocation(table, i * entryBytes, entry, symbol);
            }
            append(all, (inPlace ? ".rel" : ".rela") + section.name(), inPlace ? SHT_REL : SHT_RELA, SHF_INFO_LINK)
                    .bytes(table)
                    .alignment(target.encoding().wordBytes())
                    .entryBytes(entryBytes)
                    .link(symtab)
                    .info(section.index());
        }
    }

    private void putRelocation(byte[] table, int at, SectionBuilder.Entry entry, int symbol) {
        ElfEncoding to = target.encoding();
        to.put(table, at, ElfField.R_OFFSET, entry.offset());
        if (target.packsRelocations()) {
            to.put(table, at, ElfField.R_SYM, symbol);
            to.put(table, at, ElfField.R_SSYM, entry.specialSymbol());
            to.put(table, at, ElfField.R_TYPE3, entry.type3());
            to.put(table, at, ElfField.R_TYPE2, entry.type2());
            to.put(table, at, ElfField.R_TYPE, entry.type());
        } else {
            long info = to.is64Bit() ? (long) symbol << 32 | entry.type() : (long) symbol << 8 | entry.type();
            to.put(table, at, ElfField.R_INFO, info);
        }
        if (target.addends() == AddendKind.EXPLICIT) {
            to.put(table, at, ElfField.R_ADDEND, entry.addend());
        }
    }

    private void addSymbolTables(List<SectionBuilder> all, List<SymbolBuilder> ordered, int symtab, boolean escapes) {
        int symbolBytes = ElfRecord.SYMBOL.bytes(target.encoding());
        byte[] table = new byte[(ordered.size() + 1) * symbolBytes];
        int[] sectionIndices = new int[ordered.size() + 1];
        SectionBuilder names = new SectionBuilder(target, symtab + 1, ".strtab", SHT_STRTAB, 0).zeros(1);
        int locals = 1;
        for (int i = 0; i < ordered.size(); i++) {
            SymbolBuilder symbol = ordered.get(i);
            int nameOffset = symbol.name().isEmpty() ? 0 : (int) names.sizeBytes();
            if (nameOffset != 0) {
                names.string(symbol.name());
            }
            symbol.write(target.encoding(), table, (i + 1) * symbolBytes, nameOffset);
            sectionIndices[i + 1] =
                    symbol.isInSection() && symbol.sectionIndex() >= SHN_LORESERVE ? symbol.sectionIndex() : 0;
            locals += symbol.isLocal() ? 1 : 0;
        }
        append(all, ".symtab", SHT_SYMTAB, 0)
                .bytes(table)
                .alignment(target.encoding().wordBytes())
                .entryBytes(symbolBytes)
                .link(names.index())
                .info(locals);
        all.add(names);
        if (escapes) {
            append(all, ".symtab_shndx", SHT_SYMTAB_SHNDX, 0)
                    .words(sectionIndices)
                    .alignment(Integer.BYTES)
                    .entryBytes(Integer.BYTES)
                    .link(symtab);
        }
    }
}
