package io.modrt.engine.resolution;

import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Width;

/**
 * Where names are looked up.
 *
 * @param kernel the kernel's symbols
 * @param modules what loaded modules export
 * @param madeUpArea where symbols lie that nobody knows
 * @param width the width of addresses
 */
public record Names<E extends Exporter>(
        KernelSymbols kernel, ExportIndex<E> modules, AddressRange madeUpArea, Width width) {}
