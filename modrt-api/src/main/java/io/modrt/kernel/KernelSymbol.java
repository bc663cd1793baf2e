package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;

/**
 * A symbol of a kernel or a loaded module that a module's imports can be resolved to.
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
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record KernelSymbol(
        String name,
        Address value,
        Optional<Address> code,
        OptionalInt crc,
        String namespace,
        ExportKind kind,
        String owner) {

    /** Checks that nothing is null. */
    public KernelSymbol {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(crc, "crc");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(owner, "owner");
    }

    /** For example {@code printk = 0x80101234, CRC 0x92997ed8, GPL only, namespace X, of module y}; what is absent is left out. */
    @Override
    public String toString() {
        return Printable.name(name) + " = " + value
                + (code.isPresent() ? ", code at " + code.get() : "")
                + (crc.isPresent() ? ", CRC 0x" + Integer.toHexString(crc.getAsInt()) : "")
                + (kind.text().isEmpty() ? "" : ", " + kind.text())
                + (namespace.isEmpty() ? "" : ", namespace " + Printable.name(namespace))
                + (owner.isEmpty() ? "" : ", of module " + Printable.name(owner));
    }

    /** A symbol of the kernel itself of which only the value is known. */
    public static KernelSymbol of(String name, Address value) {
        return new KernelSymbol(name, value, Optional.empty(), OptionalInt.empty(), "", ExportKind.UNKNOWN, "");
    }

    /** The same with the CRC {@code crc}. */
    public KernelSymbol withCrc(int crc) {
        return new KernelSymbol(name, value, code, OptionalInt.of(crc), namespace, kind, owner);
    }

    /** Whether only modules with a GPL-compatible licence may use it; false if the source does not know. */
    public boolean gplOnly() {
        return kind.isGplOnly();
    }

    /** The same, exported as {@code kind} says, in this namespace (empty for none). */
    public KernelSymbol exported(ExportKind kind, String namespace) {
        return new KernelSymbol(name, value, code, crc, namespace, kind, owner);
    }

    /** The same with its code at {@code address}. */
    public KernelSymbol withCode(Address address) {
        return new KernelSymbol(name, value, Optional.of(address), crc, namespace, kind, owner);
    }

    /** The same, owned by the module {@code owner}. */
    public KernelSymbol ownedBy(String owner) {
        return new KernelSymbol(name, value, code, crc, namespace, kind, owner);
    }

    /** The same with value and code moved by {@code byteDelta}. */
    public KernelSymbol slid(long byteDelta) {
        return at(address -> address.plus(byteDelta));
    }

    /** The same with value and code at other addresses. */
    public KernelSymbol at(UnaryOperator<Address> move) {
        return new KernelSymbol(name, move.apply(value), code.map(move), crc, namespace, kind, owner);
    }
}
