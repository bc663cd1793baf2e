/** MIPS for modrt. Exports nothing: ServiceLoader finds it. */
module io.modrt.mips {
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires transitive io.modrt.api;

    provides io.modrt.spi.Arch with
            io.modrt.mips.MipsArch.O32,
            io.modrt.mips.MipsArch.N64;
}
