package io.modrt.engine.resolution;

import io.modrt.kernel.KernelSymbol;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * The symbols of a module after resolution.
 *
 * @param values the final value of each symbol, by number; not copied, and must not be changed
 * @param missing the numbers of the symbols that neither the kernel nor a module exports, if the policy lets that pass
 * @param imports the exports that the module uses
 * @param owners the modules whose exports it uses, in the order of first use
 * @param isProprietary whether the module counts as proprietary, by its licence or by the modules that it uses
 */
@SuppressWarnings("ArrayRecordComponent") // such records are never compared
public record Symbols<E extends Exporter>(
        long[] values, BitSet missing, List<KernelSymbol> imports, List<E> owners, boolean isProprietary) {

    /** Makes views of the lists, which must no longer be changed. */
    public Symbols {
        imports = Collections.unmodifiableList(imports);
        owners = Collections.unmodifiableList(owners);
    }
}
