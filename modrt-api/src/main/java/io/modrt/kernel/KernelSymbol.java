package io.modrt.kernel;

import io.modrt.address.Address;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.apiguardian.api.API;

/**
 * A symbol that a module may be bound to.
 *
 * @param name its name
 * @param value what the kernel puts in place of the name: an address; of a function, on architectures with descriptors, the
 *     descriptor's
 * @param code the address of the function's code, where that is known to be another than the value
 * @param crc the CRC of its type, where the source knows one
 * @param namespace the namespace that importers must name, empty for none
 * @param gplOnly whether only modules with a compatible licence may have it; false where the source does not know
 * @param owner the module that has it, empty for the kernel proper
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

    /** For example {@code printk = 0x80101234, CRC 0x92997ed8, GPL only, namespace X, of module y}, without what it has not. */
    @Override
    public String toString() {
        return name + " = " + value
                + (code.isPresent() ? ", code at " + code.get() : "")
                + (crc.isPresent() ? ", CRC 0x" + Integer.toHexString(crc.getAsInt()) : "")
                + (gplOnly ? ", GPL only" : "")
                + (namespace.isEmpty() ? "" : ", namespace " + namespace)
                + (owner.isEmpty() ? "" : ", of module " + owner);
    }

    /** A symbol of the kernel proper of which only the value is known. */
    public static KernelSymbol of(String name, Address value) {
        return new KernelSymbol(name, value, Optional.empty(), OptionalInt.empty(), "", false, "");
    }

    /** The same with the CRC {@code crc}. */
    public KernelSymbol withCrc(int crc) {
        return new KernelSymbol(name, value, code, OptionalInt.of(crc), namespace, gplOnly, owner);
    }

    /** The same, exported with {@code namespace} (empty for none), to compatible licences only where {@code gplOnly}. */
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
