/**
 * What makes a file a module, and what a module's file says.
 *
 * <p>{@link ModuleFile} is opened from a path, a buffer or bytes. It decompresses the file, finds the appended {@link ModuleSignature} and
 * cuts it off, views the rest as an ELF file, and checks it: first for what the kernel (6.1) checks of every module, then for what the
 * kernel takes on trust and modrt does not. It then answers for the module's name, its {@link ModuleInfo} strings, its {@link Import}s with
 * the CRCs that {@code __versions} records, and its {@link Export}s. Checks that depend on the kernel's version or configuration wait until
 * the kernel is known ({@link ModuleFile#checkFor}). A file is immutable and belongs to no runtime.
 *
 * <p>Source: the kernel's {@code module_decompress}, {@code module_sig_check}, {@code elf_validity_check} and {@code setup_load_info}; its
 * {@code struct module_signature}, {@code struct modversion_info} and {@code struct kernel_symbol}.
 */
@NullMarked
package io.modrt.module;

import org.jspecify.annotations.NullMarked;
