package io.modrt.module;

import io.modrt.bytes.NameBudget;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ExportKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * {@code __ksymtab} or one of its siblings in a file that is not relocated yet. An entry has a value and a name, and since 5.4 a namespace,
 * each a pointer or a 32-bit distance from the field itself. How many fields it has shows: values refer to anything, but all names and
 * namespaces to one section of strings, so that entries of one size cannot be read as those of the other.
 */
final class ExportTable {
    private static final int NAME = 1;
    private static final int NAMESPACE = 2;
    private static final int MOST_FIELDS = 3;

    private final TableFields fields;
    private final @Nullable TableFields crcs;
    private final ExportKind kind;
    private final int fieldsOfEntry;

    /**
     * The exports of {@code table}.
     *
     * @param crcs the section that holds their CRCs, or null
     */
    ExportTable(SymbolTable symbols, Section table, @Nullable Section crcs, ExportKind kind) {
        this.fields = TableFields.ofAddresses(symbols, table);
        this.kind = kind;
        this.fieldsOfEntry = fieldsOfEntry();
        this.crcs = crcs == null ? null : crcFields(symbols, crcs);
    }

    private int count() {
        return fields.count() / fieldsOfEntry;
    }

    /** Whether its entries have a third field, the namespace. */
    boolean hasNamespaces() {
        return fieldsOfEntry == MOST_FIELDS;
    }

    /** CRCs are 4 bytes each, or before 4.10 as wide as a pointer. */
    private TableFields crcFields(SymbolTable symbols, Section section) {
        int wordBytes = section.file().elfClass().wordBytes();
        boolean isWide = section.sizeBytes() == (long) count() * wordBytes;
        return TableFields.of(symbols, section, isWide ? wordBytes : Integer.BYTES);
    }

    private int fieldsOfEntry() {
        if (!fields.areRelocated()) {
            throw fields.refuse("has no relocations, which would say what it exports");
        }
        long sizeBytes = fields.table().sizeBytes();
        List<String> faults = new ArrayList<>();
        for (int width = MOST_FIELDS; width > NAME; width--) {
            if (sizeBytes % ((long) width * fields.fieldBytes()) == 0) {
                String fault = fault(width);
                if (fault == null) {
                    return width;
                }
                faults.add(fault);
            }
        }
        throw fields.refuse(
                faults.isEmpty()
                        ? "size 0x" + Long.toHexString(sizeBytes)
                                + " is no number of entries of two or three fields of " + fields.fieldBytes() + " bytes"
                        : String.join("; ", faults));
    }

    /** Why the table cannot be read as entries of {@code width} fields; null if it can. */
    private @Nullable String fault(int width) {
        int strings = fields.isRelocated(NAME) ? fields.section(NAME) : 0;
        for (int entry = 0; entry * width < fields.count(); entry++) {
            int first = entry * width;
            if (!fields.isRelocated(first) || !fields.isRelocated(first + NAME)) {
                return entry(entry, width) + "its " + (fields.isRelocated(first) ? "name" : "value")
                        + " is not relocated";
            }
            for (int text = first + NAME; text < first + width; text++) {
                if (fields.isRelocated(text) && fields.section(text) != strings) {
                    return entry(entry, width) + "its " + (text == first + NAME ? "name" : "namespace")
                            + " lies in another section than the first name";
                }
            }
        }
        return null;
    }

    private static String entry(int entry, int width) {
        return "entry " + entry + " of " + width + " fields: ";
    }

    /** Its entries, in its order; their names are taken from {@code budget}. */
    List<Export> exports(NameBudget budget) {
        List<Export> exports = new ArrayList<>(count());
        for (int i = 0; i < count(); i++) {
            int first = i * fieldsOfEntry;
            boolean isInNamespace = hasNamespaces() && fields.isRelocated(first + NAMESPACE);
            exports.add(new Export(
                    fields.string(first + NAME, budget),
                    isInNamespace ? fields.string(first + NAMESPACE, budget) : "",
                    kind,
                    crc(i),
                    fields.symbol(first),
                    fields.addend(first),
                    fields.table().index(),
                    (long) first * fields.fieldBytes()));
        }
        return exports;
    }

    private OptionalInt crc(int entry) {
        TableFields known = crcs;
        return known == null || entry >= known.count() ? OptionalInt.empty() : OptionalInt.of(known.number(entry));
    }
}
