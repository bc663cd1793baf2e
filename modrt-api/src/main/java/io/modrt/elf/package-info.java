/**
 * What the bytes of an ELF file say, in either class and byte order.
 *
 * <p>{@link ElfFile} views a {@code byte[]} without copying it, and hands out its {@link Section}s, its {@link SymbolTable} and its
 * {@link RelocationSection}s. The last two decode their entries in place, since a module has many of them. All parts are checked to lie
 * inside the file; what else makes a file a module is checked in {@link io.modrt.module}, and a relocation where it is applied.
 *
 * <p>Source: the System V ABI, chapter 4; the MIPS 64-bit ELF supplement for relocations with three packed types; the kernel's
 * {@code elf_validity_check} (6.1) for the log lines.
 */
@NullMarked
package io.modrt.elf;

import org.jspecify.annotations.NullMarked;
