package io.modrt.spi;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import org.apiguardian.api.API;

/**
 * Bytes that are added around sections, counted over the whole file before layout. The sizes of sections in the file never
 * change: that is what kept dependencies and {@code lsmod} right when PA-RISC got its stubs.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SectionSizer {

    /** The size, flags and alignment with which a section is laid out: the file's, unless the kernel resizes it. */
    default Section shape(Section section) {
        return section;
    }

    /** Bytes in front of the section, before it is aligned: the kernel's {@code arch_mod_section_prepend}. */
    default long frontBytes(Section section) {
        return 0;
    }

    /** Bytes behind the section. */
    default long behindBytes(Section section) {
        return 0;
    }

    /** Bytes at the start of a region, in front of all its sections. */
    default long headBytes(RegionKind region) {
        return 0;
    }

    /**
     * Whether relocation {@code index} was counted as one that may need a stub. Every relocation that
     * {@link StubAllocator#route} sends to a stub must have been.
     */
    default boolean mayNeed(RelocationSection relocations, int index) {
        return false;
    }

    /** Adds nothing. */
    static SectionSizer none() {
        return new SectionSizer() {};
    }
}
