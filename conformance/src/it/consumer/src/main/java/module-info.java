/** An embedder that names modrt's API and its tracing, and no architecture. */
module consumer {
    requires io.modrt.api;
    requires io.modrt.ftrace;
}
