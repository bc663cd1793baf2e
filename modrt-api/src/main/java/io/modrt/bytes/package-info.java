/**
 * Reads and writes numbers in byte arrays in either byte order, and makes text from files safe to print. Not exported: every package of
 * this module may use it, and it uses none of them.
 */
@NullMarked
package io.modrt.bytes;

import org.jspecify.annotations.NullMarked;
