package io.modrt.engine.resolution;

import io.modrt.bytes.Bytes;
import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.SymbolUse;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a module does with each symbol that it imports, by its relocations; looked for when the first is asked for. */
public final class SymbolUses {
    private final ModuleFile file;
    private final ArchKernel kernel;
    /** By the symbol's number, null for one that is defined; empty until the first is asked for. */
    private volatile @Nullable SymbolUse[] bySymbol = {};

    /** The uses of the imports of {@code file}. */
    public SymbolUses(ModuleFile file, ArchKernel kernel) {
        this.file = file;
        this.kernel = kernel;
    }

    /** The uses of the symbol of this number. */
    public SymbolUse of(int symbol) {
        @Nullable SymbolUse[] known = bySymbol;
        if (known.length == 0) {
            known = find();
            bySymbol = known; // why: threads may ask a live module, so none may see uses that are still being found
        }
        SymbolUse use = known[symbol];
        return use == null ? SymbolUse.unknown() : use;
    }

    private @Nullable SymbolUse[] find() {
        SymbolTable symbols = file.symbols();
        @Nullable SymbolUse[] uses = new @Nullable SymbolUse[symbols.count()];
        for (int i = 1; i < uses.length; i++) {
            uses[i] = symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF ? SymbolUse.unknown() : null;
        }
        Map<AddendKind, RelocationTable> tables = new EnumMap<>(AddendKind.class);
        for (RelocationSection relocations : file.elf().relocationSections()) {
            if (relocations.target().isAllocated()) {
                RelocationTable types = tables.computeIfAbsent(relocations.addends(), kernel::relocations);
                CodeReader code = new FileCode(relocations.target(), kernel.codeOrder() == ByteOrder.BIG_ENDIAN);
                for (int i = 0; i < relocations.count(); i++) {
                    add(uses, relocations, i, types, code);
                }
            }
        }
        return uses;
    }

    /** Adds the use of one place. */
    private static void add(
            @Nullable SymbolUse[] uses, RelocationSection relocations, int i, RelocationTable types, CodeReader code) {
        int symbol = relocations.symbol(i);
        SymbolUse known = symbol >= 0 && symbol < uses.length ? uses[symbol] : null;
        if (known == null) {
            return;
        }
        RelocationType type = types.row(relocations.type(i));
        long place = relocations.offset(i);
        if (type != null && code.holds(place, Integer.BYTES)) {
            uses[symbol] = known.and(type.use(place, code, relocations.addend(i)));
        }
    }

    /** A section's code as the file has it; addresses are offsets in the section. */
    private record FileCode(Section section, boolean bigEndian) implements CodeReader {

        @Override
        public boolean holds(long address, int sizeBytes) {
            return section.type() != Section.SHT_NOBITS && address >= 0 && address <= section.sizeBytes() - sizeBytes;
        }

        @Override
        public int codeAt(long address) {
            return Bytes.getInt(section.file().array(), index(address, Integer.BYTES), bigEndian);
        }

        @Override
        public byte byteAt(long address) {
            return section.file().array()[index(address, Byte.BYTES)];
        }

        private int index(long address, int sizeBytes) {
            if (!holds(address, sizeBytes)) {
                throw new FormatException(
                        Refusal.beyondKernel(section.where() + ": no code at offset 0x" + Long.toHexString(address)));
            }
            return (int) (section.fileOffset() + address);
        }
    }
}
