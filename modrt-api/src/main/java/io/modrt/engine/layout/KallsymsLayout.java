package io.modrt.engine.layout;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.version.LoaderChange;
import java.util.BitSet;

/**
 * Where the kernel keeps a module's symbols ({@code layout_symtab}): the file's symbol table in init memory, and behind the sections of
 * core memory the symbols that stay after initialisation, called core symbols. Old kernels keep the file's table in core memory and have no
 * copies. Offsets are in bytes from the start of the region.
 */
public final class KallsymsLayout {
    private static final char LEAVES = 0xffff;
    private static final char LONG = 0xfffe;

    private final SymbolTable symbols;
    private final KallsymsForm form;
    private final RegionKind coreRegion;
    private final RegionKind initRegion;
    /**
     * The length of each core symbol's name in bytes, if names are stored apart; {@link #LONG} for one that is not less than this, and
     * {@link #LEAVES} for a symbol that is none.
     */
    private final char[] core;

    private int coreCount;
    private final BitSet sharedNames = new BitSet();
    private long coreSymbolsOffset;
    private long coreStringsOffset;
    private long coreTypesOffset;
    private long structOffset;
    private long initTypesOffset;

    /** Adds the tables behind all sections that {@code passes} has placed, and marks the symbol and string tables as loaded. */
    KallsymsLayout(
            SymbolTable symbols, KallsymsForm form, LayoutPasses passes, LoadedFlags flags, KernelProfile profile) {
        this.symbols = symbols;
        this.form = form;
        coreRegion = passes.coreData();
        initRegion = passes.initData();
        core = new char[symbols.count()];
        if (form.isCopied()) {
            place(passes, flags, profile);
        } else {
            coreCount = symbols.count();
        }
    }

    private void place(LayoutPasses passes, LoadedFlags flags, KernelProfile profile) {
        Section table = symbols.section();
        ElfClass elfClass = table.file().elfClass();
        RegionSizes sizes = passes.sizes;
        boolean hasLetters = form.letters() == KallsymsForm.Letters.APART;

        flags.allocate(table.index());
        passes.placeLast(table.index(), initRegion);

        long stringBytes = findCore(passes, flags, profile);
        sizes.align(coreRegion, table.alignment(), "symbols");
        coreSymbolsOffset = sizes.bytes(coreRegion);
        sizes.add(coreRegion, (long) coreCount() * elfClass.symbolBytes(), "symbols");
        coreStringsOffset = sizes.bytes(coreRegion);
        sizes.add(coreRegion, stringBytes, "names of symbols");
        coreTypesOffset = sizes.bytes(coreRegion);
        sizes.add(coreRegion, hasLetters ? coreCount() : 0, "types of symbols");
        passes.roundIfStrict(coreRegion);

        flags.allocate(symbols.stringTable().index());
        passes.placeLast(symbols.stringTable().index(), initRegion);
        if (form.structWords() > 0) {
            sizes.align(initRegion, elfClass.wordBytes(), "symbol tables");
        }
        structOffset = sizes.bytes(initRegion);
        sizes.add(initRegion, (long) form.structWords() * elfClass.wordBytes(), "symbol tables");
        initTypesOffset = sizes.bytes(initRegion);
        sizes.add(initRegion, hasLetters ? symbols.count() : 0, "types of symbols");
        passes.roundIfStrict(initRegion);
    }

    /** Finds the core symbols. Returns the size of their names in bytes. */
    private long findCore(LayoutPasses passes, LoadedFlags flags, KernelProfile profile) {
        boolean[] stays = staying(passes, flags, profile);
        long room = passes.sizes.room(coreRegion);
        boolean isShared = form.names() == KallsymsForm.Names.SHARED;
        long stringBytes = form.names().bytesInFront();
        int count = symbols.count();
        int sections = stays.length;
        for (int i = 0; i < count; i++) {
            if (i == 0 || (symbols.nameOffset(i) != 0 && stays[section(symbols, i, sections)])) {
                coreCount++;
                if (isShared) {
                    markName(i);
                    continue;
                }
                int length = symbols.nameBytes(i);
                core[i] = (char) Math.min(length, LONG);
                stringBytes += length + 1L;
                // why: many symbols may share one long name; this bounds the time that counting takes
                if (stringBytes > room) {
                    passes.sizes.checkSum(coreRegion, stringBytes, "names of symbols");
                }
            } else {
                core[i] = LEAVES;
            }
        }
        return isShared ? sharedNames.cardinality() : stringBytes;
    }

