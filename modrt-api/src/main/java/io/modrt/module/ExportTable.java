package io.modrt.module;

import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
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
    private final boolean gplOnly;
    private final int fieldsOfEntry;

    /**
     * The exports of {@code table}.
     *
     * @param crcs the section that holds their CRCs, or null
     */
    ExportTable(SymbolTable symbols, Section table, @Nullable Section crcs, boolean gplOnly) {
        this.fields = TableFields.ofAddresses(symbols, table);
        this.gplOnly = gplOnly;
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
        List<String> reasons = new ArrayList<>();
        for (int width = MOST_FIELDS; width > NAME; width--) {
            String reason = fault(width);
            if (reason == null) {
                return width;
            }
            reasons.add("as entries of " + width + " fields, " + reason);
        }
        throw fields.refuse(String.join("; ", reasons));
    }

    /** Why the table cannot be read as entries of {@code width} fields; null if it can. */
    private @Nullable String fault(int width) {
        long entryBytes = (long) width * fields.fieldBytes();
        long sizeBytes = fields.table().sizeBytes();
        if (sizeBytes % entryBytes != 0) {
            return "size 0x" + Long.toHexString(sizeBytes) + " is not a multiple of " + entryBytes + " bytes";
        }
        int strings = fields.isRelocated(NAME) ? fields.section(NAME) : 0;
        for (int entry = 0; entry * width < fields.count(); entry++) {
            int first = entry * width;
            if (!fields.isRelocated(first) || !fields.isRelocated(first + NAME)) {
                return "entry " + entry + ": its " + (fields.isRelocated(first) ? "name" : "value")
                        + " is not relocated";
            }
            for (int text = first + NAME; text < first + width; text++) {
                if (fields.isRelocated(text) && fields.section(text) != strings) {
                    return "entry " + entry + ": its " + (text == first + NAME ? "name" : "namespace")
                            + " lies in another section than the first name";
                }
            }
        }
        return null;
    }

    /** Adds the table's entries to {@code exports}. */
    void addTo(List<Export> exports) {
        for (int i = 0; i < count(); i++) {
            int first = i * fieldsOfEntry;
            boolean isInNamespace = hasNamespaces() && fields.isRelocated(first + NAMESPACE);
            exports.add(new Export(
                    fields.string(first + NAME),
                    isInNamespace ? fields.string(first + NAMESPACE) : "",
                    gplOnly,
                    crc(i),
                    fields.symbol(first),
                    fields.addend(first),
                    fields.table().index(),
                    (long) first * fields.fieldBytes()));
        }
    }

    private OptionalInt crc(int entry) {
        TableFields known = crcs;
        return known == null || entry >= known.count() ? OptionalInt.empty() : OptionalInt.of(known.number(entry));
    }
}
