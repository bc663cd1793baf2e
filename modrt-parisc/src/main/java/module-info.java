/** PA-RISC for modrt. Exports nothing: ServiceLoader finds it. */
module io.modrt.parisc {
    requires transitive io.modrt.api;
}
