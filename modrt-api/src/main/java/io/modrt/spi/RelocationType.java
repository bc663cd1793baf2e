package io.modrt.spi;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import org.apiguardian.api.API;

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

    /** How the value comes about. */
    Formula formula();

    /** Added to the formula's value: a rounding constant, or the distance of the branch's base. */
    default long bias() {
        return 0;
    }

    /** Where the value's bits go. */
    Field field();

    /** What is checked before. */
    Fit fit();

    /** The power of two that S + A must be a multiple of; 1 where the kernel does not look. */
    default int targetAlignment() {
        return 1;
    }

    /** Whether the {@link StubAllocator} is asked for the target before the range is checked. */
    default boolean routed() {
        return false;
    }

    /** The value of a {@link Formula#CUSTOM} type, before the bias. */
    default long custom(Site site) {
        throw new AssertionError(psabiName() + " is CUSTOM but has no formula");
    }

    /** The kernel's word for a value that does not fit; {@code what} has the numbers. */
    default Refusal misfit(Site site, String what) {
        return Refusal.of(Errno.ENOEXEC, what);
    }

    /** The kernel's word for an S + A that is no multiple of {@link #targetAlignment()}; {@code what} has the numbers. */
    default Refusal misaligned(Site site, String what) {
        return Refusal.of(Errno.ENOEXEC, what);
    }
}
