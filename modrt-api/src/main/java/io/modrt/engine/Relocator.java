package io.modrt.engine;

import io.modrt.Diagnostic.Kind;
import io.modrt.Errno;
import io.modrt.FormatException;
import io.modrt.Refusal;
import io.modrt.RelocationException;
import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.RelocationRows.Row;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.link.RelocationSite;
import io.modrt.memory.Address;
import io.modrt.spi.AddendKind;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable.WeakErrorValue;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Site;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.Width;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Applies a module's relocations, one section after the other, in the kernel's order. It is itself the {@link Site} that it shows
 * to the architecture: no object is made for a relocation.
 */
final class Relocator implements Site {

    /** Told of each relocation that was applied, with the numbers of {@link Site} still in place. */
    interface Observer {

        /**
         * One relocation was applied.
         *
         * @param row its type
         * @param target where it goes: S + A, or a stub
         * @param value what was cut to the field
         */
        void applied(Relocator site, Row row, long target, long value, long before, long after);
    }

    private final String module;
    private final ElfFile elf;
    private final Target target;
    private final Width width;
    private final boolean bigEndian;
    private final @Nullable SymbolTable symbols;
    private final long[] values;
    private final BitSet missing;
    private final boolean anyMissing;
    private final boolean anyErrorValue;
    private final ArchLoad load;
    private final StubAllocator stubs;
    private final Diagnostics diagnostics;
    private final @Nullable Observer observer;

    private @Nullable RelocationSection section;
    private @Nullable RelocationType type;
    private int number;
    private int symbol;
    private long sectionOffset;
    private long S;
    private long A;
    private long P;

    Relocator(Resolved resolved, ArchLoad load, Diagnostics diagnostics, @Nullable Observer observer) {
        Planned plan = resolved.placed().plan();
        this.module = plan.file().name();
        this.elf = plan.file().elf();
        this.target = plan.target();
        this.width = target.arch().width();
        this.bigEndian = elf.isBigEndian();
        this.symbols = elf.symbolTable().orElse(null);
        this.values = resolved.array();
        this.missing = resolved.missing();
        this.anyMissing = !missing.isEmpty();
        this.load = load;
        this.stubs = load.stubs();
        this.diagnostics = diagnostics;
        this.observer = observer;
        this.anyErrorValue = anyErrorValue(target.rows(AddendKind.IN_PLACE));
    }

    private boolean anyErrorValue(RelocationRows rows) {
        for (long value : values) {
            if (rows.isErrorValue(value)) {
                return true;
            }
        }
        return false;
    }

    /** Applies one relocation section to the bytes of its target. */
    void apply(RelocationSection relocations, SectionBytes bytes) {
        section = relocations;
        RelocationRows rows = target.rows(relocations.addends());
        if (rows.table().types().isEmpty()) {
            String kind = relocations.addends() == AddendKind.IN_PLACE ? "REL" : "RELA";
            throw new FormatException(
                    Refusal.of(Errno.ENOEXEC, kind + " relocations, which kernels of this architecture do not take")
                            .logged("module " + module + ": " + kind + " relocation unsupported")
                            .at(relocations.section().where()));
        }
        int count = anyErrorValue && rows.table().weakErrorValue() == WeakErrorValue.ENDS_SECTION
                ? entriesBeforeWeakError(relocations, rows)
                : relocations.count();
        InPlaceAddends inPlace = null;
        if (relocations.addends() == AddendKind.IN_PLACE) {
            inPlace = new InPlaceAddends(count);
            readInPlace(relocations, rows, bytes, inPlace, count);
            load.completeAddends(relocations, count, bytes, this::valueOrZero, inPlace);
        }
        for (int i = 0; i < count; i++) {
            if (inPlace == null || !inPlace.isFailing(i)) {
                applyOne(relocations, i, rows, bytes, inPlace);
            } else {
                Refusal refusal = inPlace.refusal(i);
                if (refusal != null) {
                    failAt(relocations, i, rows, bytes, refusal);
                }
            }
        }
        if (inPlace != null && !inPlace.open().isEmpty()) {
            inPlace.open().forEach((index, refusal) -> failAt(relocations, index, rows, bytes, refusal));
        }
        if (relocations.isPacked()) {
            reportPackedRest(relocations, count);
        }
    }

    /** A symbol's value; 0 for an index that no symbol has, which is refused when its relocation's turn comes. */
    private long valueOrZero(int index) {
        return Integer.compareUnsigned(index, values.length) < 0 ? values[index] : 0;
    }

