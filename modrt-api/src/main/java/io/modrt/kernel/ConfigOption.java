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
    /** More than one CPU: per-CPU sections get an area of their own. */
    SMP(true),
    /** Full preemption, also when chosen at boot; a word of the vermagic. */
    PREEMPT(false, "PREEMPT_BUILD"),
    /** Full preemption with real-time locks; a word of the vermagic in place of {@link #PREEMPT}'s. */
    PREEMPT_RT(false),
    /** Modules can be unloaded. */
    MODULE_UNLOAD(true),
    /** Exports and imports have CRCs. */
    MODVERSIONS(true),
    /** The symbol table of each module stays in memory. */
    KALLSYMS(true),
    /** That table has data symbols too. */
    KALLSYMS_ALL(false),
    /** Parts of a module with different access begin on pages of their own. */
    STRICT_MODULE_RWX(false, "DEBUG_SET_MODULE_RONX"),
    /** Static keys are branches in the code. */
    JUMP_LABEL(true),
    /** The function tracer exists. */
    FUNCTION_TRACER(true),
    /** Call sites of the function tracer are rewritten while loading. */
    DYNAMIC_FTRACE(true),
    /** The tracer of function returns exists. */
    FUNCTION_GRAPH_TRACER(true),
    /** Appended signatures are looked at. */
    MODULE_SIG(true),
    /** Modules without a good signature are refused. */
    MODULE_SIG_FORCE(false),
    /** Modules may be loaded without vermagic or CRCs, which taints the kernel. */
    MODULE_FORCE_LOAD(true),
    /** Modules in use may be unloaded. */
    MODULE_FORCE_UNLOAD(true),
    /** The kernel decompresses modules by itself. */
    MODULE_DECOMPRESS(false),
    /** A missing {@code import_ns} is a warning alone. */
    MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS(false),
    /** Constructors of a module are called; {@code .ctors} and {@code .init_array} together are refused. */
    CONSTRUCTORS(false),
    /** Live patches can be loaded. */
    LIVEPATCH(false),
    /** Tracepoints exist. */
    TRACEPOINTS(true),
    /** Event formats are rewritten while loading. */
    EVENT_TRACING(true),
    /** Debug messages can be switched on one by one. */
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
