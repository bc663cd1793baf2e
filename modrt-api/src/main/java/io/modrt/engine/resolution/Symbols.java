package io.modrt.engine.resolution;

import io.modrt.kernel.KernelSymbol;
import java.util.BitSet;
import java.util.List;

/**
 * What the symbols of a module turned out to be.
 *
 * @param values the final value of each symbol, by index; not copied, not to be changed
 * @param missing the symbols that nobody exports, where the policy lets that pass
 * @param imports the exports that the module uses
 * @param owners the modules whose exports were used, in the order of first use
 * @param isProprietary whether the module counts as proprietary, by itself or by what it uses
 */
@SuppressWarnings("ArrayRecordComponent") // the engine hands it on once, and compares none
public record Symbols<E extends Exporter>(
        long[] values, BitSet missing, List<KernelSymbol> imports, List<E> owners, boolean isProprietary) {

    /** Copies the lists. */
    public Symbols {
        imports = List.copyOf(imports);
        owners = List.copyOf(owners);
    }
}
