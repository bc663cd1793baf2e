/** PA-RISC for modrt. Exports nothing: ServiceLoader finds it. */
module io.modrt.parisc {
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires transitive io.modrt.api;

    provides io.modrt.spi.Arch with
            io.modrt.parisc.PariscArch.Narrow,
            io.modrt.parisc.PariscArch.Wide;
}
