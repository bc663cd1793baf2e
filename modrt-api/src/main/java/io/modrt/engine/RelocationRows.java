package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Site;
import io.modrt.spi.Width;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A relocation table with its columns laid out for speed: one look-up gives all that a relocation needs. */
final class RelocationRows {

    /** One type, its columns copied into fields. */
    static final class Row {
        final RelocationType type;
        final Formula formula;
        final Field field;
        final Fit fit;
        final long bias;
        final long misalignment;
        final long least;
        final long greatest;
        final int bytes;
        final boolean routed;
        /** Whether the kernel does not know the type, but the ABI does. */
        final boolean isBeyondKernel;
        /** Whether the value is S + A, or that less P, and goes to its field unseen. */
        final boolean isPlain;
        /** Whether the address of the place is taken off. */
        final boolean isRelative;
        /** Whether the architecture's load has a word in it, and may refuse. */
        final boolean asksArch;

        Row(RelocationType type, boolean isBeyondKernel) {
            this.type = type;
            this.formula = type.formula();
            this.field = type.field();
            this.fit = type.fit();
            this.bias = type.bias();
            this.misalignment = type.targetAlignment() - 1L;
            this.least = fit == Fit.UNSIGNED ? 0 : field.leastSigned();
            this.greatest =
                    fit == Fit.UNSIGNED || fit == Fit.REPORTED ? field.greatestUnsigned() : field.greatestSigned();
            this.bytes = formula == Formula.NONE ? 0 : field.bytes();
            this.routed = type.routed();
            this.isBeyondKernel = isBeyondKernel;
            this.asksArch = routed || formula == Formula.CUSTOM;
            this.isRelative = formula == Formula.S_A_P;
            this.isPlain = fit == Fit.TRUNCATED
                    && (formula == Formula.S_A || formula == Formula.S_A_P)
                    && misalignment == 0
                    && !routed
                    && !isBeyondKernel;
        }

        /** Whether a place this many bytes into its section lies in it as a whole. */
        boolean fitsIn(SectionBytes section, long offset) {
            return offset >= 0 && offset <= section.sizeBytes() - bytes;
        }

        /** What is wrong with a value that is cut to the field, with the numbers; null where nothing is. */
        @Nullable
        String complaint(long value, long goal, Site site, Width width) {
            switch (fit) {
                case SIGNED, REPORTED -> {
                    long signed = width.signed(value);
                    return signed >= least && signed <= greatest
                            ? null
                            : "value " + hex(signed) + " outside [" + hex(least) + ", " + hex(greatest) + "]";
                }
                case UNSIGNED -> {
                    long unsigned = width.wrap(value);
                    return Long.compareUnsigned(unsigned, greatest) <= 0
                            ? null
                            : "value " + Address.of(unsigned) + " outside [0x0, " + Address.of(greatest) + "]";
                }
                case SAME_REGION, SAME_REGION_OF_S -> {
                    // why: a stub stands for the symbol, so what goes to one is checked as a whole
                    boolean symbolAlone = fit == Fit.SAME_REGION_OF_S && goal == site.S() + site.A();
                    long checked = symbolAlone ? site.S() : goal;
                    long next = site.P() + Integer.BYTES;
                    return ((checked ^ next) & 0xffff_ffffL & -regionBytes()) == 0
                            ? null
                            : "target " + width.address(checked) + " is outside the segment "
                                    + new AddressRange(width.address(regionStart(next)), regionBytes())
                                    + " of the place "
                                    + width.address(site.P());
                }
                default -> throw new AssertionError(fit + " complains of nothing");
            }
        }

        /** Whether the field reaches an aligned region, not a distance. */
        boolean isRegional() {
            return fit == Fit.SAME_REGION || fit == Fit.SAME_REGION_OF_S;
        }

        /** Whether there are values that are refused; a field may hold whatever an address can be. */
        boolean isLimited(Width width) {
            return fit != Fit.TRUNCATED
                    && fit != Fit.REPORTED
                    && field.bits() + field.lowestBit() < width.bytes() * Byte.SIZE;
        }

        /** Bytes of the aligned region that the field reaches all of. */
        long regionBytes() {
            return 1L << (field.bits() + field.lowestBit());
        }

        /** The start of the region that holds {@code address}. */
        long regionStart(long address) {
            return address & -regionBytes();
        }
    }

    private static String hex(long value) {
        return value < 0 && value != Long.MIN_VALUE ? "-0x" + Long.toHexString(-value) : "0x" + Long.toHexString(value);
    }

    private final RelocationTable table;
    private final @Nullable Row[] rows;
    private final long errorValuesStart;
    private final long errorValuesBytes;

    RelocationRows(RelocationTable table, Width width) {
        this.table = table;
        int greatest = Stream.concat(table.types().stream(), table.beyondKernel().stream())
                .mapToInt(RelocationType::number)
                .max()
                .orElse(-1);
        this.rows = new @Nullable Row[greatest + 1];
        table.types().forEach(type -> rows[type.number()] = new Row(type, false));
        table.beyondKernel().forEach(type -> rows[type.number()] = new Row(type, true));
        AddressRange errors = table.errorValues();
        this.errorValuesStart = width.wrap(errors.start().value());
        this.errorValuesBytes = errors.sizeBytes();
    }

    RelocationTable table() {
        return table;
    }

    @Nullable
    Row row(int number) {
        return Integer.compareUnsigned(number, rows.length) < 0 ? rows[number] : null;
    }

    /** Whether a symbol's value stands for an error. */
    boolean isErrorValue(long value) {
        return Long.compareUnsigned(value - errorValuesStart, errorValuesBytes) < 0;
    }
}
