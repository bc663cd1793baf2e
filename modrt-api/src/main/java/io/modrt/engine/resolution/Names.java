package io.modrt.engine.resolution;

import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Width;

/**
 * The sources in which names are looked up.
 *
 * @param kernel the kernel's symbols
 * @param modules the exports of loaded modules
 * @param madeUpArea the addresses of made-up symbols
 * @param width the width of addresses
 */
public record Names<E extends Exporter>(
        KernelSymbols kernel, ExportIndex<E> modules, AddressRange madeUpArea, Width width) {}
