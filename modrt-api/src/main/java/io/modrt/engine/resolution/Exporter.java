package io.modrt.engine.resolution;

import io.modrt.kernel.KernelSymbol;
import java.util.List;

/** A loaded module, as the search for symbols sees it. */
public interface Exporter {

    /** The module's name. */
    String name();

    /** Its exports. */
    List<KernelSymbol> exports();

    /** Whether its licence is not compatible with the GPL, or it uses such a module. */
    boolean isProprietary();
}
