package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.bytes.Printable;
import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.engine.relocation.RelocationRows.Row;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationPlace;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Fit;
import io.modrt.spi.Fixup;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Store;
import io.modrt.spi.Width;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies a module's relocations, one section after the other, in the kernel's order. It is itself the {@link Fixup} that the architecture
 * sees, so that no object is made for a relocation.
 */
final class Relocator implements Fixup {

    private final String module;
    private final KernelTables kernel;
    private final Width width;
    private final @Nullable SymbolTable symbols;
    private final long[] values;
    private final BitSet missing;
    private final boolean anyMissing;
    private final PlainRelocations plain;
    private final SectionSlips slips;
    private final ArchPlan plan;
    private final ArchLoad load;
    private final Findings findings;
    private final @Nullable RelocationObserver observer;

    private final Set<RelocationType> reportedTypes = new HashSet<>();
    private final SymbolNames names;

    private @Nullable SectionAddends sectionAddends;
    private @Nullable RelocationSection section;
    private @Nullable RelocationType type;
    /** The bits that packed entries of the section have and the kernel ignores, as one. */
    private int packedRests;

    private int index;
    private int number;
    private int symbol;
    private long sectionOffset;
    private long S;
    private long A;
    private long P;
    private long goal;
    /** The base from which some formulas count, once it is known. */
    private long base;

    private boolean hasBase;

    Relocator(Linkage linkage, ArchLoad load, Findings findings, @Nullable RelocationObserver observer) {
        this.module = linkage.file().name();
        this.kernel = linkage.kernel();
        this.width = kernel.width();
        this.symbols = linkage.elf().symbolTable().orElse(null);
        this.values = linkage.values();
        this.missing = linkage.missing();
        this.anyMissing = !missing.isEmpty();
        this.plan = linkage.placed().archPlan();
        this.load = load;
        this.findings = findings;
        this.observer = observer;
        this.names = new SymbolNames(symbols);
        this.plain = new PlainRelocations(values, missing);
        this.slips = new SectionSlips(symbols, values, width, findings);
    }

    /** Applies one relocation section to the bytes of its target. */
    void apply(RelocationSection inFile, SectionBytes bytes) {
        RelocationSection relocations = plan.ordered(inFile);
        section = relocations;
        RelocationRows rows = kernel.rows(relocations.addends());
        if (rows.isEmpty()) {
            String kind = relocations.addends() == AddendKind.IN_PLACE ? "REL" : "RELA";
            throw new FormatException(
                    Refusal.of(Errno.ENOEXEC, kind + " relocations, which kernels of this architecture do not take")
                            .logged("module " + module + ": " + rows.table().unsupported())
                            .at(relocations.section().where()));
        }
        int count = slips.applied(relocations, rows);
        SectionAddends addends = addends(relocations, count, rows, bytes);
        load.open(relocations, count, bytes, addends);
        packedRests = 0;
        plain.start(relocations);
        int next = 0;
        while (next < count) {
            next = observer == null ? plain.apply(relocations, next, count, rows, bytes, addends) : next;
            // why: entries that are not plain come in runs, and a look at the plain path between them would be in vain
            for (boolean isOther = next < count;
                    isOther;
                    isOther = next < count && !rows.isPlain(relocations.type(next))) {
                applyAny(relocations, next++, rows, bytes, addends);
            }
        }
        if (addends.isAnyLeft()) {
            addends.open().forEach((entry, refusal) -> {
                seek(relocations, entry, rows, bytes);
                fail(refusal);
            });
            addends.left().forEach((entry, why) -> {
                seek(relocations, entry, rows, bytes);
                silentLoss(why);
            });
        }
        if ((packedRests | plain.packedRests()) != 0) {
            slips.reportPackedRest(relocations, count);
        }
    }

    private SectionAddends addends(RelocationSection relocations, int count, RelocationRows rows, SectionBytes bytes) {
        SectionAddends known = sectionAddends;
        if (known == null) {
            known = new SectionAddends(relocations, count, rows, bytes);
            sectionAddends = known;
        } else {
            known.start(relocations, count, rows, bytes);
        }
        return known;
    }

