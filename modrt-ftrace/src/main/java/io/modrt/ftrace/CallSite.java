package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.error.Refusal;
import io.modrt.load.LiveModule;
import io.modrt.spi.SiteKind;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A place where a function can be traced, as its {@link Ftrace} had left it when it was asked for. If somebody else changes its code,
 * that shows when it is switched next: the switch is refused.
 *
 * @param module the module in which it lies
 * @param address the address by which the kernel knows it, the {@code ip} of its {@code struct dyn_ftrace}
 * @param function the kallsyms name of that address; the address itself if it has no name
 * @param kind the form of its code; empty if the architecture knows none that fits
 * @param state what it does
 * @param target where it goes when it is {@link State#ON}: a tracer, a list function or a replacement
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record CallSite(
        LiveModule module,
        Address address,
        String function,
        Optional<SiteKind> kind,
        State state,
        Optional<Address> target) {

    /** What a site does. */
    @API(status = API.Status.EXPERIMENTAL, since = "0.1")
    public enum State {
        /** It does nothing. */
        OFF,
        /** It calls its target. */
        ON,
        /** Its code has no form that the architecture knows; it is never written. */
        FOREIGN,
        /** A switch failed halfway and could not be undone, so it is not known what its code does; it is not written again. */
        TORN
    }

    /** Its line in {@code available_filter_functions}: the function's name, and the module's in brackets. */
    public String line() {
        return line(function, module);
    }

    static String line(String function, LiveModule module) {
        return Refusal.printable(function) + " [" + Refusal.printable(module.name()) + "]";
    }

    /** For example {@code 0xc0001234 xfs_trans_commit [xfs]: o32 long call, ra address: OFF}. */
    @Override
    public String toString() {
        String form = kind.map(SiteKind::description).orElse("unknown form");
        return address + " " + line() + ": " + form + ": " + state
                + target.map(entry -> " to " + entry).orElse("");
    }
}
