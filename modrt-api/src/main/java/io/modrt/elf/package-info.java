/** What the bytes say: an ELF file viewed over its class and byte order. */
@NullMarked
package io.modrt.elf;

import org.jspecify.annotations.NullMarked;
