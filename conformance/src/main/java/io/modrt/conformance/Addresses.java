package io.modrt.conformance;

import java.util.Map;

/**
 * The addresses that a comparison gives a module and what it calls.
 *
 * @param moduleBase the address of the first region
 * @param externals the address of the first external symbol
 * @param strideBytes how far externals lie apart
 * @param perCpu the base address of the per-CPU area
 * @param chosen symbols that lie elsewhere, by name; also those that the module does not name, but its architecture needs
 */
record Addresses(long moduleBase, long externals, int strideBytes, long perCpu, Map<String, Long> chosen) {
    /** Externals lie this far apart: no power of two, so that their low and high halves vary. */
    private static final int EXTERNAL_STRIDE_BYTES = 0x1_234c;

    /** As above, but a multiple of 16 bytes: the scaled offset of a load or store must be aligned. */
    private static final int ALIGNED_STRIDE_BYTES = 0x2350;

    /** A base address that no relocation reaches from a module but by its low bits, as most kernels have it. */
    private static final long LOW_PER_CPU = 0x6000;

    /** Where r27 of a 32-bit PA-RISC kernel points. */
    private static final Map<String, Long> DATA_POINTER = Map.of("$global$", 0x1040_b7f8L);

    /** For example {@code module at 0xc0123000, externals from 0x80100400 on, every 0x1234c bytes, _printk at 0xc0200000}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("module at 0x%x, externals from 0x%x on, every 0x%x bytes"
                .formatted(moduleBase, externals, strideBytes));
        chosen.forEach((name, value) -> text.append(", %s at 0x%x".formatted(name, value)));
        return text.toString();
    }

    /** The addresses of a MIPS kernel: modules are in the mapped segment, the kernel in the unmapped one. */
    static Addresses usual(Target target) {
        return new Addresses(
                moduleBase(target), target.address(0x8010_0400), EXTERNAL_STRIDE_BYTES, LOW_PER_CPU, Map.of());
    }

    /** The usual address for the module, and all externals in a row from {@code externals} on. */
    static Addresses row(Target target, long externals) {
        return new Addresses(moduleBase(target), externals, 4, LOW_PER_CPU, Map.of());
    }

    /** All externals close behind the module, except those that are {@code chosen}. */
    static Addresses near(Target target, Map<String, Long> chosen) {
        return new Addresses(moduleBase(target), moduleBase(target) + 0x1_0000, 4, LOW_PER_CPU, chosen);
    }

    private static long moduleBase(Target target) {
        return target.address(0xc012_3000);
    }

    /** A 32-bit PA-RISC module, {@code externals} far apart. */
    static Addresses narrow(long moduleBase, long externals) {
        return new Addresses(moduleBase, externals, EXTERNAL_STRIDE_BYTES, LOW_PER_CPU, DATA_POINTER);
    }

    /** A 32-bit PA-RISC module, {@code externals} in a row: many are in reach of some branches and out of reach of others. */
    static Addresses narrowRow(long moduleBase, long externals) {
        return new Addresses(moduleBase, externals, 4, LOW_PER_CPU, DATA_POINTER);
    }

    /** A 64-bit PA-RISC module, {@code externals} in a row as descriptors are. */
    static Addresses wideRow(long moduleBase, long externals) {
        return new Addresses(moduleBase, externals, 32, LOW_PER_CPU, Map.of());
    }

    /**
     * An AArch64 module in the module area of a kernel with addresses of 48 bits.
     *
     * @param externals the kernel's symbols; the per-CPU area lies beside them
     * @param chosen symbols that lie elsewhere
     */
    static Addresses aarch64(long externals, Map<String, Long> chosen) {
        return new Addresses(0xffff_8000_0012_3000L, externals, ALIGNED_STRIDE_BYTES, externals - 0x10_0000L, chosen);
    }

    /** The same with other symbols that lie elsewhere. */
    Addresses with(Map<String, Long> otherChosen) {
        return new Addresses(moduleBase, externals, strideBytes, perCpu, otherChosen);
    }
}
