package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a linked kernel: its symbol table, and what its export tables say of the names in them. */
final class Vmlinux {

    private final ElfFile elf;
    private final SymbolTable table;
    private final KernelBytes kernel;
    private final SymbolMap.Builder symbols;

    private Vmlinux(ElfFile elf, SymbolTable table) {
        this.elf = elf;
        this.table = table;
        this.kernel = new KernelBytes(elf.array(), parts(elf), elf.elfClass().wordBytes(), elf.isBigEndian());
        this.symbols = new SymbolMap.Builder(table.count());
    }

    static SymbolMap read(String name, byte[] bytes) {
        ElfFile elf = ElfFile.view(name, bytes, bytes.length);
        if (elf.header().type() == ElfHeader.ET_REL) {
            throw new FormatException(
                    Refusal.beyondKernel(name + ": a relocatable object (ET_REL), not a linked kernel; give vmlinux"));
        }
        SymbolTable table = elf.symbolTable()
                .orElseThrow(() -> new FormatException(Refusal.beyondKernel(name
                        + ": no symbol table: stripped, or the compressed vmlinuz; give the vmlinux it was made of")));
        Vmlinux vmlinux = new Vmlinux(elf, table);
        vmlinux.addSymbols();
        vmlinux.addExports("__ksymtab", "__kcrctab", false);
        vmlinux.addExports("__ksymtab_gpl", "__kcrctab_gpl", true);
        return vmlinux.symbols.build();
    }

    private static List<KernelBytes.Part> parts(ElfFile elf) {
        return elf.sections().stream()
                .filter(section -> section.isAllocated() && section.hasContents() && section.sizeBytes() > 0)
                .map(section ->
                        new KernelBytes.Part(section.address(), (int) section.fileOffset(), (int) section.sizeBytes()))
                .toList();
    }

    private void addSymbols() {
        for (int i = 1; i < table.count(); i++) {
            int type = table.type(i);
            if (table.nameBytes(i) == 0
                    || table.rawSectionIndex(i) == Symbol.SHN_UNDEF
                    || type == Symbol.STT_SECTION
                    || type == Symbol.STT_FILE) {
                continue;
            }
            KernelSymbol symbol = KernelSymbol.of(table.name(i), Address.of(table.value(i)));
            boolean stays =
                    table.binding(i) == Symbol.STB_LOCAL ? symbols.offerLocal(symbol) : symbols.offerGlobal(symbol);
            if (stays && table.rawSectionIndex(i) == Symbol.SHN_ABS) {
                symbols.markAbsolute(symbol.name());
            }
        }
    }

    private void addExports(String records, String crcs, boolean gplOnly) {
        Section section = elf.section(records).filter(Section::hasContents).orElse(null);
        if (section == null) {
            return;
        }
        int recordBytes = ExportRecord.bytes(kernel);
        int count = (int) section.sizeBytes() / recordBytes;
        if (section.sizeBytes() % recordBytes != 0) {
            throw malformed(
                    section,
                    "0x" + Long.toHexString(section.sizeBytes()) + " bytes are no number of records of " + recordBytes
                            + " bytes");
        }
        Section crcSection = elf.section(crcs).filter(Section::hasContents).orElse(null);
        for (int i = 0; i < count; i++) {
            int at = (int) section.fileOffset() + i * recordBytes;
            Optional<ExportRecord> record = ExportRecord.at(kernel, at);
            if (record.isEmpty()) {
                throw malformed(
                        section,
                        "record " + i + ": its second word 0x"
                                + Long.toHexString(kernel.word(at + kernel.wordBytes())) + " or third 0x"
                                + Long.toHexString(kernel.word(at + 2 * kernel.wordBytes()))
                                + " points at no text; only records of three absolute pointers, as since 5.4, are read");
            }
            add(record.get().symbol(), gplOnly, crcSection, i);
        }
    }

    private void add(KernelSymbol exported, boolean gplOnly, @Nullable Section crcs, int index) {
        KernelSymbol symbol = exported.exported(exported.namespace(), gplOnly);
        // why: a function's symbol is its code, its record may hold the descriptor
        Optional<Address> code =
                symbols.find(symbol.name()).map(KernelSymbol::value).filter(value -> !value.equals(exported.value()));
        if (code.isPresent()) {
            symbol = symbol.withCode(code.get());
        }
        if (crcs != null && crcs.sizeBytes() / Integer.BYTES > index) {
            symbol = symbol.withCrc(kernel.half((int) crcs.fileOffset() + index * Integer.BYTES));
        }
        symbols.put(symbol);
    }

    private static FormatException malformed(Section section, String what) {
        return new FormatException(Refusal.beyondKernel(section.where() + ": " + what), section.fileOffset());
    }
}
