package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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
 * @param gplOnly whether only modules with a GPL-compatible licence may use it; false if the source does not know
 * @param owner the name of the module that exports it; empty for the kernel itself
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record KernelSymbol(
        String name,
        Address value,
        Optional<Address> code,
        OptionalInt crc,
        String namespace,
        boolean gplOnly,
        String owner) {

    /** Checks that nothing is null. */
    public KernelSymbol {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(crc, "crc");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(owner, "owner");
    }

    /** For example {@code printk = 0x80101234, CRC 0x92997ed8, GPL only, namespace X, of module y}; what is absent is left out. */
    @Override
    public String toString() {
        return name + " = " + value
                + (code.isPresent() ? ", code at " + code.get() : "")
                + (crc.isPresent() ? ", CRC 0x" + Integer.toHexString(crc.getAsInt()) : "")
                + (gplOnly ? ", GPL only" : "")
                + (namespace.isEmpty() ? "" : ", namespace " + namespace)
                + (owner.isEmpty() ? "" : ", of module " + owner);
    }

    /** A symbol of the kernel itself of which only the value is known. */
    public static KernelSymbol of(String name, Address value) {
        return new KernelSymbol(name, value, Optional.empty(), OptionalInt.empty(), "", false, "");
    }

    /** The same with the CRC {@code crc}. */
    public KernelSymbol withCrc(int crc) {
        return new KernelSymbol(name, value, code, OptionalInt.of(crc), namespace, gplOnly, owner);
    }

    /** The same, exported in this namespace (empty for none), and if {@code gplOnly} then only to modules with a GPL-compatible licence. */
    public KernelSymbol exported(String namespace, boolean gplOnly) {
        return new KernelSymbol(name, value, code, crc, namespace, gplOnly, owner);
    }

    /** The same with its code at {@code address}. */
    public KernelSymbol withCode(Address address) {
        return new KernelSymbol(name, value, Optional.of(address), crc, namespace, gplOnly, owner);
    }

    /** The same, owned by the module {@code owner}. */
    public KernelSymbol ownedBy(String owner) {
        return new KernelSymbol(name, value, code, crc, namespace, gplOnly, owner);
    }

    /** The same with value and code moved by {@code byteDelta}. */
    public KernelSymbol slid(long byteDelta) {
        return new KernelSymbol(
                name, value.plus(byteDelta), code.map(at -> at.plus(byteDelta)), crc, namespace, gplOnly, owner);
    }
}
