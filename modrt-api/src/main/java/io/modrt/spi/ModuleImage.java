package io.modrt.spi;

import io.modrt.load.PlacedModule;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/** All bytes of a module between relocation and commit, by address or by section. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleImage {

    /** Where everything is. */
    PlacedModule placed();

    /** The first loaded section of this name. */
    Optional<SectionImage> section(String name);

    /** All loaded sections of this name, by index. */
    List<SectionImage> sections(String name);

    /** Whether 4 bytes at {@code address} belong to the module. */
    boolean holdsWord(long address);

    /** The 32-bit word at {@code address}; {@link io.modrt.error.FormatException} where the module has none. */
    int wordAt(long address);

    /** Stores a 32-bit word at {@code address}; {@link io.modrt.error.FormatException} where the module has none. */
    void putWordAt(long address, int word);
}
