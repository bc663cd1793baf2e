/** Function tracing of loaded modules. */
module io.modrt.ftrace {
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires transitive io.modrt.api;

    exports io.modrt.ftrace;
}
