package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** A tracer, and which sites it traces; what it asked for modules to come as well. */
final class Tracer {

    /** A function pattern that waits for a module. */
    private record Waiting(NamePattern function, String functionText, String module) {
        boolean isFor(String functionPattern, String modulePattern) {
            return module.equals(modulePattern)
                    && (functionPattern.equals("*") || functionText.equals(functionPattern));
        }
    }

    private final Address address;
    private final Map<ModuleSites, BitSet> chosen = new HashMap<>();
    private final List<Predicate<? super CallSite>> standing = new ArrayList<>();
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    private boolean everything;

    Tracer(Address address) {
        this.address = address;
    }

    /** The same at another address, to be changed on its own. */
    Tracer copy(Address at) {
        Tracer copy = new Tracer(at);
        chosen.forEach((module, sites) -> copy.chosen.put(module, (BitSet) sites.clone()));
        copy.standing.addAll(standing);
        copy.waiting.addAll(waiting);
        copy.everything = everything;
        return copy;
    }

    Address address() {
        return address;
    }

    /** The sites that it traces. */
    BitSet of(ModuleSites module) {
        return chosen.getOrDefault(module, new BitSet());
    }

    /** Whether it traces nothing, and never will. */
    boolean isIdle() {
        return !everything
                && standing.isEmpty()
                && waiting.isEmpty()
                && chosen.values().stream().allMatch(BitSet::isEmpty);
    }

    void forget(ModuleSites module) {
        chosen.remove(module);
    }

    void forget(ModuleSites module, BitSet sites) {
        of(module).andNot(sites);
    }

    /** All functions, of modules to come as well. */
    void addAll(Iterable<ModuleSites> modules) {
        everything = true;
        modules.forEach(this::addAll);
    }

    private void addAll(ModuleSites module) {
        BitSet all = module.present();
        if (!all.isEmpty()) {
            chosen.computeIfAbsent(module, any -> new BitSet()).or(all);
        }
    }

    private void choose(ModuleSites module, int site) {
        if (!module.isGone(site)) {
            chosen.computeIfAbsent(module, any -> new BitSet()).set(module.first(site));
        }
    }

    /** The sites that {@code wanted} holds for, in modules to come as well. */
    void add(Iterable<ModuleSites> modules, Predicate<? super CallSite> wanted) {
        standing.add(wanted);
        modules.forEach(module -> add(module, wanted));
    }

    private void add(ModuleSites module, Predicate<? super CallSite> wanted) {
        for (int i = 0; i < module.count(); i++) {
            if (!module.isGone(i) && wanted.test(module.site(i))) {
                choose(module, i);
            }
        }
    }

    /** A module comes. */
    void arrived(ModuleSites module) {
        if (everything) {
            addAll(module);
        }
        standing.forEach(wanted -> add(module, wanted));
        String name = module.module().name();
        waiting.removeIf(pair -> {
            if (!pair.module().equals(name)) {
                return false;
            }
            for (int i = 0; i < module.count(); i++) {
                if (pair.function().matches(module.function(i), 0)) {
                    choose(module, i);
                }
            }
            return true;
        });
    }

    /**
     * Takes the terms of a filter, one after the other.
     *
     * @throws PatchException with EINVAL for one that matches nothing
     */
    void take(Iterable<ModuleSites> modules, Filter filter) {
        for (Filter.Term term : filter.terms()) {
            if (!apply(modules, term) && !postpone(modules, term)) {
                throw new PatchException(Refusal.of(Errno.EINVAL, "pattern " + term.text() + " matches no function")
                        .at("filter " + filter));
            }
        }
        if (isIdle()) {
            throw new PatchException(Refusal.beyondKernel(
                            "no function is left; the kernel would trace all, which is what an empty filter says")
                    .at("filter " + filter));
        }
    }

    private boolean apply(Iterable<ModuleSites> modules, Filter.Term term) {
        boolean found = false;
        long position = 0;
        for (ModuleSites module : modules) {
            boolean isTaken = term.takesModule(module.module().name());
            for (int i = 0; i < module.count(); i++) {
                if (module.isGone(i)) {
                    continue;
                }
                position++;
                if (isTaken && term.function().matches(module.function(i), position)) {
                    found = true;
                    if (term.removes()) {
                        of(module).clear(module.first(i));
                    } else {
                        choose(module, i);
                    }
                }
            }
        }
        return found;
    }

    /** Lets a pair wait for its module, or takes back one that waits; whether the kernel would. */
    private boolean postpone(Iterable<ModuleSites> modules, Filter.Term term) {
        Filter.ModuleTerm module = term.module();
        if (module == null) {
            return false;
        }
        String name = module.pattern().cut();
        if (term.removes()) {
            return waiting.removeIf(pair -> pair.isFor(term.text(), name));
        }
        for (ModuleSites each : modules) {
            // why: the kernel asks for a data symbol of the module
            if (each.module().name().equals(module.text())
                    && each.module().placed().plan().profile().has(ConfigOption.KALLSYMS_ALL)) {
                return false;
            }
        }
        waiting.add(new Waiting(term.function(), term.text(), name));
        return true;
    }
}
