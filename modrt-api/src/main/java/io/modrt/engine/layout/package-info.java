/**
 * Where each section of a module goes, and the bytes that go there.
 *
 * <p>{@link io.modrt.engine.layout.SectionLayout} gives every loaded section an offset in a region, without addresses;
 * {@link io.modrt.engine.layout.SectionAddresses} gives regions and sections addresses; {@link io.modrt.engine.layout.ImageBytes} holds the
 * bytes between placing and commit. Nothing here names an architecture: the bytes that one reserves around sections come from its
 * {@link io.modrt.spi.ArchPlan}.
 *
 * <p>The rules of kernels have come in three generations ({@link io.modrt.kernel.LayoutRules}). Until 2.6.28 stubs lie at the head of a
 * region, from 2.6.29 on in front of sections; both generations have a core and an init region, and are one here, since the architecture
 * says where its stubs go. Since 6.4 there are seven regions by type of use, each allocated on its own and rounded to pages.
 *
 * <p>Source: the kernel's {@code layout_sections}, {@code layout_symtab} and {@code move_module}.
 */
@NullMarked
package io.modrt.engine.layout;

import org.jspecify.annotations.NullMarked;
