package io.modrt.error;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import org.apiguardian.api.API;

/**
 * One relocation with the numbers that go into it, in the letters of the psABIs.
 *
 * @param module the module's name
 * @param section the name of the section that is relocated
 * @param sectionOffset the place, in bytes from the section's start
 * @param type the relocation type's name, for example {@code R_MIPS_26}, or its number where it is unknown
 * @param symbol the symbol's name; for a section symbol, the name of its section
 * @param S the symbol's value
 * @param A the addend
 * @param P the address of the place
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record RelocationPlace(
        String module, String section, long sectionOffset, String type, String symbol, Address S, long A, Address P) {

    /** For example {@code xfs: .text+0x1f4c: R_PARISC_PCREL17F against printk+0x0}. */
    @Override
    public String toString() {
        return Printable.name(module) + ": " + Printable.name(section) + "+0x" + Long.toHexString(sectionOffset) + ": "
                + type
                + " against " + Printable.name(symbol)
                + (A < 0 ? "-0x" + Long.toHexString(-A) : "+0x" + Long.toHexString(A));
    }
}
