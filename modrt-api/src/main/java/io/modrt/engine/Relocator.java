package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.RelocationRows.Row;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationSite;
import io.modrt.error.Rule;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Site;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.Width;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
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
    private final SectionSlips slips;
    private final ArchLoad load;
    private final StubAllocator stubs;
    private final Diagnostics diagnostics;
    private final @Nullable Observer observer;

    private final Set<RelocationType> told = new HashSet<>();

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
        this.slips = new SectionSlips(symbols, values, width, diagnostics);
    }

    /** Applies one relocation section to the bytes of its target. */
    void apply(RelocationSection relocations, SectionBytes bytes) {
        section = relocations;
        RelocationRows rows = target.rows(relocations.addends());
        boolean isInPlace = relocations.addends() == AddendKind.IN_PLACE;
        if (rows.table().types().isEmpty()) {
            String kind = isInPlace ? "REL" : "RELA";
            throw new FormatException(
                    Refusal.of(Errno.ENOEXEC, kind + " relocations, which kernels of this architecture do not take")
                            .logged("module " + module + ": REL relocation unsupported") // why: for either kind
                            .at(relocations.section().where()));
        }
        int count = slips.applied(relocations, rows);
        InPlaceAddends inPlace = null;
        if (isInPlace) {
            inPlace = new InPlaceAddends(relocations, count, rows, bytes);
            load.completeAddends(relocations, count, bytes, this::valueOrZero, inPlace);
        }
        int next = 0;
        while (next < count) {
            next = observer == null ? applyPlain(relocations, next, count, rows, bytes, inPlace) : next;
            if (next < count) {
                applyAny(relocations, next++, rows, bytes, inPlace);
            }
        }
        if (inPlace != null && !inPlace.open().isEmpty()) {
            inPlace.open().forEach((index, refusal) -> {
                seek(relocations, index, rows, bytes);
                fail(refusal);
            });
        }
        if (relocations.isPacked()) {
            slips.reportPackedRest(relocations, count);
        }
    }

    /** A symbol's value; 0 for an index that no symbol has, which is refused when its relocation's turn comes. */
    private long valueOrZero(int index) {
        return Integer.compareUnsigned(index, values.length) < 0 ? values[index] : 0;
    }

    /**
     * The common case by the shortest way: a type that nothing is checked of, an ordinary symbol, a place within the section.
     *
     * @return the first entry from {@code index} on that {@link #applyAny} must look at, or {@code count}
     */
    private int applyPlain(
            RelocationSection relocations,
            int index,
            int count,
            RelocationRows rows,
            SectionBytes bytes,
            @Nullable InPlaceAddends inPlace) {
        byte[] array = bytes.array();
        int start = bytes.arrayOffset();
        long sizeBytes = bytes.sizeBytes();
        long address = bytes.address();
        boolean big = bigEndian;
        long[] symbolValues = values;
        for (int i = index; i < count; i++) {
            Row row = rows.row(relocations.type(i));
            int symbolIndex = relocations.symbol(i);
            long offset = relocations.offset(i);
            if (row == null
                    || !row.isPlain
                    || offset < 0
                    || offset > sizeBytes - row.bytes
                    || Integer.compareUnsigned(symbolIndex, symbolValues.length) >= 0
                    || (anyMissing && missing.get(symbolIndex))
                    || (inPlace != null && inPlace.isFailing(i))) {
                return i;
            }
            long symbolValue = symbolValues[symbolIndex];
            if (rows.isErrorValue(symbolValue)) {
                return i;
            }
            int at = start + (int) offset;
            long addend = inPlace == null ? relocations.addend(i) : inPlace.get(i, row, at);
            long value = symbolValue + addend + row.bias - (row.isRelative ? address + offset : 0);
            if (row.bytes == Long.BYTES) {
                Bytes.putLong(array, at, big, value);
            } else {
                Bytes.putInt(array, at, big, row.field.insert(Bytes.getInt(array, at, big), value));
            }
        }
        return count;
    }

    /** Takes the numbers of an entry, for {@link Site}. */
    private @Nullable Row seek(RelocationSection relocations, int index, RelocationRows rows, SectionBytes bytes) {
        number = relocations.type(index);
        symbol = relocations.symbol(index);
        sectionOffset = relocations.offset(index);
        S = valueOrZero(symbol);
        A = relocations.addend(index);
        P = bytes.address() + sectionOffset;
        Row row = rows.row(number);
        type = row == null ? null : row.type;
        return row;
    }

    private void applyAny(
            RelocationSection relocations,
            int index,
            RelocationRows rows,
            SectionBytes bytes,
            @Nullable InPlaceAddends inPlace) {
        Row row = seek(relocations, index, rows, bytes);
        if (inPlace != null && inPlace.isFailing(index)) {
            Refusal refusal = inPlace.refusal(index);
            if (refusal != null) {
                fail(refusal);
            }
            return;
        }
        if (Integer.compareUnsigned(symbol, values.length) >= 0) {
            fail(Refusal.beyondKernel("symbol index " + Integer.toUnsignedString(symbol) + ", the file has "
                    + values.length + " symbols"));
            return;
        }
        if (anyMissing && missing.get(symbol)) {
            diagnostics.add(Kind.LEFT_AS_IT_WAS, snapshot().toString(), "nobody exports " + symbolName());
            return;
        }
        // why: kernels do not relocate what is not loaded; there a section may well lie at 0
        if (rows.isErrorValue(S) && relocations.target().isAllocated()) {
            fail(Refusal.of(Errno.ENOENT, "the symbol's value " + Address.of(S) + " stands for an unknown symbol")
                    .logged(module + ": Unknown symbol " + symbolName()));
            return;
        }
        if (row == null) {
            fail(rows.table().unknownType(module, number));
            return;
        }
        if (row.isBeyondKernel && !isExtended(row.type, rows.table().unknownType(module, number))) {
            return;
        }
        if (row.formula == Formula.NONE) {
            return;
        }
        if (!row.fitsIn(bytes, sectionOffset)) {
            fail(Refusal.beyondKernel("the place is outside its section, which has " + bytes.sizeBytes() + " bytes"));
            return;
        }
        if (inPlace != null) {
            A = inPlace.get(index);
        }
        if (row.asksArch) {
            try {
                store(row, bytes, row.routed ? stubs.route(this) : S + A);
            } catch (RelocationException refused) {
                diagnostics.passOver(refused, snapshot().toString());
            }
        } else {
            store(row, bytes, S + A);
        }
    }

    /** Whether the policy has the ABI's word for a type that the kernel does not know; says so once a type. */
    private boolean isExtended(RelocationType beyondKernel, Refusal unknown) {
        if (!diagnostics.policy().isRelaxed(Rule.RELOCATION_TYPE)) {
            fail(unknown.wayOut("relax Rule." + Rule.RELOCATION_TYPE + " to apply " + beyondKernel.psabiName()));
            return false;
        }
        if (told.add(beyondKernel)) {
            diagnostics.add(Kind.RELAXED_RULE, snapshot().toString(), unknown.what());
        }
        return true;
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
            default -> load.custom(this);
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
        silentLoss(complaint + "; the high bits are lost");
        return true;
    }

    /** The kernel compares few bits: a jump may pass its check and yet go elsewhere. */
    private void reportWrongGoal(Row row, long goal) {
        long next = P + Integer.BYTES;
        if (width.wrap((goal ^ next) & -row.regionBytes()) != 0) {
            long reached = row.regionStart(next) | (goal & (row.regionBytes() - 1));
            silentLoss("goes to " + width.address(reached) + " instead of " + width.address(goal));
        }
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
    public void silentLoss(String what) {
        RelocationSite site = snapshot();
        diagnostics.silent(site.toString(), what, refusal -> new RelocationException(site, refusal));
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
