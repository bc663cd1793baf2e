package io.modrt.engine.finish;

import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.TableShapes.Reference;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A view of a loaded section as a table of entries of equal size, whose fields are addresses or distances from the field itself. Sums wrap
 * at the target's width.
 */
final class EntryTable {
    private final ImageBytes image;
    private final byte[] bytes;
    private final int start;
    private final long address;
    private final int entryBytes;
    private final Reference reference;
    private final int count;

    /** The table in {@code section}. Bytes behind the last whole entry are ignored, as the kernel does, and reported to {@code report}. */
    EntryTable(ImageBytes image, Section section, int entryBytes, Reference reference, Consumer<Diagnostic> report) {
        this.image = image;
        this.bytes = image.array(section.index());
        this.start = image.arrayOffset(section.index());
        this.address = image.address(section.index());
        this.entryBytes = entryBytes;
        this.reference = reference;
        // why: the layout has refused regions whose size does not fit an int
        int sizeBytes = (int) section.sizeBytes();
        count = sizeBytes / entryBytes;
        if (sizeBytes % entryBytes != 0) {
            report.accept(new Diagnostic(
                    Diagnostic.Kind.TRUNCATED_OR_IGNORED,
                    section.where(),
                    "the last " + sizeBytes % entryBytes + " bytes, behind " + count + " entries of " + entryBytes
                            + " bytes, are ignored"));
        }
    }

    /** The number of whole entries. */
    int count() {
        return count;
    }

    /** The address of an entry. */
    long entryAddress(int entry) {
        return wrap(address + (long) entry * entryBytes);
    }

    /** The address that a field gives, flag bits included. */
    long value(int entry, int fieldOffset, int fieldBytes) {
        long raw = raw(entry, fieldOffset, fieldBytes);
        if (reference == Reference.ABSOLUTE) {
            return wrap(raw);
        }
        long distance = fieldBytes == Integer.BYTES ? (int) raw : raw;
        return wrap(entryAddress(entry) + fieldOffset + distance);
    }

    /** A field as it is stored, zero-extended. */
    long raw(int entry, int fieldOffset, int fieldBytes) {
        int at = start + entry * entryBytes + fieldOffset;
        return Bytes.get(bytes, at, fieldBytes, image.isBigEndian());
    }

    /** Stores a field. */
    void putRaw(int entry, int fieldOffset, int fieldBytes, long value) {
        int at = start + entry * entryBytes + fieldOffset;
        Bytes.put(bytes, at, fieldBytes, image.isBigEndian(), value);
    }

    /**
     * Moves entry {@code order[i]} to index i, for each i. A field that is a distance from itself is corrected by as many bytes as it
     * moves, so that it gives the same address as before.
     *
     * @param fieldBytes the sizes of the fields that are addresses, from the first field on
     */
    void reorder(int[] order, int... fieldBytes) {
        byte[] before = Arrays.copyOfRange(bytes, start, start + count * entryBytes);
        for (int i = 0; i < count; i++) {
            if (order[i] == i) {
                continue;
            }
            System.arraycopy(before, order[i] * entryBytes, bytes, start + i * entryBytes, entryBytes);
            if (reference == Reference.FROM_FIELD) {
                long movedDown = (long) (order[i] - i) * entryBytes;
                int fieldOffset = 0;
                for (int size : fieldBytes) {
                    putRaw(i, fieldOffset, size, raw(i, fieldOffset, size) + movedDown);
                    fieldOffset += size;
                }
            }
        }
    }

    private long wrap(long value) {
        return image.wordBytes() == Integer.BYTES ? value & 0xffff_ffffL : value;
    }
}
