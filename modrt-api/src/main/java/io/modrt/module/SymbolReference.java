package io.modrt.module;

import io.modrt.bytes.Printable;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A place of a module's file that refers to a symbol: a call of a function, or a pointer to it.
 *
 * @param section the section of the place
 * @param sectionOffset the place, in bytes from the section's start; unsigned, not checked
 * @param type the number of the relocation's type
 * @param addend what the relocation adds to the symbol, in bytes; 0 if the file has addends in place
 * @param inside the function or object that the place lies in; empty if there is none
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SymbolReference(Section section, long sectionOffset, int type, long addend, Optional<Symbol> inside) {

    /** The references to the symbol {@code name}, in the order of the file. */
    static List<SymbolReference> in(ElfFile elf, SymbolTable symbols, String name) {
        int wanted = symbols.indexOf(name);
        if (wanted == SymbolTable.NONE) {
            return List.of();
        }
        Symbol symbol = symbols.symbol(wanted);
        List<SymbolReference> found = new ArrayList<>();
        Map<Integer, TreeMap<Long, Symbol>> around = new HashMap<>();
        for (RelocationSection relocations : elf.relocationSections()) {
            for (int i = 0; i < relocations.count(); i++) {
                if (isTo(symbol, relocations, i, symbols)) {
                    if (around.isEmpty()) {
                        functionsAndObjects(symbols, around);
                    }
                    found.add(of(relocations, i, around.get(relocations.target().index())));
                }
            }
        }
        return List.copyOf(found);
    }

    /** Whether a relocation names the symbol, or its section and the symbol's offset in it, as assemblers write for local symbols. */
    private static boolean isTo(Symbol symbol, RelocationSection relocations, int i, SymbolTable symbols) {
        int other = relocations.symbol(i);
        if (other == symbol.index()) {
            return true;
        }
        return other > 0
                && other < symbols.count()
                && symbols.type(other) == Symbol.STT_SECTION
                && !symbol.isUndefined()
                && symbols.sectionIndex(other) == symbol.sectionIndex()
                && relocations.addends() == AddendKind.EXPLICIT
                && symbols.value(other) + relocations.addend(i) == symbol.value();
    }

    /** Sorts the functions and objects of all sections by their offsets. */
    private static void functionsAndObjects(SymbolTable symbols, Map<Integer, TreeMap<Long, Symbol>> around) {
        for (int i = 1; i < symbols.count(); i++) {
            boolean isOne = symbols.type(i) == Symbol.STT_FUNC || symbols.type(i) == Symbol.STT_OBJECT;
            if (isOne && symbols.rawSectionIndex(i) != Symbol.SHN_UNDEF) {
                around.computeIfAbsent(symbols.sectionIndex(i), section -> new TreeMap<>(Long::compareUnsigned))
                        .putIfAbsent(symbols.value(i), symbols.symbol(i));
            }
        }
    }

    private static SymbolReference of(RelocationSection relocations, int i, @Nullable TreeMap<Long, Symbol> inSection) {
        long offset = relocations.offset(i);
        Optional<Symbol> inside = Optional.ofNullable(inSection)
                .map(symbols -> symbols.floorEntry(offset))
                .map(Map.Entry::getValue)
                .filter(symbol -> symbol.sizeBytes() == 0 || offset - symbol.value() < symbol.sizeBytes());
        return new SymbolReference(relocations.target(), offset, relocations.type(i), relocations.addend(i), inside);
    }

    /** For example {@code greet+0x1c (.text+0x5c)}, or {@code .data+0x10} if the place lies in no function or object. */
    @Override
    public String toString() {
        String place = Printable.name(section.name()) + "+0x" + Long.toHexString(sectionOffset);
        return inside.map(symbol -> Printable.name(symbol.name()) + "+0x"
                        + Long.toHexString(sectionOffset - symbol.value()) + " (" + place + ")")
                .orElse(place);
    }
}