    /** A symbol's value; 0 for a number that no symbol has, which {@link #applyAny} refuses. */
    private long valueOrZero(int symbolIndex) {
        return Integer.compareUnsigned(symbolIndex, values.length) < 0 ? values[symbolIndex] : 0;
    }

    /** Reads the numbers of an entry, for {@link Fixup}. Returns the row of its type, or null if the type is unknown. */
    private @Nullable Row seek(RelocationSection relocations, int entry, RelocationRows rows, SectionBytes bytes) {
        packedRests |= relocations.packedRest(entry);
        index = entry;
        number = relocations.type(entry);
        symbol = relocations.symbol(entry);
        sectionOffset = relocations.offset(entry);
        S = valueOrZero(symbol);
        A = relocations.addend(entry);
        P = bytes.address() + sectionOffset;
        goal = S + A;
        Row row = rows.row(number);
        type = row == null ? null : row.type;
        return row;
    }

    private void applyAny(
            RelocationSection relocations, int entry, RelocationRows rows, SectionBytes bytes, SectionAddends addends) {
        Row row = seek(relocations, entry, rows, bytes);
        long lower = row != null && row.lower != null ? load.lowerHalf(entry) : 0;
        if (Integer.compareUnsigned(symbol, values.length) >= 0) {
            fail(() -> Refusal.beyondKernel("symbol index " + Integer.toUnsignedString(symbol) + ", the file has "
                    + values.length + " symbols"));
            return;
        }
        if (addends.isFailing(entry)) {
            Refusal refusal = addends.refusal(entry);
            if (refusal != null) {
                fail(refusal);
            }
            return;
        }
        if (anyMissing && missing.get(symbol)) {
            if (!findings.isOnlyCounted()) {
                findings.add(Kind.LEFT_AS_IT_WAS, place().toString(), "nobody exports " + symbolName());
            }
            return;
        }
        // why: only explanations relocate sections that are not loaded, whose symbols may have such values at 0
        if (rows.isErrorValue(S) && relocations.target().isAllocated() && !slips.isInFileOnly(symbol)) {
            if (slips.isSkipped(symbol, rows)) {
                silentLoss(
                        "the weak symbol's value " + Address.of(S) + " stands for an error: the relocation is skipped");
                return;
            }
            fail(() -> Refusal.of(Errno.ENOENT, "the symbol's value " + Address.of(S) + " stands for an unknown symbol")
                    .logged(module + ": Unknown symbol " + symbolName()));
            return;
        }
        if (row == null) {
            fail(() -> addends.crash(sectionOffset).orElseGet(() -> rows.table().unknownType(module, number)));
            return;
        }
        boolean isLeft =
                row.isBeyondKernel && !isExtended(row.type, rows.table().unknownType(module, number));
        if (isLeft || row.formula == Formula.NONE) {
            return;
        }
        if (!row.fitsIn(bytes, sectionOffset)) {
            fail(() -> Refusal.beyondKernel(
                    "the place is outside its section, which has " + bytes.sizeBytes() + " bytes"));
            return;
        }
        if (!addends.areExplicit()) {
            A = addends.get(entry) + lower;
            goal = S + A;
        }
        if (!row.asksArch) {
            store(row, bytes);
            return;
        }
        try {
            if (row.isFromBase && !hasBase) {
                base = load.base(this);
                hasBase = true;
                plain.base(base);
            }
            goal = row.routed ? load.route(this) : goal;
            store(row, bytes);
        } catch (ModrtException refused) {
            findings.passOver(refused, place().toString());
        }
    }

    /** Whether the policy applies the ABI's formula for a type that the kernel does not know. Reports each such type once. */
    private boolean isExtended(RelocationType beyondKernel, Refusal unknown) {
        if (!findings.policy().isRelaxed(Rule.RELOCATION_TYPE)) {
            fail(unknown.wayOut("relax Rule." + Rule.RELOCATION_TYPE + " to apply " + beyondKernel.psabiName()));
            return false;
        }
        if (reportedTypes.add(beyondKernel)) {
            findings.add(Kind.RELAXED_RULE, place().toString(), unknown.what());
        }
        return true;
    }

