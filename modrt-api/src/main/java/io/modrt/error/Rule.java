package io.modrt.error;

import org.apiguardian.api.API;

/** A rule of the kernel that {@link io.modrt.policy.LoadPolicy#relaxed} can switch off by name. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Rule {
    /** The module's vermagic equals the kernel's, if the kernel's is known. */
    VERMAGIC,
    /** The CRC of every import, and of {@code module_layout}, equals the exporter's. */
    MODVERSIONS,
    /** GPL-only exports are for modules with a compatible licence. */
    GPL_ONLY,
    /** An export with a namespace wants a matching {@code import_ns}. */
    NAMESPACE,
    /** No two loaded modules, nor a module and the kernel, export one name. */
    DUPLICATE_EXPORT,
    /** No common symbols. */
    COMMON_SYMBOL,
    /** Every strong undefined symbol is found; if relaxed, relocations against a missing one leave their places as they were. */
    UNRESOLVED_SYMBOL,
    /**
     * The kernel knows the type of every relocation; if relaxed, types that the ABI defines and the kernel lacks are applied too, as far as
     * the {@linkplain io.modrt.spi.RelocationTable#beyondKernel() architecture} has them.
     */
    RELOCATION_TYPE,
    /** No extended section numbering; if relaxed, {@code e_shnum} 0 and {@code SHN_XINDEX} are followed. */
    EXTENDED_NUMBERING,
    /** A module has {@code .modinfo} and {@code .gnu.linkonce.this_module}; if relaxed, any relocatable object is taken. */
    MODULE_SECTIONS,
    /** No section is both writable and executable, on kernels with STRICT_MODULE_RWX. */
    WRITE_XOR_EXECUTE,
    /**
     * A signature at the end of the module has the form that the kernel reads, and the keys that the kernel trusts, as far as they are known,
     * verify it; and there is one if the kernel takes signed modules alone. If relaxed, a malformed one counts as none.
     */
    SIGNATURE,
    /** A kernel that is locked down takes signed modules alone. */
    LOCKDOWN,
    /** The module is not on the blacklist that the kernel was booted with. */
    BLACKLIST,
    /** Kernels without LIVEPATCH take no livepatch modules; relaxed, they are loaded like any other. */
    LIVEPATCH,
    /** The kernel's own decompressor reads the file, on kernels with MODULE_DECOMPRESS; relaxed, it is read as kmod reads it. */
    COMPRESSION,
    /** No module has both {@code .ctors} and {@code .init_array}, on kernels with CONSTRUCTORS. */
    CONSTRUCTORS,
    /** The kernel exports what a module imports, as far as the source of the kernel's symbols knows; relaxed, any of its symbols is bound. */
    EXPORTED
}
