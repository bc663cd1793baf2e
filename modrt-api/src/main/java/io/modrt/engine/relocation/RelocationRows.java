package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.AddendKind;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Fixup;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Store;
import io.modrt.spi.Width;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relocation table as flat columns, made once for a kernel, so that the hot path makes neither objects nor virtual calls.
 */
final class RelocationRows {
    private static final long PAGE_MASK = -4096;
    private static final long WORD_MASK = -4;
    private static final long RIGHT_MASK = 0x7ff;
    /** Half of what LR' and RR' round an addend to. */
    private static final long HALF_ROUNDING = 0x1000;

    /** One type, its columns copied into fields. */
    static final class Row {
        final RelocationType type;
        final int number;
        final Formula formula;
        final Field field;
        final Fit fit;
        final long bias;
        final long misalignment;
        final int from;
        private final long least;
        private final long greatest;
        final int bytes;
        final boolean bigEndian;
        final boolean routed;
        /** Whether the kernel does not know the type, but the ABI does. */
        final boolean isBeyondKernel;
        /** Whether {@link PlainRelocations} can apply it: a formula, no check but a range, stored in 4 or 8 bytes. */
        final boolean isPlain;
        /** Whether the kernel stores a value even if it does not fit. */
        final boolean isReported;
        /** The type whose place holds the lower half of an addend; null if this type's place holds all of it, or the entry. */
        final @Nullable Row lower;
        /** Whether a value is checked by its range alone. */
        final boolean isRanged;
        /** Whether the formula takes the load's base off. */
        final boolean isFromBase;
        /** The bits of S + A and of P that the formula uses: all, none, those of a page number, or of a selector. */
        private final long goalMask;

        private final long placeMask;
        /** Whether the addend is rounded, and the bits of what rounding takes off that are added again. */
        private final boolean isRounded;

        private final long restMask;
        /** Whether the architecture's load is called to apply it, and may refuse. */
        final boolean asksArch;

        final Store store;
        final boolean looksAtPlace;
        private final boolean isUnsigned;
        private final Width width;

        Row(
                RelocationType type,
                AddendKind addends,
                boolean isBeyondKernel,
                boolean isDirectInReach,
                Width width,
                boolean bigEndian) {
            this.type = type;
            this.number = type.number();
            this.width = width;
            this.formula = type.formula();
            this.field = type.field();
            this.fit = type.fit();
            this.bias = type.bias();
            this.misalignment = type.targetAlignment() - 1L;
            this.from = field.lowestBit();
            this.isUnsigned = fit == Fit.UNSIGNED;
            this.least = isUnsigned ? 0 : field.leastSigned() >> from;
            boolean isToUnsigned = isUnsigned || fit == Fit.REPORTED || fit == Fit.EITHER;
            long greatestEither = isToUnsigned ? field.greatestUnsigned() >>> from : field.greatestSigned() >> from;
            // why: as a signed number, the greatest unsigned value of a 64-bit field is -1
            this.greatest = isUnsigned || greatestEither >= 0 ? greatestEither : Long.MAX_VALUE;
            this.bytes = formula == Formula.NONE ? 0 : field.bytes();
            this.bigEndian = bigEndian;
            this.routed = type.routed();
            this.store = type.store();
            this.looksAtPlace = type.looksAtPlace();
            this.isBeyondKernel = isBeyondKernel;
            RelocationType half = addends == AddendKind.IN_PLACE ? type.lowerHalf() : null;
            this.lower =
                    half == null ? null : new Row(half, addends, isBeyondKernel, isDirectInReach, width, bigEndian);
            boolean isLeft = formula == Formula.LR || formula == Formula.LR_B;
            boolean isRight = formula == Formula.RR || formula == Formula.RR_B;
            this.isFromBase = formula == Formula.S_A_B || formula == Formula.LR_B || formula == Formula.RR_B;
            this.goalMask = formula == Formula.PAGE ? PAGE_MASK : isLeft ? ~RIGHT_MASK : isRight ? RIGHT_MASK : -1;
            this.placeMask = switch (formula) {
                case S_A_P -> -1;
                case S_A_WORD -> WORD_MASK;
                case PAGE -> PAGE_MASK;
                default -> 0;
            };
            this.isRounded = isLeft || isRight;
            this.restMask = isRight ? -1 : 0;
            this.asksArch = routed || formula == Formula.CUSTOM || store == Store.BY_LOAD || isFromBase;
            this.isReported = fit == Fit.REPORTED || fit == Fit.SIGNED_REPORTED;
            this.isRanged =
                    fit == Fit.SIGNED || fit == Fit.EITHER || isReported || (isUnsigned && width == Width.BITS_64);
            this.isPlain = (fit == Fit.TRUNCATED || isRanged)
                    && formula != Formula.NONE
                    && formula != Formula.CUSTOM
                    && misalignment == 0
                    && (bytes == Integer.BYTES || bytes == Long.BYTES)
                    && field.second() == null
                    && store == Store.SET
                    && !looksAtPlace
                    && (!routed || isDirectInReach)
                    && !isBeyondKernel;
        }

