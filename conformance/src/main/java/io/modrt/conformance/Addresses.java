package io.modrt.conformance;

import java.util.Map;

/**
 * The addresses that a comparison gives a module and what it calls.
 *
 * @param moduleBase the address of the first region
 * @param externals the address of the first external symbol
 * @param strideBytes how far externals lie apart
 * @param chosen symbols that lie elsewhere, by name; also those that the module does not name, but its architecture needs
 */
record Addresses(long moduleBase, long externals, int strideBytes, Map<String, Long> chosen) {
    /** Externals lie this far apart: no power of two, so that their low and high halves vary. */
    private static final int EXTERNAL_STRIDE_BYTES = 0x1_234c;

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
        return new Addresses(moduleBase(target), target.address(0x8010_0400), EXTERNAL_STRIDE_BYTES, Map.of());
    }

    /** The usual address for the module, and all externals in a row from {@code externals} on. */
    static Addresses row(Target target, long externals) {
        return new Addresses(moduleBase(target), externals, 4, Map.of());
    }

    /** All externals close behind the module, except those that are {@code chosen}. */
    static Addresses near(Target target, Map<String, Long> chosen) {
        return new Addresses(moduleBase(target), moduleBase(target) + 0x1_0000, 4, chosen);
    }

    private static long moduleBase(Target target) {
        return target.address(0xc012_3000);
    }

    /** A 32-bit PA-RISC module, {@code externals} far apart. */
    static Addresses narrow(long moduleBase, long externals) {
        return new Addresses(moduleBase, externals, EXTERNAL_STRIDE_BYTES, DATA_POINTER);
    }

    /** A 32-bit PA-RISC module, {@code externals} in a row: many are in reach of some branches and out of reach of others. */
    static Addresses narrowRow(long moduleBase, long externals) {
        return new Addresses(moduleBase, externals, 4, DATA_POINTER);
    }

    /** A 64-bit PA-RISC module, {@code externals} in a row as descriptors are. */
    static Addresses wideRow(long moduleBase, long externals) {
        return new Addresses(moduleBase, externals, 32, Map.of());
    }
}
