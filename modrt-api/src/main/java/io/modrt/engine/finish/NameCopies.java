package io.modrt.engine.finish;

import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.KallsymsForm;
import io.modrt.engine.layout.KallsymsLayout;
import java.util.BitSet;

/** The names of the symbols that stay, copied to core memory. */
abstract sealed class NameCopies {
    private final SymbolTable symbols;
    private final byte[] file;
    private final int fileStart;

    private NameCopies(SymbolTable symbols) {
        this.symbols = symbols;
        this.file = symbols.stringTable().file().array();
        this.fileStart = (int) symbols.stringTable().fileOffset();
    }

    /** Copies to {@code bytes}, from {@code start} on, in the form of the kernel of {@code tables}. */
    static NameCopies into(byte[] bytes, int start, KallsymsLayout tables) {
        return tables.form().names() == KallsymsForm.Names.SHARED
                ? new Shared(bytes, start, tables)
                : new Apart(bytes, start, tables);
    }

    /** Copies the name of {@code symbol}, which comes behind those of lower numbers. Returns its offset, which {@code st_name} gets. */
    abstract int copy(int symbol);

    /** Copies what is not yet copied, behind the last name. */
    void finish() {}

    /** Copies the bytes of the string table that are in use at once; each name keeps its place among them. */
    private static final class Shared extends NameCopies {
        private final int[] offsets;

        private Shared(byte[] bytes, int start, KallsymsLayout tables) {
            super(tables.symbols());
            BitSet used = tables.sharedNames();
            offsets = new int[used.length()];
            int count = 0;
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] = count;
                if (used.get(i)) {
                    bytes[start + count++] = super.file[super.fileStart + i];
                }
            }
        }

        @Override
        int copy(int symbol) {
            return offsets[super.symbols.nameOffset(symbol)];
        }
    }

    /**
     * Copies the names behind one another. A name that is cut leaves the room that all of it would take. Most follow one another in the
     * file too, and are copied at once.
     */
    private static final class Apart extends NameCopies {
        private final KallsymsLayout tables;
        private final byte[] bytes;
        private final int start;
        private final int most;
        private int next;
        /** The bytes of the file that are to be copied next, from the first on; they belong in front of {@link #next}. */
        private int from;

        private int waiting;

        private Apart(byte[] bytes, int start, KallsymsLayout tables) {
            super(tables.symbols());
            this.tables = tables;
            this.bytes = bytes;
            this.start = start;
            KallsymsForm.Names names = tables.form().names();
            most = names.most();
            next = names.bytesInFront();
        }

        @Override
        int copy(int symbol) {
            int at = super.fileStart + super.symbols.nameOffset(symbol);
            int length = tables.nameBytes(symbol);
            if (at != from + waiting || length > most) {
                finish();
                from = at;
            }
            int offset = next;
            next += length + 1;
            waiting += length + 1;
            if (length > most) {
                System.arraycopy(super.file, at, bytes, start + offset, most);
                from = at + length + 1;
                waiting = 0;
            }
            return offset;
        }

        @Override
        void finish() {
            System.arraycopy(super.file, from, bytes, start + next - waiting, waiting);
            waiting = 0;
        }
    }
}
