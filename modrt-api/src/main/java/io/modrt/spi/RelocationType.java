package io.modrt.spi;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One row of a psABI's relocation table. The columns are data, read once when the table is made; {@link #custom} is for what no
 * constant says. Usually an enum constant.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface RelocationType {

    /** The number in {@code r_info}: up to 255 in 32-bit files and on n64, up to 65,535 here in other 64-bit files. */
    int number();

    /** The psABI's name, for example {@code R_MIPS_26}; as it stands, what {@code toString} gives: an enum constant's name. */
    default String psabiName() {
        return toString();
    }

    /** How the value is computed. */
    Formula formula();

    /** The formula in the psABI's notation, for tables and explanations. */
    default String formulaText() {
        long bias = bias();
        if (bias == 0) {
            return formula().text();
        }
        return formula().text() + (bias < 0 ? " - 0x" : " + 0x") + Long.toHexString(Math.abs(bias));
    }

    /** Added to the formula's value: a rounding constant, or the distance of the branch's base. */
    default long bias() {
        return 0;
    }

    /** Where the value's bits go. */
    Field field();

    /** How they come there. */
    default Store store() {
        return Store.SET;
    }

    /** What is checked before. */
    Fit fit();

    /** The power of two that S + A must be a multiple of; 1 where the kernel does not look. */
    default int targetAlignment() {
        return 1;
    }

    /** Whether {@link ArchLoad#route} is asked for a stub before the range is checked. */
    default boolean routed() {
        return false;
    }

    /**
     * The bytes from S + A to where a branch arrives: 4 where the distance counts from the next instruction and the assembler puts the -4
     * into the addend.
     */
    default long branchBias() {
        return 0;
    }

    /** The value of a {@link Formula#CUSTOM} type, before the bias. */
    default long custom(Fixup fixup) {
        throw new AssertionError(psabiName() + " is CUSTOM but has no formula");
    }

    /** Whether {@link #objection} looks at what the place holds. */
    default boolean looksAtPlace() {
        return false;
    }

    /** Why the kernel does not overwrite {@code before}, the contents of the place; null where it does. */
    default @Nullable Refusal objection(Fixup fixup, long before) {
        return null;
    }

    /**
     * The new contents of the place of a {@link Store#REPLACE} type, whose field has at most 4 bytes, made from the old contents and the
     * value; bytes beyond the field's are ignored.
     */
    default int replace(int before, long value) {
        throw new AssertionError(psabiName() + " is stored by REPLACE but does not say how");
    }

    /** The kernel's answer to a value that does not fit; {@code what} has the numbers. */
    default Refusal misfit(Fixup fixup, String what) {
        return Refusal.of(Errno.ENOEXEC, what);
    }

    /** The kernel's answer to an S + A that is no multiple of {@link #targetAlignment()}; {@code what} has the numbers. */
    default Refusal misaligned(Fixup fixup, String what) {
        return Refusal.of(Errno.ENOEXEC, what);
    }
}
