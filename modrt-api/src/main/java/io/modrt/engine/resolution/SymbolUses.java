package io.modrt.engine.resolution;

import io.modrt.bytes.Bytes;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
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
import java.util.HashMap;
import java.util.Map;

/** What a module does with each symbol that it imports, by its relocations; looked for when the first is asked for. */
public final class SymbolUses {
    private final ModuleFile file;
    private final ArchKernel kernel;
    private Map<Integer, SymbolUse> bySymbol = Map.of();
    private boolean isKnown;

    /** The uses of the imports of {@code file}. */
    public SymbolUses(ModuleFile file, ArchKernel kernel) {
        this.file = file;
        this.kernel = kernel;
    }

    /** The uses of the symbol of this number. */
    public SymbolUse of(int symbol) {
        if (!isKnown) {
            bySymbol = new HashMap<>();
            file.elf().symbolTable().ifPresent(this::find);
            isKnown = true;
        }
        return bySymbol.getOrDefault(symbol, SymbolUse.unknown());
    }

    private void find(SymbolTable symbols) {
        for (RelocationSection relocations : file.elf().relocationSections()) {
            if (!relocations.target().isAllocated()) {
                continue;
            }
            RelocationTable types = kernel.relocations(relocations.addends());
            CodeReader code = new FileCode(relocations.target(), kernel.codeOrder() == ByteOrder.BIG_ENDIAN);
            for (int i = 0; i < relocations.count(); i++) {
                int symbol = relocations.symbol(i);
                if (Integer.compareUnsigned(symbol, symbols.count()) >= 0 || symbols.rawSectionIndex(symbol) != 0) {
                    continue;
                }
                RelocationType type = types.row(relocations.type(i));
                long place = relocations.offset(i);
                if (symbol != 0 && type != null && code.holds(place, Integer.BYTES)) {
                    bySymbol.merge(symbol, type.use(place, code, relocations.addend(i)), SymbolUse::and);
                }
            }
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
