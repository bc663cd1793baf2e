/** MIPS o32 and n64, both byte orders, up to Release 6. */
@NullMarked
package io.modrt.mips;

import org.jspecify.annotations.NullMarked;
