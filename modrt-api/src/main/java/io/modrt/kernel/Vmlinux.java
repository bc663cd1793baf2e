package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.policy.LoadLimits;
import java.util.ArrayList;
import java.util.List;

/** Reads a linked kernel: its symbol table, and what its export tables say of the names in them. */
final class Vmlinux {

    private final ElfFile elf;
    private final SymbolTable table;
    private final KernelBytes kernel;
    private final SymbolMap.Builder symbols;
    private final Remarks remarks = new Remarks();

    private Vmlinux(ElfFile elf, SymbolTable table) {
        this.elf = elf;
        this.table = table;
        this.kernel = new KernelBytes(elf.array(), parts(elf), elf.elfClass().wordBytes(), elf.isBigEndian());
        this.symbols = new SymbolMap.Builder(table.count());
    }

    static SymbolMap read(String name, byte[] bytes, LoadLimits limits) {
        ElfFile elf = ElfFile.view(name, bytes, bytes.length, limits);
        if (elf.header().type() == ElfHeader.ET_REL) {
            throw new FormatException(
                    Refusal.beyondKernel(name + ": a relocatable object (ET_REL), not a linked kernel; give vmlinux"));
        }
        SymbolTable table = elf.symbolTable()
                .orElseThrow(() -> new FormatException(Refusal.beyondKernel(name
                        + ": no symbol table: stripped, or the compressed vmlinuz; give the vmlinux it was made of")));
        Vmlinux vmlinux = new Vmlinux(elf, table);
        vmlinux.addSymbols();
        ExportMarks.apply(vmlinux.symbols);
        vmlinux.addExports();
        return vmlinux.symbols.build(vmlinux.remarks.list());
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
            String name = table.name(i);
            if (table.rawSectionIndex(i) == Symbol.SHN_ABS && name.startsWith(ExportMarks.CRC)) {
                symbols.crc(name.substring(ExportMarks.CRC.length()), (int) table.value(i));
                continue;
            }
            KernelSymbol symbol = KernelSymbol.of(name, Address.of(table.value(i)));
            boolean stays =
                    table.binding(i) == Symbol.STB_LOCAL ? symbols.offerLocal(symbol) : symbols.offerGlobal(symbol);
            if (stays && table.rawSectionIndex(i) == Symbol.SHN_ABS) {
                symbols.markAbsolute(symbol.name());
            }
        }
    }

    /** Reads the tables that have sections of their own. Where none has, symbols may say where the tables are. */
    private void addExports() {
        KernelExports exports = new KernelExports(kernel, symbols, remarks);
        List<KernelExports.Table> tables = new ArrayList<>();
        boolean hasSections = false;
        for (ExportKind kind : ExportKind.tables()) {
            Section section = elf.section(kind.section()).orElse(null);
            if (section == null) {
                continue;
            }
            hasSections = true;
            if (section.hasContents()) {
                KernelBytes.Part crcs = elf.section(kind.crcSection())
                        .filter(Section::hasContents)
                        .map(Vmlinux::part)
                        .orElse(null);
                tables.add(new KernelExports.Table(kind, section.where(), part(section), crcs));
            } else {
                exports.miss(section.where(), "it has no contents in this file");
            }
        }
        if (hasSections) {
            exports.read(tables);
        } else {
            exports.readBounded(elf.name());
        }
    }
}
