package io.modrt.module;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.NameBudget;
import io.modrt.bytes.Nul;
import io.modrt.bytes.Pointers;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of fields of one size, in a file that is not relocated yet. The bytes of a field that a relocation fills mean nothing; the
 * relocation's symbol and addend already say what it will hold. So this is the only way to read a table that may have relocations.
 */
final class TableFields {
    private final SymbolTable symbols;
    private final Section table;
    private final @Nullable RelocationSection relocations;
    private final int fieldBytes;
    private final int[] relocationOf;

    private TableFields(SymbolTable symbols, Section table, @Nullable RelocationSection relocations, int fieldBytes) {
        this.symbols = symbols;
        this.table = table;
        this.relocations = relocations;
        this.fieldBytes = fieldBytes;
        this.relocationOf = new int[(int) (table.sizeBytes() / fieldBytes)];
        Arrays.fill(relocationOf, -1);
    }

    /** The fields of a table of addresses: pointers, or in a 64-bit file 32-bit distances if a relocation is at half a pointer. */
    static TableFields ofAddresses(SymbolTable symbols, Section table) {
        RelocationSection relocations = relocations(table);
        int wordBytes = table.file().elfClass().wordBytes();
        int fieldBytes = wordBytes;
        for (int r = 0; relocations != null && r < relocations.count(); r++) {
            fieldBytes = relocations.offset(r) % wordBytes == 0 ? fieldBytes : Integer.BYTES;
        }
        return new TableFields(symbols, table, relocations, fieldBytes).connected();
    }

    /** The fields of a table whose fields have {@code fieldBytes}: 4 or 8. */
    static TableFields of(SymbolTable symbols, Section table, int fieldBytes) {
        return new TableFields(symbols, table, relocations(table), fieldBytes).connected();
    }

    private static @Nullable RelocationSection relocations(Section table) {
        List<RelocationSection> sections = table.file().relocationSections(table);
        return sections.isEmpty() ? null : sections.get(0);
    }

    private TableFields connected() {
        RelocationSection entries = relocations;
        for (int r = 0; entries != null && r < entries.count(); r++) {
            long offset = entries.offset(r);
            if (offset % fieldBytes != 0) {
                throw refuse("relocation " + r + " at 0x" + Long.toHexString(offset)
                        + " is not at the start of a field of " + fieldBytes + " bytes");
            }
            long field = Long.divideUnsigned(offset, fieldBytes);
            if (field < relocationOf.length) {
                relocationOf[(int) field] = r;
            }
        }
        return this;
    }

    /** The section. */
    Section table() {
        return table;
    }

    /** Bytes of a field. */
    int fieldBytes() {
        return fieldBytes;
    }

    /** The number of whole fields. */
    int count() {
        return relocationOf.length;
    }

    /** Whether any field has a relocation. */
    boolean areRelocated() {
        return relocations != null;
    }

    /** Whether a relocation fills the field. */
    boolean isRelocated(int field) {
        return relocationOf[field] >= 0;
    }

    private RelocationSection relocations() {
        RelocationSection known = relocations;
        if (known == null) {
            throw new IllegalStateException(table + " has no relocations");
        }
        return known;
    }

    /** The number of the symbol that a relocated field refers to. */
    int symbol(int field) {
        int symbol = relocations().symbol(relocationOf[field]);
        if (symbol < 0 || symbol >= symbols.count()) {
            throw refuse(
                    field,
                    "relocated against symbol " + Integer.toUnsignedString(symbol) + ", there are " + symbols.count());
        }
        return symbol;
    }

    /** What is added to the value of a relocated field's symbol. */
    long addend(int field) {
        RelocationSection entries = relocations();
        return entries.addends() == AddendKind.EXPLICIT ? entries.addend(relocationOf[field]) : bytes(field);
    }

    /** The section in which a relocated field's symbol is; 0 or a reserved number if it is in none. */
    int section(int field) {
        return symbols.sectionIndex(symbol(field));
    }

