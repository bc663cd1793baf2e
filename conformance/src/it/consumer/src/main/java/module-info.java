/** An embedder that names modrt's API alone. */
module consumer {
    requires io.modrt.api;
}
