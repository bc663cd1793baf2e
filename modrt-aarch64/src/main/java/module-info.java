/** AArch64 for modrt. Exports nothing: ServiceLoader finds it. */
@SuppressWarnings("module") // the architecture's name ends with a number
module io.modrt.aarch64 {
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires transitive io.modrt.api;

    provides io.modrt.spi.Arch with
            io.modrt.aarch64.AArch64Arch;
}
