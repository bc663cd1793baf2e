package io.modrt.spi;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.SymbolUse;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One row of a psABI's relocation table, usually an enum constant. The columns are data, read once when the table is made; {@link #custom}
 * is for values that no constant can express.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface RelocationType {

    /** The number in {@code r_info}: at most 255 in 32-bit files and on n64, and at most 65,535 (modrt's limit) in other 64-bit files. */
    int number();

    /** The psABI's name, for example {@code R_MIPS_26}; by default the result of {@code toString}, which is an enum constant's name. */
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

    /** A number that is added to the formula's value: a rounding constant, or the distance from the base of a branch to P. */
    default long bias() {
        return 0;
    }

    /**
     * The type whose place holds the lower half of this type's addend in SHT_REL; null if the place of this type holds all of it. Usually
     * that place is the next entry's, against the same symbol, and the engine reads what its field holds; where it is not,
     * {@link ArchLoad#lowerHalf} is asked.
     */
    default @Nullable RelocationType lowerHalf() {
        return null;
    }

    /** The bits of the place in which the value is stored. */
    Field field();

    /** How the value is stored there. */
    default Store store() {
        return Store.SET;
    }

    /** How the value is checked before it is stored. */
    Fit fit();

    /** The power of two that S + A must be a multiple of; 1 if the kernel does not check that. */
    default int targetAlignment() {
        return 1;
    }

    /** Whether {@link ArchLoad#route} is asked for a stub before the range is checked. */
    default boolean routed() {
        return false;
    }

    /**
     * The distance in bytes from S + A to the address where a branch arrives: 4 if branches count from the next instruction and the
     * assembler puts the -4 for that into the addend.
     */
    default long branchBias() {
        return 0;
    }

    /**
     * What the module does with the symbol at a place of this type, as far as the instructions from there on show it: for kernels' symbols
     * that are made up, of which nothing else is known.
     *
     * @param place where the relocation is, at least four bytes in front of the section's end
     * @param code the section's code as it is in the file; addresses count from the start of the section
     * @param addend the relocation's, 0 in SHT_REL
     */
    default SymbolUse use(long place, CodeReader code, long addend) {
        return routed() ? SymbolUse.code() : SymbolUse.unknown();
    }

    /** The value of a {@link Formula#CUSTOM} type, before the bias. */
    default long custom(Fixup fixup) {
        throw new AssertionError(psabiName() + " is CUSTOM but has no formula");
    }

    /** Whether {@link #objection} looks at what the place holds. */
    default boolean looksAtPlace() {
        return false;
    }

    /** The refusal of a kernel that does not overwrite {@code before}, the contents of the place; null if it overwrites them. */
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
