/** MIPS for modrt. Exports nothing: ServiceLoader finds it. */
module io.modrt.mips {
    requires transitive io.modrt.api;
}
