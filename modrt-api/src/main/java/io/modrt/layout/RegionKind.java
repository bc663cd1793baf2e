package io.modrt.layout;

import org.apiguardian.api.API;

/**
 * The blocks of memory that a module is loaded into: core and init until Linux 6.3, seven by type of use since 6.4
 * ({@code enum mod_mem_type}).
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum RegionKind {
    /** Until 6.3: all that stays as long as the module is loaded. */
    CORE(Life.CORE, true),
    /** Until 6.3: all that is freed after the module's init function. */
    INIT(Life.INIT, true),
    /** Code. */
    TEXT(Life.CORE, true),
    /** Writable data. */
    DATA(Life.CORE, false),
    /** Read-only data. */
    RODATA(Life.CORE, false),
    /** Data that becomes read-only after the module's init function. */
    RO_AFTER_INIT(Life.CORE, false),
    /** Initialisation code. */
    INIT_TEXT(Life.INIT, true),
    /** Writable initialisation data, with the symbol table. */
    INIT_DATA(Life.INIT, false),
    /** Read-only initialisation data. */
    INIT_RODATA(Life.INIT, false);

    private enum Life {
        CORE,
        INIT
    }

    private final Life life;
    private final boolean executable;

    RegionKind(Life life, boolean executable) {
        this.life = life;
        this.executable = executable;
    }

    /** Whether the kernel frees it after the module's init function. */
    public boolean isInit() {
        return life == Life.INIT;
    }

    /** Whether it may hold code. */
    public boolean isExecutable() {
        return executable;
    }
}
