/** Function tracing of loaded modules. */
module io.modrt.ftrace {
    requires transitive io.modrt.api;
}
