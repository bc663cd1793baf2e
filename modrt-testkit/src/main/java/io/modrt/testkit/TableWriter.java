package io.modrt.testkit;

import io.modrt.elf.AddendKind;
import io.modrt.kernel.ExportKind;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Writes the tables that the kernel reads in a module, in the forms of the target. */
final class TableWriter {
    private final KernelModuleBuilder module;
    private final ElfBuilder elf;
    private final KernelTables forms;

    TableWriter(KernelModuleBuilder module) {
        this.module = module;
        this.elf = module.elf();
        this.forms = elf.target().tables();
    }

    /**
     * How exports are written.
     *
     * @param hasNamespaces whether a record has a third field
     * @param hasCrcSymbols whether CRCs are the values of symbols, not words
     * @param hasDistances whether fields are those of the target, not addresses everywhere
     */
    record ExportForm(boolean hasNamespaces, boolean hasCrcSymbols, boolean hasDistances) {}

    /** Writes an export table, and one of CRCs where an export has one. */
    void exports(ExportKind kind, Stream<ExportBuilder> exports, ExportForm form) {
        // why: the loader searches each table by bisection
        List<ExportBuilder> mine =
                exports.sorted(Comparator.comparing(ExportBuilder::symbol)).toList();
        if (mine.isEmpty()) {
            return;
        }
        AddressField field = form.hasDistances() ? forms.exports() : forms.pointer();
        SectionBuilder strings = module.readOnly("__ksymtab_strings").alignment(1);
        SymbolBuilder stringsSymbol = elf.sectionSymbol(strings);
        SectionBuilder table = module.readOnly(kind.section()).alignment(field.bytes());
        for (ExportBuilder export : mine) {
            append(table, field, module.symbol(export.symbol()), 0);
            List<String> texts =
                    form.hasNamespaces() ? List.of(export.symbol(), export.namespaceName()) : List.of(export.symbol());
            for (String text : texts) {
                append(table, field, stringsSymbol, strings.sizeBytes());
                strings.string(text);
            }
        }
        if (mine.stream().anyMatch(export -> export.crcOrNull() != null)) {
            SectionBuilder crcTable = module.readOnly(kind.crcSection()).alignment(Integer.BYTES);
            for (ExportBuilder export : mine) {
                Integer crc = export.crcOrNull();
                if (form.hasCrcSymbols()) {
                    SymbolBuilder symbol = module.symbol("__crc_" + export.symbol());
                    append(crcTable, forms.pointer(), crc == null ? symbol.weak() : absolute(symbol, crc), 0);
                } else {
                    crcTable.words(crc == null ? 0 : crc);
                }
            }
        }
    }

    private static SymbolBuilder absolute(SymbolBuilder symbol, int crc) {
        return symbol.absolute(Integer.toUnsignedLong(crc));
    }

    void tracingEntry(SymbolBuilder site) {
        append(module.writable(forms.tracing()), forms.pointer(), site, 0);
    }

    void exceptionEntry(SymbolBuilder instruction, SymbolBuilder fixup) {
        AddressField field = forms.exceptions();
        SectionBuilder table = module.readOnly("__ex_table").alignment(field.bytes());
        append(table, field, instruction, 0);
        append(table, field, fixup, 0);
        table.zeros(forms.exceptionDataBytes());
    }

    void jumpLabel(SymbolBuilder branch, SymbolBuilder target, SymbolBuilder key) {
        SectionBuilder table =
                module.writable("__jump_table").alignment(forms.jumpKeys().bytes());
        append(table, forms.jumps(), branch, 0);
        append(table, forms.jumps(), target, 0);
        append(table, forms.jumpKeys(), key, 0);
    }

    /** Appends the address that lies {@code addend} bytes behind {@code symbol}. */
    private void append(SectionBuilder table, AddressField field, SymbolBuilder symbol, long addend) {
        long at = table.sizeBytes();
        long total = addend + field.bias();
        boolean isInPlace = elf.target().addends() == AddendKind.IN_PLACE;
        table.relocation(at, field.types().get(0), symbol, isInPlace ? 0 : total);
        if (field.types().size() > 1) {
            table.relocation(at, field.types().get(1), elf.sectionSymbol(table), at);
        }
        byte[] bytes = new byte[field.bytes()];
        elf.target().encoding().putNumber(bytes, 0, bytes.length, isInPlace ? total : 0);
        table.bytes(bytes);
    }
}
