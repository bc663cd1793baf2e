package io.modrt.module;

import io.modrt.bytes.Nul;
import java.util.AbstractList;
import java.util.Collection;
import java.util.Objects;
import java.util.RandomAccess;
import org.apiguardian.api.API;

/**
 * Exports of a file, decoded in place: an {@link Export} is made only when it is asked for. Immutable. A load goes through hundreds of
 * exports, of which it needs few as objects.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ExportList extends AbstractList<Export> implements RandomAccess {
    private static final byte[] NOTHING = {};
    private static final ExportList NONE = new ExportList(new ExportTable[0]);

    private final ExportTable[] tables;
    private final int size;

    private ExportList(ExportTable[] tables) {
        this.tables = tables;
        int count = 0;
        for (ExportTable table : tables) {
            count += table.count();
        }
        this.size = count;
    }

    /** The entries of these tables of one file, one table after the other. */
    static ExportList of(Collection<ExportTable> tables) {
        return tables.isEmpty() ? NONE : new ExportList(tables.toArray(new ExportTable[0]));
    }

    /** No exports. */
    public static ExportList none() {
        return NONE;
    }

    /** The bytes of the file, not a copy; they must not be changed. */
    public byte[] array() {
        return tables.length == 0 ? NOTHING : tables[0].array();
    }

    /** Where the name of an export starts in {@link #array}. It is UTF-8 and ends with a NUL. */
    public int nameStart(int index) {
        ExportTable table = tableOf(index);
        return table.nameStart(index - first(table));
    }

    /** The length of an export's name in bytes, without the NUL. */
    public int nameBytes(int index) {
        return Nul.distance(array(), nameStart(index));
    }

    /** The number of the section that holds an export's entry: {@link Export#table}. */
    public int table(int index) {
        return tableOf(index).section();
    }

    /** Where an export's entry starts in that section, in bytes: {@link Export#tableOffset}. */
    public long tableOffset(int index) {
        ExportTable table = tableOf(index);
        return table.offset(index - first(table));
    }

    /** Whether all of them have CRCs. */
    public boolean haveCrcs() {
        for (ExportTable table : tables) {
            for (int i = 0; i < table.count(); i++) {
                if (!table.hasCrc(i)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public Export get(int index) {
        ExportTable table = tableOf(index);
        return table.export(index - first(table));
    }

    @Override
    public int size() {
        return size;
    }

    private ExportTable tableOf(int index) {
        int rest = Objects.checkIndex(index, size);
        int table = 0;
        while (rest >= tables[table].count()) {
            rest -= tables[table++].count();
        }
        return tables[table];
    }

    /** The index of a table's first export. */
    private int first(ExportTable wanted) {
        int first = 0;
        for (int table = 0; tables[table] != wanted; table++) {
            first += tables[table].count();
        }
        return first;
    }
}
