/**
 * What an address is: {@link Address} is an unsigned number of 64 bits, {@link AddressRange} a half-open range of them.
 *
 * <p>Addresses of 32-bit targets are zero-extended everywhere. Addresses of 64-bit targets are as the target sees them; the kernel segments
 * of n64, for example, are sign-extended. Sums wrap at 64 bits; an architecture's {@code Width} narrows them to the target's. Outside these
 * types a {@code long} is an address only under a letter of the psABIs (S, A, P) or a name that says so.
 *
 * <p>Every other package may use this one, and it uses none of them.
 */
@NullMarked
package io.modrt.address;

import org.jspecify.annotations.NullMarked;
