package io.modrt.module;

import io.modrt.bytes.NameBudget;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ExportKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
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
    /** Where the name of each entry starts in the file. */
    private final int[] names;
    /** The entries that a kernel finds, in ascending order; null if it finds all. */
    private final int @Nullable [] found;

    /**
     * The exports of {@code table}; their names are taken from {@code budget}.
     *
     * @param crcs the section that holds their CRCs, or null
     */
    ExportTable(SymbolTable symbols, Section table, @Nullable Section crcs, ExportKind kind, NameBudget budget) {
        this.fields = TableFields.ofAddresses(symbols, table);
        this.kind = kind;
        this.fieldsOfEntry = fieldsOfEntry();
        this.crcs = crcs == null ? null : crcFields(symbols, crcs);
        this.names = new int[fields.count() / fieldsOfEntry];
        this.found = null;
        for (int i = 0; i < names.length; i++) {
            names[i] = checked(i * fieldsOfEntry, budget);
        }
    }

    private ExportTable(ExportTable all, int[] found) {
        this.fields = all.fields;
        this.crcs = all.crcs;
        this.kind = all.kind;
        this.fieldsOfEntry = all.fieldsOfEntry;
        this.names = all.names;
        this.found = found;
    }

    /** Checks all that an entry refers to. Returns where its name starts. */
    private int checked(int first, NameBudget budget) {
        int name = fields.string(first + NAME, budget);
        if (isInNamespace(first)) {
            fields.string(first + NAMESPACE, budget);
        }
        TableFields known = crcs;
        int entry = first / fieldsOfEntry;
        if (known != null && entry < known.count()) {
            known.number(entry);
        }
        fields.symbol(first);
        return name;
    }

    /** The number of its entries. */
    int count() {
        return found == null ? names.length : found.length;
    }

    private int entry(int number) {
        return found == null ? number : found[number];
    }

    /** Where the name of an entry starts in the file; it ends with a NUL. */
    int nameStart(int number) {
        return names[entry(number)];
    }

    /** Whether an entry has a CRC. */
    boolean hasCrc(int number) {
        TableFields known = crcs;
        return known != null && entry(number) < known.count();
    }

    /** The entries that bisection by name finds: all of a table that is sorted, as linkers leave it. */
    ExportTable bisected() {
        for (int i = 1; i < count(); i++) {
            if (compare(i - 1, i) >= 0) {
                return new ExportTable(
                        this, IntStream.range(0, count()).filter(this::isFound).toArray());
            }
        }
        return this;
    }

    private boolean isFound(int wanted) {
        int base = 0;
        for (int rest = count(); rest > 0; rest >>= 1) {
            int middle = base + (rest >> 1);
            int order = compare(wanted, middle);
            if (order == 0) {
                return middle == wanted;
            }
            if (order > 0) {
                base = middle + 1;
                rest--;
            }
        }
        return false;
    }

    private int compare(int one, int other) {
        return fields.compare(nameStart(one), nameStart(other));
    }

    /** The bytes of the file. */
    byte[] array() {
        return fields.array();
    }

    /** Whether its entries have a third field, the namespace. */
    boolean hasNamespaces() {
        return fieldsOfEntry == MOST_FIELDS;
    }

    /** CRCs are 4 bytes each, or before 4.10 as wide as a pointer. */
    private TableFields crcFields(SymbolTable symbols, Section section) {
        int wordBytes = section.file().elfClass().wordBytes();
        boolean isWide = section.sizeBytes() == (long) (fields.count() / fieldsOfEntry) * wordBytes;
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

    private boolean isInNamespace(int first) {
        return hasNamespaces() && fields.isRelocated(first + NAMESPACE);
    }

    /** An entry as an object. */
    Export export(int number) {
        int entry = entry(number);
        int first = entry * fieldsOfEntry;
        return new Export(
                fields.text(names[entry]),
                isInNamespace(first) ? fields.text(fields.string(first + NAMESPACE)) : "",
                kind,
                crc(entry),
                fields.symbol(first),
                fields.addend(first),
                section(),
                offset(number));
    }

    /** The number of the section that holds it. */
    int section() {
        return fields.table().index();
    }

    /** Where an entry starts in the section, in bytes. */
    long offset(int number) {
        return (long) entry(number) * fieldsOfEntry * fields.fieldBytes();
    }

    private OptionalInt crc(int entry) {
        TableFields known = crcs;
        return known == null || entry >= known.count() ? OptionalInt.empty() : OptionalInt.of(known.number(entry));
    }
}
