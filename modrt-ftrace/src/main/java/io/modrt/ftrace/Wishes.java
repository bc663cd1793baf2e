package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the users of one {@link Ftrace} wish: which sites each tracer traces, and where redirected sites go. Immutable: every change is a
 * copy. Tracers that trace nothing, and never will, are left out.
 *
 * @param tracers the selection of each tracer
 * @param redirections for each module the replacements, by site
 * @param listFunction the function that calls all tracers of a site, or null if none was given
 */
record Wishes(
        Map<Address, Selection> tracers,
        Map<ModuleSites, Map<Integer, Address>> redirections,
        @Nullable Address listFunction) {
    static final Wishes NONE = new Wishes(Map.of(), Map.of(), null);

    Wishes {
        Map<Address, Selection> busy = new HashMap<>(tracers);
        busy.values().removeIf(Selection::isIdle);
        tracers = Map.copyOf(busy);
        redirections = Map.copyOf(redirections);
    }

    /** The same with all addresses in another form. Tracers that turn out to be one share what they trace. */
    Wishes at(UnaryOperator<Address> form) {
        Map<Address, Selection> tracersThere = new HashMap<>();
        tracers.forEach((tracer, selection) -> tracersThere.merge(form.apply(tracer), selection, Selection::and));
        Map<ModuleSites, Map<Integer, Address>> redirectionsThere = new HashMap<>(redirections);
        redirectionsThere.replaceAll((module, targets) -> {
            Map<Integer, Address> moved = new HashMap<>(targets);
            moved.replaceAll((site, target) -> form.apply(target));
            return moved;
        });
        return new Wishes(tracersThere, redirectionsThere, listFunction == null ? null : form.apply(listFunction));
    }

    Wishes withListFunction(Address entry) {
        return new Wishes(tracers, redirections, entry);
    }

    /** Changes the selection of one tracer, which may have none yet. */
    Wishes with(Address tracer, UnaryOperator<Selection> change) {
        Map<Address, Selection> changed = new HashMap<>(tracers);
        changed.put(tracer, change.apply(tracers.getOrDefault(tracer, Selection.NONE)));
        return new Wishes(changed, redirections, listFunction);
    }

    Wishes without(Address tracer) {
        return with(tracer, any -> Selection.NONE);
    }

    /**
     * Gives the selection of one tracer to another.
     *
     * @throws StateException if the first is no tracer, or the second is one already
     */
    Wishes replaced(Address tracer, Address by) {
        Selection selection = tracers.get(tracer);
        if (selection == null) {
            throw new StateException(Refusal.of(Errno.ENOENT, "traces nothing").at("tracer " + tracer));
        }
        if (tracers.containsKey(by)) {
            throw new StateException(
                    Refusal.of(Errno.EEXIST, "cannot give its functions to " + by + ", a tracer already")
                            .at("tracer " + tracer));
        }
        return without(tracer).with(by, none -> selection);
    }

    /** Sends a site to {@code replacement}, or back to its tracers if that is null. */
    Wishes redirected(ModuleSites module, int site, @Nullable Address replacement) {
        Map<Integer, Address> ofModule = new HashMap<>(redirections.getOrDefault(module, Map.of()));
        if (replacement == null) {
            ofModule.remove(module.first(site));
        } else {
            ofModule.put(module.first(site), replacement);
        }
        return with(module, ofModule);
    }

    private Wishes with(ModuleSites module, Map<Integer, Address> ofModule) {
        Map<ModuleSites, Map<Integer, Address>> changed = new HashMap<>(redirections);
        changed.put(module, Map.copyOf(ofModule));
        return new Wishes(tracers, changed, listFunction);
    }

    /** Extends each tracer's selection to a module that comes. */
    Wishes arrived(ModuleSites module) {
        return ofEach(selection -> selection.arrived(module));
    }

    /** Leaves out a module that goes. */
    Wishes without(ModuleSites module) {
        Map<ModuleSites, Map<Integer, Address>> rest = new HashMap<>(redirections);
        rest.remove(module);
        return new Wishes(ofEach(selection -> selection.without(module)).tracers, rest, listFunction);
    }

    /** Leaves out sites that go. */
    Wishes without(ModuleSites module, BitSet sites) {
        Map<Integer, Address> left = new HashMap<>(redirections.getOrDefault(module, Map.of()));
        left.keySet().removeIf(sites::get);
        return ofEach(selection -> selection.without(module, sites)).with(module, left);
    }

    private Wishes ofEach(UnaryOperator<Selection> change) {
        Map<Address, Selection> changed = new HashMap<>(tracers);
        changed.replaceAll((tracer, selection) -> change.apply(selection));
        return new Wishes(changed, redirections, listFunction);
    }

    /** The sites of a module that shall go anywhere. A new set. */
    BitSet wanted(ModuleSites module) {
        BitSet wanted = new BitSet();
        tracers.values().forEach(selection -> wanted.or(selection.of(module)));
        redirections.getOrDefault(module, Map.of()).keySet().forEach(wanted::set);
        return wanted;
    }

    /**
     * From a site of a module to where it shall go: to its replacement, its tracer, or the list function if it has several; 0 for off.
     * The function throws a {@link StateException} with EBUSY if there is no list function.
     */
    IntToLongFunction targets(ModuleSites module) {
        BitSet[] chosen =
                tracers.values().stream().map(selection -> selection.of(module)).toArray(BitSet[]::new);
        long[] addresses = tracers.keySet().stream().mapToLong(Address::value).toArray();
        Map<Integer, Address> redirected = redirections.getOrDefault(module, Map.of());
        return site -> {
            Address replacement = redirected.isEmpty() ? null : redirected.get(site);
            if (replacement != null) {
                return replacement.value();
            }
            long target = 0;
            for (int i = 0; i < chosen.length; i++) {
                if (chosen[i].get(site)) {
                    if (target != 0) {
                        return listOf(module, site);
                    }
                    target = addresses[i];
                }
            }
            return target;
        };
    }

    private long listOf(ModuleSites module, int site) {
        if (listFunction == null) {
            throw new StateException(Refusal.of(
                            Errno.EBUSY,
                            "would have two tracers; untrace one, or give the function that calls several (listFunction)")
                    .at(module.site(site).toString()));
        }
        return listFunction.value();
    }
}
