package io.modrt.kernel;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An option of the kernel's configuration that the loader itself asks for. Each has a value that is assumed if neither the caller nor the
 * architecture says one: the value that distributions choose today. An architecture asks for options of its own by name
 * ({@link KernelProfile#has(String)}).
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ConfigOption {
    /** The kernel runs on several CPUs, so per-CPU sections get memory of their own for each. */
    SMP(true),
    /** The kernel can be fully preempted, perhaps only if it is booted so. The vermagic has a word for it. */
    PREEMPT(false, "PREEMPT_BUILD"),
    /** The kernel is fully preemptible with real-time locks. The vermagic has a word for it, which replaces that of {@link #PREEMPT}. */
    PREEMPT_RT(false),
    /** Modules can be unloaded. */
    MODULE_UNLOAD(true),
    /** Exports and imports have CRCs. */
    MODVERSIONS(true),
    /** The symbol table of each module stays in memory, with its functions. */
    KALLSYMS(true),
    /** The symbol tables that stay in memory have data symbols too. */
    KALLSYMS_ALL(false),
    /** Code, read-only data and writable data of a module begin on pages of their own. */
    STRICT_MODULE_RWX(false, "DEBUG_SET_MODULE_RONX"),
    /** Static keys are compiled to branches that the kernel rewrites. */
    JUMP_LABEL(true),
    /** Call sites of the function tracer are rewritten while loading. */
    DYNAMIC_FTRACE(true),
    /** The tracer of function returns exists. */
    FUNCTION_GRAPH_TRACER(true),
    /** The kernel checks the signature that is appended to a module. */
    MODULE_SIG(true),
    /**
     * The kernel refuses modules without a valid signature. Without the kernel's keys ({@code Admission.keys})
     * only modules without any are refused here; one with a signature is taken, with a diagnostic.
     */
    MODULE_SIG_FORCE(false),
    /** The kernel is locked down from the start. */
    LOCK_DOWN_KERNEL_FORCE_INTEGRITY(false, "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY"),
    /** A caller may load modules without vermagic or CRCs, which taints the kernel. */
    MODULE_FORCE_LOAD(true),
    /** A caller may unload modules that have an init function and no exit function. */
    MODULE_FORCE_UNLOAD(true),
    /**
     * The kernel itself decompresses modules: those that are compressed as {@code CONFIG_MODULE_COMPRESS_GZIP}, {@code _XZ} or {@code _ZSTD}
     * says, or in any of these ways if none is stated. It takes less than user space does: XZ with CRC32 alone, one stream alone.
     */
    MODULE_DECOMPRESS(false),
    /** The kernel only warns if a module does not import the namespace of a symbol that it uses. */
    MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS(false),
    /** The kernel calls a module's constructors, and refuses a module with both {@code .ctors} and {@code .init_array}. */
    CONSTRUCTORS(false),
    /** Live patches can be loaded. */
    LIVEPATCH(false),
    /** Tracepoints exist, so the kernel writes to their structures. */
    TRACEPOINTS(true),
    /** Each debug message can be switched on by itself, so the kernel writes to the structures of these. */
    DYNAMIC_DEBUG(true);

    private static final String PREFIX = "CONFIG_";

    private final boolean assumed;
    private final @Nullable String otherName;

    ConfigOption(boolean assumed) {
        this(assumed, null);
    }

    ConfigOption(boolean assumed, @Nullable String otherName) {
        this.assumed = assumed;
        this.otherName = otherName;
    }

    /** The name in the kernel's {@code config-*} file, for example {@code CONFIG_SMP}. */
    public String configName() {
        return PREFIX + name();
    }

    /** {@link #configName()}, and the names of the same option in other kernel versions. */
    public List<String> configNames() {
        return otherName == null ? List.of(configName()) : List.of(configName(), PREFIX + otherName);
    }

    /** The value that is assumed if nobody says one. */
    public boolean assumed() {
        return assumed;
    }
}