        /**
         * The value of any formula but NONE and CUSTOM.
         *
         * @param goal S + A, less the base if the formula {@linkplain #isFromBase counts} from it
         */
        long value(long goal, long A, long P) {
            if (!isRounded) {
                return (goal & goalMask) - (P & placeMask) + bias;
            }
            long rest = (A + HALF_ROUNDING & 2 * HALF_ROUNDING - 1) - HALF_ROUNDING;
            return (goal - rest & goalMask) + (rest & restMask) + bias;
        }

        /** Whether all bytes of a place at {@code offset} lie in the section. */
        boolean fitsIn(SectionBytes section, long offset) {
            return offset >= 0 && offset <= section.sizeBytes() - bytes;
        }

        /** The value as it is compared with the range: without the bits below the field's lowest bit. */
        private long shifted(long value) {
            return isUnsigned ? width.wrap(value) >>> from : width.signed(value) >> from;
        }

        /** Whether a value is in the field's range. */
        boolean isInRange(long value) {
            long shifted = shifted(value);
            return isUnsigned ? Long.compareUnsigned(shifted, greatest) <= 0 : shifted >= least && shifted <= greatest;
        }

        /** The reason why a value does not fit the field, with the numbers; null if it fits. */
        @Nullable
        String complaint(long value, Fixup fixup) {
            switch (fit) {
                case SIGNED, SIGNED_REPORTED, REPORTED, EITHER -> {
                    if (isInRange(value)) {
                        return null;
                    }
                    return "value " + hex(width.signed(value)) + " outside [" + hex(field.leastSigned()) + ", "
                            + hex(greatest << from) + "]";
                }
                case UNSIGNED -> {
                    return isInRange(value)
                            ? null
                            : "value " + width.address(value) + " outside [0x0, " + Address.of(field.greatestUnsigned())
                                    + "]";
                }
                case SAME_REGION, SAME_REGION_OF_S -> {
                    // why: SAME_REGION_OF_S checks S without A, but the address of a stub has no addend to leave out
                    long goal = fixup.goal();
                    boolean symbolAlone = fit == Fit.SAME_REGION_OF_S && goal == fixup.S() + fixup.A();
                    long checked = symbolAlone ? fixup.S() : goal;
                    long next = fixup.P() + Integer.BYTES;
                    return ((checked ^ next) & 0xffff_ffffL & -regionBytes()) == 0
                            ? null
                            : "target " + width.address(checked) + " is outside the segment "
                                    + new AddressRange(width.address(regionStart(next)), regionBytes())
                                    + " of the place "
                                    + width.address(fixup.P());
                }
                default -> throw new AssertionError(fit + " complains of nothing");
            }
        }