    private void applyOne(
            RelocationSection relocations,
            int index,
            RelocationRows rows,
            SectionBytes bytes,
            @Nullable InPlaceAddends inPlace) {
        A = inPlace == null ? relocations.addend(index) : inPlace.get(index);
        number = relocations.type(index);
        symbol = relocations.symbol(index);
        sectionOffset = relocations.offset(index);
        P = bytes.address() + sectionOffset;
        Row row = rows.row(number);
        type = row == null ? null : row.type;
        if (Integer.compareUnsigned(symbol, values.length) >= 0) {
            S = 0;
            fail(Refusal.beyondKernel("symbol index " + Integer.toUnsignedString(symbol) + ", the file has "
                    + values.length + " symbols"));
            return;
        }
        S = values[symbol];
        if (anyMissing && missing.get(symbol)) {
            diagnostics.add(Kind.LEFT_AS_IT_WAS, snapshot().toString(), "nobody exports " + symbolName());
            return;
        }
        if (anyErrorValue && rows.isErrorValue(S)) {
            fail(Refusal.of(Errno.ENOENT, "the symbol's value " + Address.of(S) + " stands for an unknown symbol")
                    .logged(module + ": Unknown symbol " + symbolName()));
            return;
        }
        if (row == null) {
            fail(rows.table().unknownType(module, number));
            return;
        }
        if (row.formula == Formula.NONE) {
            return;
        }
        if (sectionOffset < 0 || sectionOffset > bytes.sizeBytes() - row.bytes) {
            fail(Refusal.beyondKernel("the place is outside its section, which has " + bytes.sizeBytes() + " bytes"));
            return;
        }
        if (inPlace != null && !inPlace.isCompleted(index)) {
            A = inPlace(row, bytes); // why: an entry before this one may have changed the same place
        }
        if (row.routed) {
            try {
                store(row, bytes, stubs.route(this));
            } catch (RelocationException refused) {
                diagnostics.passOver(refused, snapshot().toString());
            }
        } else {
            store(row, bytes, S + A);
        }
    }

    private void store(Row row, SectionBytes bytes, long goal) {
        if ((goal & row.misalignment) != 0) {
            fail(row.type.misaligned(
                    this, "target " + width.address(goal) + " is not a multiple of " + (row.misalignment + 1)));
            return;
        }
        long value = switch (row.formula) {
            case S_A -> goal;
            case S_A_P -> goal - P;
            default -> row.type.custom(this);
        };
        value += row.bias;
        String complaint = row.fit == Fit.TRUNCATED ? null : row.complaint(value, goal, this, width);
        if (complaint != null && !isLetPass(row, complaint)) {
            return;
        }
        if (row.isRegional()) {
            reportWrongGoal(row, goal);
        }
        int at = bytes.arrayOffset() + (int) sectionOffset;
        byte[] array = bytes.array();
        if (row.bytes == Long.BYTES) {
            long before = observer == null ? 0 : Bytes.getLong(array, at, bigEndian);
            Bytes.putLong(array, at, bigEndian, value);
            if (observer != null) {
                observer.applied(this, row, goal, value, before, value);
            }
        } else {
            int before = Bytes.getInt(array, at, bigEndian);
            int after = row.field.insert(before, value);
            Bytes.putInt(array, at, bigEndian, after);
            if (observer != null) {
                observer.applied(this, row, goal, value, Integer.toUnsignedLong(before), Integer.toUnsignedLong(after));
            }
        }
    }

    /** Reports a value that does not fit; true where the kernel stores it all the same. */
    private boolean isLetPass(Row row, String complaint) {
        if (row.fit != Fit.REPORTED) {
            fail(row.type.misfit(this, complaint));
            return false;
        }
        RelocationSite site = snapshot();
        diagnostics.silent(
                site.toString(),
                complaint + "; the high bits are lost",
                refusal -> new RelocationException(site, refusal));
        return true;
    }

    /** The kernel compares few bits: a jump may pass its check and yet go elsewhere. */
    private void reportWrongGoal(Row row, long goal) {
        long next = P + Integer.BYTES;
        if (width.wrap((goal ^ next) & -row.regionBytes()) != 0) {
            RelocationSite site = snapshot();
            long reached = row.regionStart(next) | (goal & (row.regionBytes() - 1));
            diagnostics.silent(
                    site.toString(),
                    "goes to " + width.address(reached) + " instead of " + width.address(goal),
                    refusal -> new RelocationException(site, refusal));
        }
    }

