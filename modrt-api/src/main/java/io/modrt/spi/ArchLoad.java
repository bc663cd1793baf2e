package io.modrt.spi;

import io.modrt.elf.RelocationSection;
import java.util.List;
import org.apiguardian.api.API;

/** The architecture's state of one load, used by one thread. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ArchLoad {

    /**
     * Completes the addends of a SHT_REL section before any of its places changes. {@code addends} already holds what
     * {@link Field#extract} finds in each place; pairs are joined here.
     *
     * @param relocations the section
     * @param count how many of its entries will be applied, from the first
     * @param words the section that is relocated, not yet changed by {@code relocations}
     * @param symbols the final value of each symbol, since the kernel pairs by value
     */
    default void completeAddends(
            RelocationSection relocations, int count, SectionImage words, SymbolValues symbols, Addends addends) {}

    /**
     * The value of a {@link Formula#CUSTOM} type, before the bias. The type itself knows it, unless the load has a part in it: a
     * GOT, descriptors, a kernel symbol.
     *
     * @throws io.modrt.error.RelocationException where there is none
     */
    default long custom(Site site) {
        return site.type().custom(site);
    }

    /** Where branches go that do not reach. */
    default StubAllocator stubs() {
        return StubAllocator.none();
    }

    /** What the kernel's {@code module_finalize} does for this architecture, in its order. */
    default List<Finisher> finishers() {
        return List.of();
    }
}