    private void store(Row row, SectionBytes bytes) {
        if ((goal & row.misalignment) != 0) {
            fail(() -> load.misaligned(
                    this, "target " + width.address(goal) + " is not a multiple of " + (row.misalignment + 1)));
            return;
        }
        long value = row.formula == Formula.CUSTOM
                ? load.value(this) + row.bias
                : row.value(row.isFromBase ? goal - base : goal, A, P);
        if (row.fit != Fit.TRUNCATED && !(row.isRanged && row.isInRange(value))) {
            String complaint = row.complaint(value, this);
            if (complaint != null && !isLetPass(row, complaint)) {
                return;
            }
            if (row.isRegional()) {
                reportWrongGoal(row);
            }
        }
        int at = bytes.arrayOffset() + (int) sectionOffset;
        if (observer == null && !row.looksAtPlace) {
            write(row, bytes, at, value);
            return;
        }
        long before = Bytes.get(bytes.array(), at, row.bytes, row.bigEndian);
        Refusal objection = row.looksAtPlace ? row.type.objection(this, before) : null;
        if (objection != null) {
            fail(objection);
            return;
        }
        write(row, bytes, at, value);
        if (observer != null) {
            observer.applied(
                    this,
                    row,
                    goal == S + A || goal == S,
                    value,
                    before,
                    Bytes.get(bytes.array(), at, row.bytes, row.bigEndian));
        }
    }

    private void write(Row row, SectionBytes bytes, int at, long value) {
        if (row.store == Store.SET) {
            row.field.store(bytes.array(), at, row.bigEndian, value);
        } else if (row.store == Store.BY_LOAD) {
            load.store(this, value, bytes);
        } else {
            row.write(bytes.array(), at, value);
        }
    }

    /** Reports a value that does not fit. Returns whether the kernel stores it nevertheless. */
    private boolean isLetPass(Row row, String complaint) {
        if (!row.isReported) {
            fail(() -> load.misfit(this, complaint));
            return false;
        }
        silentLoss(complaint + "; the high bits are lost");
        return true;
    }

    /** Reports a jump that passes the kernel's check, which compares 32 bits at most, although it goes elsewhere. */
    private void reportWrongGoal(Row row) {
        long next = P + Integer.BYTES;
        if (width.wrap((goal ^ next) & -row.regionBytes()) != 0) {
            long reached = row.regionStart(next) | (goal & (row.regionBytes() - 1));
            silentLoss("goes to " + width.address(reached) + " instead of " + width.address(goal));
        }
    }

    /** Reports a failure, unless so many were reported already that this one is only counted. */
    private void fail(Supplier<Refusal> reason) {
        if (!findings.policy().isBestEffort() || !findings.isOnlyCounted()) {
            fail(reason.get());
        }
    }

    private void fail(Refusal refusal) {
        RelocationPlace place = place();
        findings.failed(refusal, place.toString(), reason -> new RelocationException(place, reason));
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
    public long goal() {
        return goal;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public RelocationType type() {
        RelocationType known = type;
        if (known == null) {
            throw new IllegalStateException("no relocation is at hand");
        }
        return known;
    }

    @Override
    public int targetSection() {
        return relocated().target().index();
    }

    private RelocationSection relocated() {
        RelocationSection known = section;
        if (known == null) {
            throw new IllegalStateException("no section is at hand");
        }
        return known;
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
        return Printable.brief(names.name(symbol));
    }

    @Override
    public String moduleName() {
        return module;
    }

    @Override
    public void silentLoss(String what) {
        if (!findings.policy().isStrict() && findings.isOnlyCounted()) {
            return;
        }
        RelocationPlace place = place();
        findings.silent(place.toString(), what, refusal -> new RelocationException(place, refusal));
    }

    @Override
    public RelocationPlace place() {
        return new RelocationPlace(
                module,
                relocated().target().name(),
                sectionOffset,
                type == null ? "type " + number : type.psabiName(),
                names.name(symbol),
                Address.of(S),
                A,
                width.address(P));
    }
}
