package io.modrt.testkit;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The forms of the tables that a kernel of one architecture reads in a module. A new one has addresses as wide as a {@code long}
 * everywhere, nothing behind the addresses of an exception, and its tracing table in {@code __mcount_loc}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelTables {
    private final AddressField pointer;
    private final AddressField exports;
    private final AddressField exceptions;
    private final int exceptionDataBytes;
    private final AddressField jumps;
    private final AddressField jumpKeys;
    private final String tracing;

    private KernelTables(
            AddressField pointer,
            AddressField exports,
            AddressField exceptions,
            int exceptionDataBytes,
            AddressField jumps,
            AddressField jumpKeys,
            String tracing) {
        this.pointer = Objects.requireNonNull(pointer, "pointer");
        this.exports = Objects.requireNonNull(exports, "exports");
        this.exceptions = Objects.requireNonNull(exceptions, "exceptions");
        this.exceptionDataBytes = exceptionDataBytes;
        this.jumps = Objects.requireNonNull(jumps, "jumps");
        this.jumpKeys = Objects.requireNonNull(jumpKeys, "jumpKeys");
        this.tracing = Objects.requireNonNull(tracing, "tracing");
    }

    /** Tables all of whose addresses are written as {@code pointer}, a {@code long} of the target. */
    public static KernelTables of(AddressField pointer) {
        return new KernelTables(pointer, pointer, pointer, 0, pointer, pointer, "__mcount_loc");
    }

    /** The same with other export records. */
    public KernelTables exports(AddressField field) {
        return new KernelTables(pointer, field, exceptions, exceptionDataBytes, jumps, jumpKeys, tracing);
    }

    /** The same with other exception entries: two addresses, of the instruction and of its fixup, and {@code dataBytes} behind them. */
    public KernelTables exceptions(AddressField field, int dataBytes) {
        return new KernelTables(pointer, exports, field, dataBytes, jumps, jumpKeys, tracing);
    }

    /** The same with other jump labels: {@code code} for the branch and its target, {@code key} for the key. */
    public KernelTables jumpLabels(AddressField code, AddressField key) {
        return new KernelTables(pointer, exports, exceptions, exceptionDataBytes, code, key, tracing);
    }

    /** The same with the function tracer's sites in another section. */
    public KernelTables tracing(String section) {
        return new KernelTables(pointer, exports, exceptions, exceptionDataBytes, jumps, jumpKeys, section);
    }

    /** An address as wide as the target's {@code long}. */
    public AddressField pointer() {
        return pointer;
    }

    /** The three fields of an export record. */
    public AddressField exports() {
        return exports;
    }

    /** The two addresses of an exception entry. */
    public AddressField exceptions() {
        return exceptions;
    }

    /** Bytes behind the addresses of an exception entry. */
    public int exceptionDataBytes() {
        return exceptionDataBytes;
    }

    /** Code and target of a jump label. */
    public AddressField jumps() {
        return jumps;
    }

    /** Key of a jump label. */
    public AddressField jumpKeys() {
        return jumpKeys;
    }

    /** The section that lists the function tracer's sites, a {@linkplain #pointer pointer} each. */
    public String tracing() {
        return tracing;
    }
}
