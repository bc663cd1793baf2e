package io.modrt.engine.resolution;

import io.modrt.kernel.KernelSymbol;
import java.util.List;

/** A loaded module, as far as the search for symbols knows it. */
public interface Exporter {

    /** The module's name. */
    String name();

    /** What it exports. */
    List<KernelSymbol> exports();

    /** Whether its licence is not compatible with the GPL, or it uses such a module. */
    boolean isProprietary();
}
