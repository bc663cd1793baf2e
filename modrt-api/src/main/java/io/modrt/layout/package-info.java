/**
 * Where a module's sections go: the regions of memory that the kernel allocates for a module, and where the caller wants them.
 *
 * <p>The kernel's {@code layout_sections} gives each loaded section an offset in a {@link Region}, by its name and flags; until 6.3 there
 * are a core and an init region, since 6.4 there are up to seven, by type of use ({@link RegionKind}). A {@link Placement} then gives the
 * regions addresses: from the runtime's allocator, at given bases, or as observed in a memory image section by section. The result is read
 * from {@link io.modrt.load.LayoutPlan} (offsets) and {@link io.modrt.load.PlacedModule} (addresses).
 *
 * <p>Source: the kernel's {@code layout_sections}, {@code layout_symtab} and {@code move_module}; its {@code enum mod_mem_type}.
 */
@NullMarked
package io.modrt.layout;

import org.jspecify.annotations.NullMarked;