    /** The number that the field will hold, if it is the same at all addresses of the module; else what it refers to, in this file. */
    int number(int field) {
        if (!isRelocated(field)) {
            return (int) bytes(field);
        }
        int symbol = symbol(field);
        long value = symbols.value(symbol) + addend(field);
        int raw = symbols.rawSectionIndex(symbol);
        return raw == Symbol.SHN_ABS || raw == Symbol.SHN_UNDEF ? (int) value : referred(field, value);
    }

    /** The four bytes that a field refers to. */
    private int referred(int field, long offset) {
        Section holder = holder(field);
        if (offset < 0 || offset > holder.sizeBytes() - Integer.BYTES) {
            throw refuse(field, "refers to 0x" + Long.toHexString(offset) + " of " + holder + ", behind its end");
        }
        ElfFile file = table.file();
        return Bytes.getInt(file.array(), (int) (holder.fileOffset() + offset), file.isBigEndian());
    }

    private long bytes(int field) {
        ElfFile file = table.file();
        int at = (int) table.fileOffset() + field * fieldBytes;
        return fieldBytes == Integer.BYTES
                ? Bytes.getInt(file.array(), at, file.isBigEndian())
                : Pointers.get(file.array(), at, fieldBytes, file.isBigEndian());
    }

    /**
     * Where the string to which a relocated field refers starts in the file; a NUL ends it.
     *
     * @param budget what the strings of the file's tables may still add up to
     */
    int string(int field, NameBudget budget) {
        int from = string(field);
        if (!budget.take(Nul.distance(table.file().array(), from))) {
            throw refuse(field, budget.exceeded("exports"));
        }
        return from;
    }

    /** The same without a budget, for a string that was taken from one before. */
    int string(int field) {
        Section strings = holder(field);
        long offset = symbols.value(symbol(field)) + addend(field);
        if (offset < 0 || offset >= strings.sizeBytes()) {
            throw refuse(
                    field,
                    "a string at 0x" + Long.toHexString(offset) + " of " + strings + ", which has 0x"
                            + Long.toHexString(strings.sizeBytes()) + " bytes");
        }
        byte[] b = table.file().array();
        int from = (int) (strings.fileOffset() + offset);
        int limit = (int) (strings.fileOffset() + strings.sizeBytes());
        int end = from;
        while (end < limit && b[end] != 0) {
            end++;
        }
        if (end == limit) {
            throw refuse(field, "a string without end at 0x" + Long.toHexString(offset) + " of " + strings);
        }
        return from;
    }

    /** The order of two strings, by where they start in the file: C's {@code strcmp}. */
    int compare(int one, int other) {
        byte[] b = array();
        int left = one;
        int right = other;
        while (b[left] == b[right] && b[left] != 0) {
            left++;
            right++;
        }
        return Byte.compareUnsigned(b[left], b[right]);
    }

    /** The bytes of the file, not a copy. */
    byte[] array() {
        return table.file().array();
    }

    /** The text that starts at {@code start} of the file and ends with a NUL. */
    String text(int start) {
        byte[] b = table.file().array();
        return new String(b, start, Nul.distance(b, start), StandardCharsets.UTF_8);
    }

    /** The section with contents in which a relocated field's symbol is. */
    private Section holder(int field) {
        ElfFile file = table.file();
        int index = section(field);
        if (index <= 0 || index >= file.sectionCount() || !file.section(index).hasContents()) {
            throw refuse(
                    field,
                    "refers to section " + Integer.toUnsignedString(index) + ", which has no contents in this file");
        }
        return file.section(index);
    }

    private FormatException refuse(int field, String what) {
        return refuse("field " + field + ": " + what);
    }

    /** A refusal of the table. */
    FormatException refuse(String what) {
        return new FormatException(Refusal.beyondKernel(table.where() + ": " + what));
    }
}
