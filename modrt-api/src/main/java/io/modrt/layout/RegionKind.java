package io.modrt.layout;

import org.apiguardian.api.API;

/** The blocks of memory that a module is loaded into: core and init up to Linux 6.3, by type of use since 6.4. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum RegionKind {
    /** All that stays, up to 6.3. */
    CORE(Life.CORE, true),
    /** All that goes after initialisation, up to 6.3. */
    INIT(Life.INIT, true),
    /** Code. */
    TEXT(Life.CORE, true),
    /** Writable data. */
    DATA(Life.CORE, false),
    /** Read-only data. */
    RODATA(Life.CORE, false),
    /** Data that is read-only once the module is initialised. */
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
