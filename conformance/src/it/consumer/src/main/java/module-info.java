/** An embedder that names modrt's API alone. */
module consumer {
    requires io.modrt.api;

    uses io.modrt.spi.Arch;
}
