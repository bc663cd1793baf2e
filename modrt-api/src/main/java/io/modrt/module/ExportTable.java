package io.modrt.module;

import io.modrt.bytes.Bytes;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * {@code __ksymtab} or {@code __ksymtab_gpl} of a file that is not relocated yet. An entry has three fields: value, name and namespace.
 * Each field has a relocation that will store an address there, and the relocation's symbol and addend already give that address; those of
 * the two strings are places in this file.
 *
 * <p>Depending on the architecture a field is a pointer, or a 32-bit distance from the field itself. Its relocation refers to symbol plus
 * addend in both cases, so only the size of the fields is not known. In a 64-bit file it is 4 bytes if some relocation is at an offset that
 * is not a multiple of 8.
 */
final class ExportTable {
    private static final int FIELDS = 3;
    private static final int NAME = 1;
    private static final int NAMESPACE = 2;
    private static final int CRC_BYTES = 4;

    private final SymbolTable symbols;
    private final Section table;
    private final @Nullable Section crcs;
    private final boolean gplOnly;

    /**
     * The exports of {@code table}.
     *
     * @param crcs the section that holds their CRCs, or null
     */
    ExportTable(SymbolTable symbols, Section table, @Nullable Section crcs, boolean gplOnly) {
        this.symbols = symbols;
        this.table = table;
        this.crcs = crcs;
        this.gplOnly = gplOnly;
    }

    /** Adds the table's entries to {@code exports}. */
    void addTo(List<Export> exports) {
        if (table.sizeBytes() == 0) {
            return;
        }
        RelocationSection relocations = relocations();
        int fieldBytes = fieldBytes(relocations);
        long entryBytes = (long) FIELDS * fieldBytes;
        if (table.sizeBytes() % entryBytes != 0) {
            throw refuse("size 0x" + Long.toHexString(table.sizeBytes()) + " is not a multiple of the " + entryBytes
                    + " bytes of an entry");
        }
        int count = (int) (table.sizeBytes() / entryBytes);
        int[] relocationOf = relocationOf(relocations, fieldBytes, count);
        for (int i = 0; i < count; i++) {
            int value = relocationOf[i * FIELDS];
            int name = relocationOf[i * FIELDS + NAME];
            int namespace = relocationOf[i * FIELDS + NAMESPACE];
            if (value < 0 || name < 0) {
                throw refuse(i, "its " + (value < 0 ? "value" : "name") + " is not relocated");
            }
            if (namespace >= 0 && stringSection(relocations, namespace, i) != stringSection(relocations, name, i)) {
                throw refuse(
                        i,
                        "its name and its namespace lie in different sections; entries of three fields, as since"
                                + " Linux 5.4, are read");
            }
            exports.add(new Export(
                    string(relocations, name, fieldBytes, i),
                    namespace < 0 ? "" : string(relocations, namespace, fieldBytes, i),
                    gplOnly,
                    crc(i),
                    symbol(relocations, value, i),
                    addend(relocations, value, fieldBytes),
                    table.index(),
                    i * entryBytes));
        }
    }

    private RelocationSection relocations() {
        for (RelocationSection r : table.file().relocationSections()) {
            if (r.target().index() == table.index()) {
                return r;
            }
        }
        throw new FormatException(
                Refusal.beyondKernel(table.where() + ": has no relocations, which would say what it exports"));
    }

    private int fieldBytes(RelocationSection relocations) {
        int wordBytes = table.file().elfClass().wordBytes();
        for (int r = 0; r < relocations.count(); r++) {
            if (relocations.offset(r) % wordBytes != 0) {
                return Integer.BYTES;
            }
        }
        return wordBytes;
    }

    /** The number of the relocation of each field, for {@code count} entries in order; -1 for a field without one. */
    private int[] relocationOf(RelocationSection relocations, int fieldBytes, int count) {
        int[] relocationOf = new int[count * FIELDS];
        Arrays.fill(relocationOf, -1);
        for (int r = 0; r < relocations.count(); r++) {
            long offset = relocations.offset(r);
            if (offset % fieldBytes != 0) {
                throw refuse("relocation " + r + " at 0x" + Long.toHexString(offset)
                        + " is not at the start of a field of " + fieldBytes + " bytes");
            }
            long field = Long.divideUnsigned(offset, fieldBytes);
            if (field < relocationOf.length) {
                relocationOf[(int) field] = r;
            }
        }
        return relocationOf;
    }

    private int symbol(RelocationSection relocations, int r, int entry) {
        int symbol = relocations.symbol(r);
        if (symbol < 0 || symbol >= symbols.count()) {
            throw refuse(
                    entry,
                    "relocated against symbol " + Integer.toUnsignedString(symbol) + ", there are " + symbols.count());
        }
        return symbol;
    }

    private long addend(RelocationSection relocations, int r, long fieldBytes) {
        if (relocations.addends() == AddendKind.EXPLICIT) {
            return relocations.addend(r);
        }
        ElfFile file = table.file();
        int place = (int) (table.fileOffset() + relocations.offset(r));
        return fieldBytes == Integer.BYTES
                ? Bytes.getInt(file.array(), place, file.isBigEndian())
                : Bytes.getLong(file.array(), place, file.isBigEndian());
    }

    private int stringSection(RelocationSection relocations, int r, int entry) {
        return symbols.sectionIndex(symbol(relocations, r, entry));
    }

    private String string(RelocationSection relocations, int r, long fieldBytes, int entry) {
        ElfFile file = table.file();
        int symbol = symbol(relocations, r, entry);
        int index = stringSection(relocations, r, entry);
        if (index <= 0 || index >= file.sectionCount() || !file.section(index).hasContents()) {
            throw refuse(
                    entry,
                    "a string in section " + Integer.toUnsignedString(index) + ", which has no contents in this file");
        }
        Section strings = file.section(index);
        long offset = symbols.value(symbol) + addend(relocations, r, fieldBytes);
        if (offset < 0 || offset >= strings.sizeBytes()) {
            throw refuse(
                    entry,
                    "a string at 0x" + Long.toHexString(offset) + " of " + strings + ", which has 0x"
                            + Long.toHexString(strings.sizeBytes()) + " bytes");
        }
        byte[] b = file.array();
        int from = (int) (strings.fileOffset() + offset);
        int limit = (int) (strings.fileOffset() + strings.sizeBytes());
        int end = from;
        while (end < limit && b[end] != 0) {
            end++;
        }
        if (end == limit) {
            throw refuse(entry, "a string without end at 0x" + Long.toHexString(offset) + " of " + strings);
        }
        return new String(b, from, end - from, StandardCharsets.UTF_8);
    }

    private OptionalInt crc(int entry) {
        Section section = crcs;
        if (section == null || (long) (entry + 1) * CRC_BYTES > section.sizeBytes()) {
            return OptionalInt.empty();
        }
        ElfFile file = section.file();
        return OptionalInt.of(
                Bytes.getInt(file.array(), (int) section.fileOffset() + entry * CRC_BYTES, file.isBigEndian()));
    }

    private FormatException refuse(int entry, String what) {
        return refuse("entry " + entry + ": " + what);
    }

    private FormatException refuse(String what) {
        return new FormatException(Refusal.beyondKernel(table.where() + ": " + what));
    }
}
