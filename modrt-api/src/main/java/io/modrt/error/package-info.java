/**
 * What can go wrong, and which facts are told of it.
 *
 * <p>Bad input raises a {@link ModrtException}. It is sealed, with one subclass for each sort of refusal: format, policy, unresolved
 * symbols, layout, relocation, patch, state, memory. A wrong call raises {@link IllegalArgumentException}, {@link IllegalStateException} or
 * {@link NullPointerException}, and a bug of modrt or of an architecture an {@link AssertionError}. Malformed bytes never surface as an
 * index or arithmetic exception.
 *
 * <p>An exception is made of a {@link Refusal}, which has the message (<em>where: what, against what: the numbers; the way out</em>), the
 * {@link Errno} that the kernel returns, the lines that it logs, and whether the kernel has that check at all. {@link Rule} names those of
 * the kernel's rules that a load policy can switch off.
 *
 * <p>Every other package may use this one; it uses {@link io.modrt.address} and {@code io.modrt.bytes} alone.
 */
@NullMarked
package io.modrt.error;

import org.jspecify.annotations.NullMarked;
