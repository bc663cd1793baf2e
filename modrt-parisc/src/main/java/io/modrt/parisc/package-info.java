/** PA-RISC, 32 and 64 bit. */
@NullMarked
package io.modrt.parisc;

import org.jspecify.annotations.NullMarked;
