/** The Linux kernel's module loader: what an embedder compiles against, the SPI of architectures, and the engine. */
module io.modrt.api {
    requires static org.apiguardian.api;
    requires static org.jspecify;
    requires static org.tukaani.xz;
    requires org.slf4j;

    exports io.modrt;
    exports io.modrt.address;
    exports io.modrt.elf;
    exports io.modrt.error;
    exports io.modrt.export;
    exports io.modrt.image;
    exports io.modrt.kernel;
    exports io.modrt.layout;
    exports io.modrt.link;
    exports io.modrt.load;
    exports io.modrt.memory;
    exports io.modrt.module;
    exports io.modrt.parameters;
    exports io.modrt.patch;
    exports io.modrt.policy;
    exports io.modrt.proc;
    exports io.modrt.signature;
    exports io.modrt.spi;
    exports io.modrt.tree;
    exports io.modrt.verify;
    exports io.modrt.version;

    uses io.modrt.spi.Arch;
}
