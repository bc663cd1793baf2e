/**
 * Where each section goes, and the bytes that go there.
 *
 * <p>{@link io.modrt.engine.layout.SectionLayout} gives every loaded section an offset in a region, without addresses;
 * {@link io.modrt.engine.layout.SectionAddresses} gives the regions, or each section, an address;
 * {@link io.modrt.engine.layout.ImageBytes} holds the bytes in between relocation and commit. Nothing here names an architecture:
 * what one adds around sections comes from its {@link io.modrt.spi.ArchPlan}.
 *
 * <p>Three generations of rules, chosen by {@link io.modrt.kernel.LayoutRules}: until 2.6.28 stubs lie at the head of a region, from
 * 2.6.29 in front of sections; both know a core and an init block. Since 6.4 there are seven regions by type of use, each of its
 * own, page-rounded. The first two place alike, since where stubs go is the sizer's answer.
 */
@NullMarked
package io.modrt.engine.layout;

import org.jspecify.annotations.NullMarked;