    /** The addend that the place holds now. */
    private long inPlace(Row row, SectionBytes bytes) {
        int at = bytes.arrayOffset() + (int) sectionOffset;
        return row.bytes == Long.BYTES
                ? Bytes.getLong(bytes.array(), at, bigEndian)
                : row.field.extract(Bytes.getInt(bytes.array(), at, bigEndian));
    }

    private void readInPlace(
            RelocationSection relocations, RelocationRows rows, SectionBytes bytes, InPlaceAddends addends, int count) {
        for (int i = 0; i < count; i++) {
            Row row = rows.row(relocations.type(i));
            sectionOffset = relocations.offset(i);
            if (row != null && row.bytes != 0 && sectionOffset >= 0 && sectionOffset <= bytes.sizeBytes() - row.bytes) {
                addends.read(i, inPlace(row, bytes));
            }
        }
    }

    /** The kernel's slip: a weak symbol with an error value ends its section without an error. */
    private int entriesBeforeWeakError(RelocationSection relocations, RelocationRows rows) {
        SymbolTable table = symbols;
        for (int i = 0; table != null && i < relocations.count(); i++) {
            int index = relocations.symbol(i);
            if (Integer.compareUnsigned(index, values.length) < 0
                    && rows.isErrorValue(values[index])
                    && table.binding(index) == Symbol.STB_WEAK) {
                String text = "weak symbol " + table.name(index) + " has the value " + Address.of(values[index])
                        + ", which stands for an error: this and the " + (relocations.count() - i - 1)
                        + " relocations behind it are skipped";
                diagnostics.silent(relocations.section().where() + " entry " + i, text, FormatException::new);
                return i;
            }
        }
        return relocations.count();
    }

    private void reportPackedRest(RelocationSection relocations, int count) {
        int ignored = 0;
        int first = -1;
        for (int i = 0; i < count; i++) {
            if (relocations.packedRest(i) != 0) {
                first = first < 0 ? i : first;
                ignored++;
            }
        }
        if (ignored > 0) {
            diagnostics.silent(
                    relocations.section().where() + " entry " + first,
                    "r_ssym, r_type3, r_type2 are 0x%06x and ignored, as in %d entries of this section"
                            .formatted(relocations.packedRest(first), ignored),
                    FormatException::new);
        }
    }

    private void failAt(
            RelocationSection relocations, int index, RelocationRows rows, SectionBytes bytes, Refusal refusal) {
        number = relocations.type(index);
        symbol = relocations.symbol(index);
        sectionOffset = relocations.offset(index);
        P = bytes.address() + sectionOffset;
        Row row = rows.row(number);
        type = row == null ? null : row.type;
        S = valueOrZero(symbol);
        A = 0;
        fail(refusal);
    }

    private void fail(Refusal refusal) {
        RelocationSite site = snapshot();
        diagnostics.failed(refusal, site.toString(), reason -> new RelocationException(site, reason));
    }

    @Override
    public long S() {
        return S;
    }

    @Override
    public long A() {
        return A;
    }

    @Override
    public long P() {
        return P;
    }

    @Override
    public RelocationType type() {
        return Optional.ofNullable(type).orElseThrow(() -> new IllegalStateException("no relocation is at hand"));
    }

    @Override
    public int targetSection() {
        return relocated().target().index();
    }

    private RelocationSection relocated() {
        return Optional.ofNullable(section).orElseThrow(() -> new IllegalStateException("no section is at hand"));
    }

    @Override
    public long sectionOffset() {
        return sectionOffset;
    }

    @Override
    public int symbol() {
        return symbol;
    }

    @Override
    public String symbolName() {
        SymbolTable table = symbols;
        if (table == null || Integer.compareUnsigned(symbol, table.count()) >= 0) {
            return "symbol " + Integer.toUnsignedString(symbol);
        }
        int index = table.sectionIndex(symbol);
        return table.type(symbol) == Symbol.STT_SECTION && Integer.compareUnsigned(index, elf.sectionCount()) < 0
                ? elf.section(index).name()
                : table.name(symbol);
    }

    @Override
    public String moduleName() {
        return module;
    }

    @Override
    public RelocationSite snapshot() {
        return new RelocationSite(
                module,
                relocated().target().name(),
                sectionOffset,
                type == null ? "type " + number : type.psabiName(),
                symbolName(),
                Address.of(S),
                A,
                width.address(P));
    }
}