    /** Marks the bytes of a symbol's name in the string table, with its NUL, as far as no other name has marked them. */
    private void markName(int symbol) {
        int start = symbols.nameOffset(symbol);
        int marked = sharedNames.nextSetBit(start);
        int end = start + symbols.nameBytes(symbol) + 1;
        sharedNames.set(start, marked < 0 ? end : Math.min(marked, end));
    }

    /** Whether the symbols of each section stay; those of none, 0, do not. */
    private boolean[] staying(LayoutPasses passes, LoadedFlags flags, KernelProfile profile) {
        boolean isAll = profile.has(ConfigOption.KALLSYMS_ALL);
        long wanted = isAll ? 0 : Section.SHF_EXECINSTR;
        boolean[] stays = new boolean[symbols.section().file().sectionCount()];
        for (int i = 1; i < stays.length; i++) {
            RegionKind kind = passes.region(i);
            stays[i] = kind != null && !kind.isInit() && (flags.flags(i) & wanted) == wanted;
        }
        if (isAll && flags.perCpuSection() > 0 && profile.has(LoaderChange.PER_CPU_SYMBOLS_STAY)) {
            stays[flags.perCpuSection()] = true;
        }
        return stays;
    }

    /** The section of a symbol; 0 if it is undefined, absolute, common or otherwise in no section of the file. */
    public static int section(SymbolTable symbols, int symbol) {
        return section(symbols, symbol, symbols.section().file().sectionCount());
    }

    private static int section(SymbolTable symbols, int symbol, int sections) {
        int raw = symbols.rawSectionIndex(symbol);
        if (raw >= Symbol.SHN_LORESERVE && raw != Symbol.SHN_XINDEX) {
            return 0;
        }
        int index = raw == Symbol.SHN_XINDEX ? symbols.sectionIndex(symbol) : raw;
        return index < 0 || index >= sections ? 0 : index;
    }

    /** The module's symbol table. */
    public SymbolTable symbols() {
        return symbols;
    }

    /** The region that holds the core symbols, behind its sections. */
    public RegionKind coreRegion() {
        return coreRegion;
    }

    /** The region that holds the struct and the type letters, and, if symbols are copied, the file's symbol and string tables. */
    public RegionKind initRegion() {
        return initRegion;
    }

    /** Whether a symbol stays after initialisation: the kernel's {@code is_core_symbol}. */
    public boolean isCore(int symbol) {
        return core[symbol] != LEAVES;
    }

    /** The length in bytes of the name of a core symbol, if names are not shared. */
    public int nameBytes(int symbol) {
        return core[symbol] < LONG ? core[symbol] : symbols.nameBytes(symbol);
    }

    /** The number of core symbols. */
    public int coreCount() {
        return coreCount;
    }

    /** How this kernel keeps symbols. */
    public KallsymsForm form() {
        return form;
    }

    /** The bytes of the file's string table that core memory has, if names share their ends there. */
    public BitSet sharedNames() {
        return (BitSet) sharedNames.clone();
    }

    /** The offset of the core symbols. */
    public long coreSymbolsOffset() {
        return coreSymbolsOffset;
    }

    /** The offset of the core symbols' names. */
    public long coreStringsOffset() {
        return coreStringsOffset;
    }

    /** The offset of the core symbols' type letters. */
    public long coreTypesOffset() {
        return coreTypesOffset;
    }

    /** The offset of {@code struct mod_kallsyms} in init memory. */
    public long structOffset() {
        return structOffset;
    }

    /** The offset of the type letters of all symbols in init memory. */
    public long initTypesOffset() {
        return initTypesOffset;
    }
}
