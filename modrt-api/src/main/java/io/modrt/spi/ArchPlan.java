package io.modrt.spi;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import org.apiguardian.api.API;

/**
 * What an architecture adds to one module's layout, counted once over the whole file and kept with the plan. Immutable: loads of one plan
 * may run at the same time, each with an {@link ArchLoad} of its own.
 *
 * <p>The sizes of ordinary sections never change: that kept dependencies and {@code lsmod} right when PA-RISC got its stubs. Placeholder
 * sections that the linker left for the loader to fill may be resized.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface ArchPlan {

    /** The section as the kernel lays it out: with the size, flags and alignment of the file, unless the kernel changes them. */
    default Section shape(Section section) {
        return section;
    }

    /** Bytes to reserve in front of the section, before it is aligned: the kernel's {@code arch_mod_section_prepend}. */
    default long frontBytes(Section section) {
        return 0;
    }

    /** Bytes to reserve directly behind the section. */
    default long behindBytes(Section section) {
        return 0;
    }

    /** Bytes to reserve at the start of a region, in front of all its sections. */
    default long headBytes(RegionKind region) {
        return 0;
    }

    /**
     * The relocations in the order in which the kernel applies them: that of the file, unless it sorts them. Every index that the engine
     * uses later is one of the ordered section. A kernel that sorts by addend reads those of SHT_REL in the target's
     * {@linkplain Section#bytes() bytes}, since there is no image yet.
     */
    default RelocationSection ordered(RelocationSection relocations) {
        return relocations;
    }

    /**
     * Whether the plan has counted room for a stub for relocation {@code index} of an {@linkplain #ordered ordered} section. It must have
     * done so for every relocation that {@link ArchLoad#route} sends to a stub. The testkit's contract asks this, the engine does not.
     */
    default boolean mayNeed(RelocationSection relocations, int index) {
        return false;
    }

    /** Begins one load, or one explanation of a load. */
    ArchLoad begin(PlacedSections placed, SymbolValues values);
}