        /** Stores a value at the place, which the row's {@link Store} says how, unless the architecture's load does. */
        void write(byte[] array, int at, long value) {
            switch (store) {
                case SET -> field.store(array, at, bigEndian, value);
                case ADD -> field.store(array, at, bigEndian, field.load(array, at, bigEndian) + value);
                case SUB -> field.store(array, at, bigEndian, field.load(array, at, bigEndian) - value);
                case REPLACE -> {
                    long replaced = type.replace((int) Bytes.get(array, at, bytes, bigEndian), value);
                    Bytes.put(array, at, bytes, bigEndian, replaced);
                }
                case BY_LOAD -> throw new AssertionError(type.psabiName() + " is stored by the architecture's load");
            }
        }

        /** Whether the field's reach is an aligned region, not a distance. */
        boolean isRegional() {
            return fit == Fit.SAME_REGION || fit == Fit.SAME_REGION_OF_S;
        }

        /** Whether some values are refused; a field as wide as an address holds every value. */
        boolean isLimited() {
            return fit != Fit.TRUNCATED && !isReported && field.bits() + from < width.bytes() * Byte.SIZE;
        }

        /** The size in bytes of the aligned region that the field reaches. */
        long regionBytes() {
            return 1L << (field.bits() + from);
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
    private final ByteOrders orders;
    private final boolean isEmpty;
    private final @Nullable Row[] rows;
    private final long errorValuesStart;
    /** The number of error values, as a signed comparison of unsigned numbers needs it. */
    private final long errorValuesBound;

    /**
     * The rows of {@code table}.
     *
     * @param addends where the addends of its relocations are
     * @param orders the byte orders of instructions and of data
     */
    RelocationRows(RelocationTable table, AddendKind addends, Width width, ByteOrders orders) {
        this.table = table;
        this.orders = orders;
        List<RelocationType> types = table.types();
        this.isEmpty = types.isEmpty();
        boolean isDirect = table.isDirectInReach();
        this.rows = new @Nullable Row[Math.max(greatest(types), greatest(table.beyondKernel())) + 1];
        for (RelocationType type : types) {
            rows[type.number()] = new Row(type, addends, false, isDirect, width, orders.isBig(type.field()));
        }
        for (RelocationType type : table.beyondKernel()) {
            rows[type.number()] = new Row(type, addends, true, isDirect, width, orders.isBig(type.field()));
        }
        AddressRange errors = table.errorValues();
        this.errorValuesStart = width.wrap(errors.start().value());
        this.errorValuesBound = errors.sizeBytes() + Long.MIN_VALUE;
    }

    private static int greatest(List<RelocationType> types) {
        int greatest = -1;
        for (RelocationType type : types) {
            greatest = Math.max(greatest, type.number());
        }
        return greatest;
    }

    /** The byte orders of instructions and of data: whether the most significant byte comes first. */
    record ByteOrders(boolean bigEndianCode, boolean bigEndianData) {
        private boolean isBig(Field field) {
            return field.isCode() ? bigEndianCode : bigEndianData;
        }
    }

    RelocationTable table() {
        return table;
    }

    /** Whether the kernel applies no type, and so refuses the whole section. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Whether instructions and data have one byte order. */
    boolean hasOneOrder() {
        return orders.bigEndianCode == orders.bigEndianData;
    }

    /** Whether the most significant byte of data comes first. */
    boolean isBigEndian() {
        return orders.bigEndianData;
    }

    @Nullable
    Row row(int number) {
        return number >= 0 && number < rows.length ? rows[number] : null;
    }

    /** Whether the type with this number is plain. */
    boolean isPlain(int number) {
        Row row = row(number);
        return row != null && row.isPlain;
    }

    /** Whether a symbol's value stands for an error. */
    boolean isErrorValue(long value) {
        return value - errorValuesStart + Long.MIN_VALUE < errorValuesBound; // an unsigned comparison
    }
}
