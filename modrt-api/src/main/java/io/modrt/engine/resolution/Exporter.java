package io.modrt.engine.resolution;

import io.modrt.kernel.KernelSymbol;
import io.modrt.module.ExportList;
import java.util.List;

/** A loaded module, as the search for symbols sees it. */
public interface Exporter {

    /** The module's name. */
    String name();

    /** Its exports. */
    List<KernelSymbol> exports();

    /** The same exports as its file has them, with the same indices. */
    ExportList exportsInFile();

    /**
     * Waits until the module's load has ended, if another thread loads it.
     *
     * @param user the module that wants to use {@code symbol}
     * @throws io.modrt.error.StateException with EBUSY or ENOENT if no module can be bound to it: {@code strong_try_module_get}
     */
    void requireUsable(String user, String symbol);

    /** Whether its licence is not compatible with the GPL, or it uses such a module. */
    boolean isProprietary();
}
