package io.modrt.spi;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The relocation types that a kernel applies for one architecture and one kind of addend, and its rules for symbol values that stand for an
 * error ({@code IS_ERR_VALUE}). Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RelocationTable {

    /** What the kernel does if the value of a <em>weak</em> symbol is in {@link #errorValues()}. */
    public enum WeakErrorValue {
        /** It refuses, as for a strong one. */
        REFUSED,
        /** It skips this relocation. */
        SKIPPED,
        /** It skips this relocation and, by a slip, all that follow in its section. */
        ENDS_SECTION
    }

    private static final int GREATEST_NUMBER = 0xffff;
    /** What most kernels log, which say REL of SHT_RELA sections too. */
    private static final String UNSUPPORTED = "REL relocation unsupported";

    private final @Nullable RelocationType[] rows;
    private final AddressRange errorValues;
    private final WeakErrorValue weak;
    private final BiFunction<String, Integer, Refusal> unknown;
    private final List<RelocationType> beyondKernel;
    private final String unsupported;
    private final boolean isDirectInReach;

    private RelocationTable(
            @Nullable RelocationType[] rows,
            AddressRange errorValues,
            WeakErrorValue weak,
            BiFunction<String, Integer, Refusal> unknown,
            List<RelocationType> beyondKernel,
            String unsupported,
            boolean isDirectInReach) {
        this.rows = rows;
        this.errorValues = errorValues;
        this.weak = weak;
        this.unknown = unknown;
        this.beyondKernel = beyondKernel;
        this.unsupported = unsupported;
        this.isDirectInReach = isDirectInReach;
    }

    /** A table of {@code types} in which no symbol value stands for an error, and unknown types are refused with ENOEXEC. */
    public static RelocationTable of(Collection<? extends RelocationType> types) {
        int greatest = -1;
        for (RelocationType type : types) {
            checkNumber(type);
            greatest = Math.max(greatest, type.number());
        }
        @Nullable RelocationType[] rows = new @Nullable RelocationType[greatest + 1];
        for (RelocationType type : types) {
            checkNew(type, rows[type.number()]);
            rows[type.number()] = type;
        }
        return new RelocationTable(
                rows,
                new AddressRange(io.modrt.address.Address.of(0), 0),
                WeakErrorValue.REFUSED,
                (module, number) -> Refusal.of(Errno.ENOEXEC, "unknown relocation type " + number),
                List.of(),
                UNSUPPORTED,
                false);
    }

    private static void checkNumber(RelocationType type) {
        if (type.number() < 0 || type.number() > GREATEST_NUMBER) {
            throw new IllegalArgumentException(
                    type.psabiName() + " has number " + type.number() + ", the greatest is " + GREATEST_NUMBER);
        }
    }

    private static void checkNew(RelocationType type, @Nullable RelocationType other) {
        if (other != null) {
            throw new IllegalArgumentException(type.psabiName() + " and " + other.psabiName() + " share a number");
        }
    }

    /** The same table, in which a strong symbol with a value in {@code values} is refused with ENOENT, whatever the type. */
    public RelocationTable errorValues(AddressRange values, WeakErrorValue ofWeakSymbols) {
        return new RelocationTable(
                rows,
                Objects.requireNonNull(values, "values"),
                ofWeakSymbols,
                unknown,
                beyondKernel,
                unsupported,
                isDirectInReach);
    }

    /**
     * The same table with the kernel's answer to an unknown type, which {@code refusal} makes of the module's name and the type's number.
     */
    public RelocationTable unknownType(BiFunction<String, Integer, Refusal> refusal) {
        return new RelocationTable(
                rows,
                errorValues,
                weak,
                Objects.requireNonNull(refusal, "refusal"),
                beyondKernel,
                unsupported,
                isDirectInReach);
    }

    /**
     * The same table with types that the ABI defines and the kernel lacks. They are refused as {@linkplain #unknownType unknown} unless
     * {@link io.modrt.error.Rule#RELOCATION_TYPE} is relaxed.
     */
    public RelocationTable beyondKernel(Collection<? extends RelocationType> types) {
        for (RelocationType type : types) {
            checkNumber(type);
            checkNew(type, row(type.number()));
        }
        return new RelocationTable(rows, errorValues, weak, unknown, List.copyOf(types), unsupported, isDirectInReach);
    }

    /** The same table with what the kernel logs, behind the module's name, about a section of a kind of which it takes none. */
    public RelocationTable unsupported(String line) {
        return new RelocationTable(
                rows, errorValues, weak, unknown, beyondKernel, Objects.requireNonNull(line, "line"), isDirectInReach);
    }

    /**
     * The same table, of a kernel in which a branch takes no stub where its value fits: then {@link ArchLoad#route}, which would return
     * S + A, may be left out.
     */
    public RelocationTable directInReach() {
        return new RelocationTable(rows, errorValues, weak, unknown, beyondKernel, unsupported, true);
    }

    /** The type with this number, or null if the kernel knows none. */
    public @Nullable RelocationType row(int number) {
        return number >= 0 && number < rows.length ? rows[number] : null;
    }

    /** The type with this number. */
    public Optional<RelocationType> type(int number) {
        return Optional.ofNullable(row(number));
    }

    /** All types that the kernel applies, by number. */
    public List<RelocationType> types() {
        List<RelocationType> types = new ArrayList<>();
        for (RelocationType row : rows) {
            if (row != null) {
                types.add(row);
            }
        }
        return Collections.unmodifiableList(types);
    }

    /** The types that the ABI defines and the kernel lacks. */
    public List<RelocationType> beyondKernel() {
        return beyondKernel;
    }

    /** Symbol values that stand for an error: a relocation against one is refused before its type is looked at. */
    public AddressRange errorValues() {
        return errorValues;
    }

    /** What the kernel does if a weak symbol has such a value. */
    public WeakErrorValue weakErrorValue() {
        return weak;
    }

    /** Whether {@link ArchLoad#route} may be left out for a branch whose value fits. */
    public boolean isDirectInReach() {
        return isDirectInReach;
    }

    /** What the kernel logs, behind the module's name, about a section of this kind if it takes none. */
    public String unsupported() {
        return unsupported;
    }

    /** The kernel's answer to a type that is not in the table. */
    public Refusal unknownType(String module, int number) {
        return unknown.apply(module, number);
    }
}
