package io.modrt.engine.layout;

import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import java.util.BitSet;

/**
 * Where the kernel keeps a module's symbols ({@code layout_symtab}): the file's symbol table in init memory, and behind the sections of
 * core memory the symbols that stay after initialisation, called core symbols. Offsets are in bytes from the start of the region.
 */
public final class KallsymsLayout {
    /** Words of {@code struct mod_kallsyms}: symbol table, count, string table, type letters. */
    private static final int STRUCT_WORDS = 4;

    private final SymbolTable symbols;
    private final RegionKind coreRegion;
    private final RegionKind initRegion;
    private final BitSet core = new BitSet();
    private final int coreCount;
    private final long coreSymbolsOffset;
    private final long coreStringsOffset;
    private final long coreTypesOffset;
    private final long structOffset;
    private final long initTypesOffset;

    /** Adds the tables behind all sections that {@code passes} has placed, and marks the symbol and string tables as loaded. */
    KallsymsLayout(SymbolTable symbols, LayoutPasses passes, LoadedFlags flags, KernelProfile profile) {
        this.symbols = symbols;
        Section table = symbols.section();
        ElfClass elfClass = table.file().elfClass();
        RegionSizes sizes = passes.sizes;
        coreRegion = passes.coreData();
        initRegion = passes.initData();

        flags.allocate(table.index());
        passes.place(table.index(), initRegion);

        long stringBytes = findCore(passes, flags, profile);
        coreCount = core.cardinality();
        sizes.align(coreRegion, table.alignment(), "symbols");
        coreSymbolsOffset = sizes.bytes(coreRegion);
        sizes.add(coreRegion, (long) coreCount * elfClass.symbolBytes(), "symbols");
        coreStringsOffset = sizes.bytes(coreRegion);
        sizes.add(coreRegion, stringBytes, "names of symbols");
        coreTypesOffset = sizes.bytes(coreRegion);
        sizes.add(coreRegion, coreCount, "types of symbols");
        passes.roundIfStrict(coreRegion);

        flags.allocate(symbols.stringTable().index());
        passes.place(symbols.stringTable().index(), initRegion);
        sizes.align(initRegion, elfClass.wordBytes(), "symbol tables");
        structOffset = sizes.bytes(initRegion);
        sizes.add(initRegion, (long) STRUCT_WORDS * elfClass.wordBytes(), "symbol tables");
        initTypesOffset = sizes.bytes(initRegion);
        sizes.add(initRegion, symbols.count(), "types of symbols");
        passes.roundIfStrict(initRegion);
    }

    /** Finds the core symbols. Returns the size of their names in bytes, each with its own NUL. */
    private long findCore(LayoutPasses passes, LoadedFlags flags, KernelProfile profile) {
        boolean[] stays = staying(passes, flags, profile.has(ConfigOption.KALLSYMS_ALL));
        long room = passes.sizes.room(coreRegion);
        long stringBytes = 0;
        int count = symbols.count();
        for (int i = 0; i < count; i++) {
            if (i == 0 || (symbols.nameOffset(i) != 0 && stays[section(symbols, i)])) {
                core.set(i);
                stringBytes += symbols.nameBytes(i) + 1L;
                // why: many symbols may share one long name; this bounds the time that counting takes
                if (stringBytes > room) {
                    passes.sizes.checkSum(coreRegion, stringBytes, "names of symbols");
                }
            }
        }
        return stringBytes;
    }

    /** Whether the symbols of each section stay; those of none, 0, do not. */
    private static boolean[] staying(LayoutPasses passes, LoadedFlags flags, boolean isAll) {
        long wanted = isAll ? 0 : Section.SHF_EXECINSTR;
        boolean[] stays = new boolean[passes.region.length];
        for (int i = 1; i < stays.length; i++) {
            RegionKind kind = passes.region[i];
            stays[i] = kind != null && !kind.isInit() && (flags.flags(i) & wanted) == wanted;
        }
        if (isAll && flags.perCpuSection() > 0) {
            stays[flags.perCpuSection()] = true;
        }
        return stays;
    }

    /** The section of a symbol; 0 if it is undefined, absolute, common or otherwise in no section of the file. */
    public static int section(SymbolTable symbols, int symbol) {
        int raw = symbols.rawSectionIndex(symbol);
        if (raw >= Symbol.SHN_LORESERVE && raw != Symbol.SHN_XINDEX) {
            return 0;
        }
        int index = raw == Symbol.SHN_XINDEX ? symbols.sectionIndex(symbol) : raw;
        return index < 0 || index >= symbols.section().file().sectionCount() ? 0 : index;
    }

    /** The module's symbol table. */
    public SymbolTable symbols() {
        return symbols;
    }

    /** The region that holds the core symbols, behind its sections. */
    public RegionKind coreRegion() {
        return coreRegion;
    }

    /** The region that holds the file's symbol and string tables, the struct and the type letters. */
    public RegionKind initRegion() {
        return initRegion;
    }

    /** Whether a symbol stays after initialisation: the kernel's {@code is_core_symbol}. */
    public boolean isCore(int symbol) {
        return core.get(symbol);
    }

    /** The number of core symbols. */
    public int coreCount() {
        return coreCount;
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
