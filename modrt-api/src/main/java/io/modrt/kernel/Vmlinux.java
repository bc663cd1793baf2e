package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.ArrayList;
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
                .map(Vmlinux::part)
                .toList();
    }

    private static KernelBytes.Part part(Section section) {
        return new KernelBytes.Part(section.address(), (int) section.fileOffset(), (int) section.sizeBytes());
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
        if (section == null || section.sizeBytes() == 0) {
            return;
        }
        List<ExportRecord> exports = records(section);
        Section crcSection = elf.section(crcs)
                .filter(each -> each.hasContents() && each.sizeBytes() == (long) exports.size() * Integer.BYTES)
                .orElse(null);
        for (int i = 0; i < exports.size(); i++) {
            add(exports.get(i).symbol(), gplOnly, crcSection, i);
        }
    }

    /**
     * The records of a table, in the shape in which all of them are readable. If both shapes are, it is the one in which more names are
     * symbols of this kernel.
     */
    private List<ExportRecord> records(Section section) {
        List<String> unreadable = new ArrayList<>();
        List<ExportRecord> best = List.of();
        long bestKnown = -1;
        for (ExportShape shape : ExportShape.values()) {
            List<ExportRecord> records = records(section, shape, unreadable);
            long known = records.stream()
                    .filter(record -> symbols.find(record.symbol().name()).isPresent())
                    .count();
            if (!records.isEmpty() && known > bestKnown) {
                best = records;
                bestKnown = known;
            }
        }
        if (best.isEmpty()) {
            throw malformed(
                    section, "exports in no shape that kernels have had since 5.4: " + String.join("; ", unreadable));
        }
        return best;
    }

    /** All records of a table read in this shape; none if one is not readable, which is told in {@code unreadable}. */
    private List<ExportRecord> records(Section section, ExportShape shape, List<String> unreadable) {
        KernelBytes.Part part = part(section);
        int recordBytes = shape.recordBytes(kernel);
        if (part.sizeBytes() % recordBytes != 0) {
            unreadable.add("0x" + Integer.toHexString(part.sizeBytes()) + " bytes are no number of records of "
                    + shape.describe(kernel));
            return List.of();
        }
        List<ExportRecord> records = new ArrayList<>();
        for (int at = part.offset(); at < part.offset() + part.sizeBytes(); at += recordBytes) {
            Optional<ExportRecord> record = ExportRecord.at(kernel, shape, part, at);
            if (record.isEmpty()) {
                unreadable.add("record " + (at - part.offset()) / recordBytes + " has its "
                        + ExportRecord.unreadable(kernel, shape, part, at) + ", where no text is");
                return List.of();
            }
            records.add(record.get());
        }
        return records;
    }

    private void add(KernelSymbol exported, boolean gplOnly, @Nullable Section crcs, int index) {
        KernelSymbol symbol = exported.exported(gplOnly ? ExportKind.GPL : ExportKind.PLAIN, exported.namespace());
        // why: the symbol of a function is the address of its code, but its record may hold the address of a descriptor
        Optional<Address> code =
                symbols.find(symbol.name()).map(KernelSymbol::value).filter(value -> !value.equals(exported.value()));
        if (code.isPresent()) {
            symbol = symbol.withCode(code.get());
        }
        if (crcs != null) {
            symbol = symbol.withCrc(kernel.half((int) crcs.fileOffset() + index * Integer.BYTES));
        }
        symbols.put(symbol);
    }

    private static FormatException malformed(Section section, String what) {
        return new FormatException(Refusal.beyondKernel(section.where() + ": " + what), section.fileOffset());
    }
}
