package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A symbol of a kernel or a loaded module that a module's imports can be resolved to. Immutable. It holds its value as a number, since maps of
 * kernels have a hundred thousand of them.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelSymbol {
    private final String name;
    private final long value;
    private final Optional<Address> code;
    private final OptionalInt crc;
    private final String namespace;
    private final ExportKind kind;
    private final String owner;

    /**
     * A symbol of which all is known.
     *
     * @param name its name
     * @param value the address that relocations take for the name. On architectures with function descriptors, this is the address of a
     *     function's descriptor
     * @param code the address of the function's code, if it is known and not the value
     * @param crc the CRC of its type, if the source knows one
     * @param namespace the namespace that a module must import to use it; empty for none
     * @param kind whether and to whom it is exported
     * @param owner the name of the module that exports it; empty for the kernel itself
     */
    public KernelSymbol(
            String name,
            Address value,
            Optional<Address> code,
            OptionalInt crc,
            String namespace,
            ExportKind kind,
            String owner) {
        this.name = Objects.requireNonNull(name, "name");
        this.value = Objects.requireNonNull(value, "value").value();
        this.code = Objects.requireNonNull(code, "code");
        this.crc = Objects.requireNonNull(crc, "crc");
        this.namespace = Objects.requireNonNull(namespace, "namespace");
        this.kind = Objects.requireNonNull(kind, "kind");
        this.owner = Objects.requireNonNull(owner, "owner");
    }

    /** A symbol of the kernel itself of which only the value is known. */
    public static KernelSymbol of(String name, Address value) {
        return new KernelSymbol(name, value, Optional.empty(), OptionalInt.empty(), "", ExportKind.UNKNOWN, "");
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** The address that relocations take for the name; of a function with a descriptor, that of the descriptor. */
    public Address value() {
        return Address.of(value);
    }

    /** The {@link #value} as a number, for loads, which make no object of it. */
    public long address() {
        return value;
    }

    /** The address of the function's code, if it is known and not the value. */
    public Optional<Address> code() {
        return code;
    }

    /** The CRC of its type, if the source knows one. */
    public OptionalInt crc() {
        return crc;
    }

    /** The namespace that a module must import to use it; empty for none. */
    public String namespace() {
        return namespace;
    }

    /** Whether and to whom it is exported. */
    public ExportKind kind() {
        return kind;
    }

    /** The name of the module that exports it; empty for the kernel itself. */
    public String owner() {
        return owner;
    }

    /** For example {@code printk = 0x80101234, CRC 0x92997ed8, GPL only, namespace X, of module y}; what is absent is left out. */
    @Override
    public String toString() {
        return Printable.name(name) + " = " + value()
                + (code.isPresent() ? ", code at " + code.get() : "")
                + (crc.isPresent() ? ", CRC 0x" + Integer.toHexString(crc.getAsInt()) : "")
                + (kind.text().isEmpty() ? "" : ", " + kind.text())
                + (namespace.isEmpty() ? "" : ", namespace " + Printable.name(namespace))
                + (owner.isEmpty() ? "" : ", of module " + Printable.name(owner));
    }

    /** The same with the CRC {@code crc}. */
    public KernelSymbol withCrc(int crc) {
        return new KernelSymbol(name, value(), code, OptionalInt.of(crc), namespace, kind, owner);
    }

    /** Whether only modules with a GPL-compatible licence may use it; false if the source does not know. */
    public boolean gplOnly() {
        return kind.isGplOnly();
    }

    /** The same, exported as {@code kind} says, in this namespace (empty for none). */
    public KernelSymbol exported(ExportKind kind, String namespace) {
        return new KernelSymbol(name, value(), code, crc, namespace, kind, owner);
    }

    /** The same with its code at {@code address}. */
    public KernelSymbol withCode(Address address) {
        return new KernelSymbol(name, value(), Optional.of(address), crc, namespace, kind, owner);
    }

    /** The same, owned by the module {@code owner}. */
    public KernelSymbol ownedBy(String owner) {
        return new KernelSymbol(name, value(), code, crc, namespace, kind, owner);
    }

    /** The same with value and code moved by {@code byteDelta}. */
    public KernelSymbol slid(long byteDelta) {
        return at(address -> address.plus(byteDelta));
    }

    /** The same with value and code at other addresses. */
    public KernelSymbol at(UnaryOperator<Address> move) {
        return new KernelSymbol(name, move.apply(value()), code.map(move), crc, namespace, kind, owner);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KernelSymbol symbol
                && name.equals(symbol.name)
                && value == symbol.value
                && code.equals(symbol.code)
                && crc.equals(symbol.crc)
                && namespace.equals(symbol.namespace)
                && kind == symbol.kind
                && owner.equals(symbol.owner);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, value, code, crc, namespace, kind, owner);
    }
}
