package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A stub in a module's memory.
 *
 * @param address its address
 * @param target the address to which it leads
 * @param symbol the name of the symbol for which it was made
 * @param template its code
 * @param slot the place of the target's address in memory, if its code loads it from there; the template is then filled with the slot's
 *     address as its target
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Stub(Address address, Address target, String symbol, StubTemplate template, Optional<Address> slot) {

    /** Checks that no component is null, and shortens a symbol's name of more than 512 characters. */
    public Stub {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(target, "target");
        symbol = Printable.brief(Objects.requireNonNull(symbol, "symbol"));
        Objects.requireNonNull(template, "template");
        Objects.requireNonNull(slot, "slot");
    }

    /** A stub whose code holds its target. */
    public static Stub of(Address address, Address target, String symbol, StubTemplate template) {
        return new Stub(address, target, symbol, template, Optional.empty());
    }

    /** Its code. A new array. */
    public byte[] code(ByteOrder order) {
        return template.fill(address.value(), order, slot.orElse(target).value());
    }

    /** Writes its code into the module, and its target's address into its slot. */
    public void write(ModuleImage image) {
        image.putBytesAt(address.value(), code(image.codeOrder()));
        slot.ifPresent(at -> image.putPointerAt(at.value(), target.value()));
    }

    /** For example {@code stub at 0xc0000000 to _mcount, 0x8027a740}. */
    @Override
    public String toString() {
        return "stub at " + address + " to " + Printable.name(symbol) + ", " + target;
    }
}
