package io.modrt.engine.finish;

import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.version.LoaderChange;

/** The letters that tell the types of a module's symbols: the kernel's {@code elf_type}. */
public final class TypeLetters {
    private final SectionLayout layout;
    private final SymbolTable symbols;
    private final int perCpuSection;
    /** The letters of defined symbols, by section; that of section 0 is of symbols without one. */
    private final byte[] letters;

    /** The letters of {@code symbols}, which are those of the module that is laid out. */
    public TypeLetters(SectionLayout layout, SymbolTable symbols) {
        this.layout = layout;
        this.symbols = symbols;
        perCpuSection = layout.profile().has(LoaderChange.PER_CPU_SYMBOLS_STAY) ? layout.perCpuSection() : 0;
        letters = new byte[layout.file().elf().sectionCount()];
        letters[0] = '?';
        for (int i = 1; i < letters.length; i++) {
            letters[i] = (byte) letterOf(i);
        }
    }

    /** The letter with which {@code /proc/kallsyms} shows a symbol's type, by the first rule of the kernel's {@code elf_type} that fits. */
    public char of(int symbol) {
        int raw = symbols.rawSectionIndex(symbol);
        if (symbols.binding(symbol) == Symbol.STB_WEAK) {
            return symbols.type(symbol) == Symbol.STT_OBJECT ? 'v' : 'w';
        }
        if (raw == Symbol.SHN_UNDEF) {
            return 'U';
        }
        int section = KallsymsLayout.section(symbols, symbol);
        boolean isPerCpu = section != 0 && section == perCpuSection;
        return raw == Symbol.SHN_ABS || isPerCpu ? 'a' : (char) letters[section];
    }

    private char letterOf(int index) {
        Section section = layout.section(index);
        long flags = layout.effectiveFlags(index);
        if ((flags & Section.SHF_EXECINSTR) != 0) {
            return 't';
        }
        boolean takesNoFile = section.type() == Section.SHT_NOBITS;
        if ((flags & Section.SHF_ALLOC) != 0 && !takesNoFile) {
            return (flags & Section.SHF_WRITE) == 0 ? 'r' : 'd';
        }
        if (takesNoFile) {
            return 'b';
        }
        return section.isNamedFrom(".debug") ? 'n' : '?';
    }
}
