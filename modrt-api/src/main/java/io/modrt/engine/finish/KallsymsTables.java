package io.modrt.engine.finish;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.Pointers;
import io.modrt.elf.ElfClass;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.KallsymsForm;
import io.modrt.engine.layout.KallsymsLayout;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.layout.RegionKind;
import io.modrt.spi.SymbolValues;

/**
 * Fills in the symbols that the kernel keeps with a module ({@code add_kallsyms}), in the {@link KallsymsForm} of its version. The file's
 * symbol table gets final values, and each symbol a type letter. Core memory gets copies of the symbols that stay after initialisation,
 * and their names.
 */
public final class KallsymsTables {
    private final ImageBytes image;
    private final SectionLayout layout;
    private final KallsymsLayout tables;
    private final KallsymsForm form;
    private final SymbolTable symbols;
    private final SymbolValues values;
    private final boolean bigEndian;
    private final int wordBytes;
    private final boolean isWide;
    private final int symbolBytes;
    private final TypeLetters letters;

    private KallsymsTables(ImageBytes image, KallsymsLayout tables, SymbolValues values) {
        this.image = image;
        this.layout = image.layout();
        this.tables = tables;
        this.form = tables.form();
        this.symbols = tables.symbols();
        this.values = values;
        bigEndian = image.isBigEndian();
        wordBytes = image.wordBytes();
        isWide = layout.file().elf().elfClass() == ElfClass.ELF64;
        symbolBytes = layout.file().elf().elfClass().symbolBytes();
        letters = new TypeLetters(layout, symbols);
    }

    /** Fills the tables in, if the layout has them, with the values of all symbols but symbol 0. */
    public static void fill(ImageBytes image, SymbolValues values) {
        image.layout().kallsyms().ifPresent(tables -> new KallsymsTables(image, tables, values).fill());
    }

    private void fill() {
        fillTable();
        if (form.isCopied()) {
            fillStruct();
            fillCore();
        }
    }

    private void fillTable() {
        int table = symbols.section().index();
        byte[] bytes = image.array(table);
        int tableStart = image.arrayOffset(table);
        boolean isApart = form.letters() == KallsymsForm.Letters.APART;
        int types = isApart ? index(tables.initRegion(), tables.initTypesOffset()) : 0;
        for (int i = 0; i < symbols.count(); i++) {
            int symbol = tableStart + i * symbolBytes;
            if (i > 0) {
                putValue(bytes, symbol, values.value(i));
            }
            if (isApart) {
                bytes[types + i] = (byte) letters.of(i);
            } else {
                putLetter(bytes, symbol, letters.of(i));
            }
        }
    }

    private void fillStruct() {
        if (form.structWords() == 0) {
            return;
        }
        long at = image.addresses().tailAddress(tables.initRegion(), tables.structOffset());
        image.putPointerAt(at, image.address(symbols.section().index()));
        // why: the count is an unsigned int, which padding follows if a long is wider
        image.putWordAt(at + wordBytes, symbols.count());
        image.putPointerAt(
                at + 2L * wordBytes, image.address(symbols.stringTable().index()));
        if (form.letters() == KallsymsForm.Letters.APART) {
            image.putPointerAt(
                    at + 3L * wordBytes, image.addresses().tailAddress(tables.initRegion(), tables.initTypesOffset()));
        }
    }

    /** Copies the core symbols from the table in init memory, which has their values and letters, and gives them other names. */
    private void fillCore() {
        int table = symbols.section().index();
        byte[] tableBytes = image.array(table);
        int tableStart = image.arrayOffset(table);
        byte[] bytes = image.bytes(tables.coreRegion());
        int symbol = index(tables.coreRegion(), tables.coreSymbolsOffset());
        int type = index(tables.coreRegion(), tables.coreTypesOffset());
        boolean isApart = form.letters() == KallsymsForm.Letters.APART;
        byte[] init = image.bytes(tables.initRegion());
        int initTypes = isApart ? index(tables.initRegion(), tables.initTypesOffset()) : 0;
        NameCopies names = NameCopies.into(bytes, index(tables.coreRegion(), tables.coreStringsOffset()), tables);
        for (int start = 0, end; start < symbols.count(); start = end + 1) {
            end = endOfRun(start);
            int entries = tableStart + start * symbolBytes;
            System.arraycopy(tableBytes, entries, bytes, symbol, (end - start) * symbolBytes);
            for (int i = start; i < end; i++) {
                Bytes.putInt(bytes, symbol, bigEndian, names.copy(i));
                symbol += symbolBytes;
            }
            if (isApart) {
                System.arraycopy(init, initTypes + start, bytes, type, end - start);
                type += end - start;
            }
        }
        names.finish();
    }

    /** The first symbol from {@code start} on that is no core symbol, or their count. */
    private int endOfRun(int start) {
        int end = start;
        while (end < symbols.count() && tables.isCore(end)) {
            end++;
        }
        return end;
    }

    /** The index in the region's array of the layout's {@code regionOffset}, which lies behind all sections. */
    private int index(RegionKind kind, long regionOffset) {
        long start = image.addresses().range(kind).orElseThrow().start().value();
        return (int) (image.addresses().tailAddress(kind, regionOffset) - start);
    }

    private void putValue(byte[] bytes, int symbol, long value) {
        Pointers.put(bytes, symbol + (isWide ? 8 : 4), wordBytes, bigEndian, value);
    }

    private void putLetter(byte[] bytes, int symbol, char letter) {
        if (form.letters() == KallsymsForm.Letters.IN_SIZE) {
            Pointers.put(bytes, symbol + (isWide ? 16 : 8), wordBytes, bigEndian, letter);
        } else {
            bytes[symbol + (isWide ? 4 : 12)] = (byte) letter;
        }
    }
}
