/**
 * What a kernel's memory holds, from an image of it alone: which modules are there, where their parts lie, and whether they are unmodified.
 *
 * <p>An {@link io.modrt.image.ImageFile} is a file with memory: flat, an ELF core, or LiME. {@link io.modrt.image.MemoryImage} reads it by
 * the kernel's virtual addresses, by the linear map and the page tables that the architecture finds in it, and knows
 * <ul>
 *   <li>the modules ({@link io.modrt.image.MemoryImage#modules}): by a search of the memory that the kernel gives to modules for
 *       {@code struct module}, whose pointer to itself is the proof, and by the kernel's list. A module that is found and is not on the list
 *       is hidden;
 *   <li>where the sections of each lie ({@link io.modrt.image.ObservedPlacement}): by what {@code /sys} or kallsyms tell, if that is given, by
 *       {@code struct module}, or by a search for its code. The offsets of fields in {@code struct module} differ
 *       from build to build, and are worked out from the modules themselves ({@link io.modrt.image.StructModuleShape});
 *   <li>whether each word is as loading left it ({@link io.modrt.image.MemoryImage#verify}), where a changed one leads, who traces functions
 *       and who has kprobes, and which names the kernel's own symbol table no longer has;
 *   <li>whether the kernel's own code and constants are as the boot left them ({@link io.modrt.image.MemoryImage#verifyKernel}), where its
 *       {@code vmlinux} is there.
 * </ul>
 *
 * <p>Nothing in an image is trusted: every pointer may be wrong, every list may be a loop. Time and memory are bounded by the image's size.
 */
@NullMarked
package io.modrt.image;

import org.jspecify.annotations.NullMarked;
