package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.load.LiveModule;
import io.modrt.spi.SiteKind;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A place where a function can be traced, as its {@link Ftrace} had left it when it was asked for: what others write there since is
 * seen, and refused, when it is switched next.
 *
 * @param module the module that it belongs to
 * @param address the address by which the kernel knows it
 * @param function the kallsyms name of that address; the address itself where there is none
 * @param kind its form; empty where it has none that the architecture knows
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
        /** Nothing. */
        OFF,
        /** Calls its target. */
        ON,
        /** Its words are none that the architecture knows; it is never written. */
        FOREIGN,
        /** A switch failed in its middle, and so did undoing it: what its words say is not known, and it is not written again. */
        TORN
    }

    /** As {@code available_filter_functions} has it: the name, and the module in brackets. */
    public String line() {
        return function + " [" + module.name() + "]";
    }

    /** For example {@code 0xc0001234 xfs_trans_commit [xfs]: o32 long call, ra address: OFF}. */
    @Override
    public String toString() {
        String form = kind.map(SiteKind::description).orElse("unknown form");
        return address + " " + line() + ": " + form + ": " + state
                + target.map(entry -> " to " + entry).orElse("");
    }
}
