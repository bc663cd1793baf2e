package io.modrt.ftrace;

import io.modrt.error.PatchException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which sites one tracer traces, and which it will trace in modules to come. Immutable: every change is a copy.
 *
 * @param everything whether the tracer traces all functions of modules to come
 * @param standing predicates that select functions of modules to come
 * @param waiting patterns of filters that wait for their modules
 * @param chosen the sites, by module; the sets are not to be changed
 */
record Selection(
        boolean everything,
        List<Predicate<? super CallSite>> standing,
        Set<Waiting> waiting,
        Map<ModuleSites, BitSet> chosen) {
    static final Selection NONE = new Selection(false, List.of(), Set.of(), Map.of());

    /** A function pattern of a filter that waits for the module of this name. */
    record Waiting(String function, String module) {}

    Selection {
        standing = List.copyOf(standing);
        waiting = Set.copyOf(waiting);
        chosen = Map.copyOf(chosen);
    }

    /** The sites of a module; not to be changed. */
    BitSet of(ModuleSites module) {
        return chosen.getOrDefault(module, new BitSet());
    }

    /** Whether the tracer traces nothing, and never will. */
    boolean isIdle() {
        return !everything
                && standing.isEmpty()
                && waiting.isEmpty()
                && chosen.values().stream().allMatch(BitSet::isEmpty);
    }

    /** What this selects, and what {@code other} selects. */
    Selection and(Selection other) {
        List<Predicate<? super CallSite>> predicates = new ArrayList<>(standing);
        predicates.addAll(other.standing);
        Set<Waiting> patterns = new HashSet<>(waiting);
        patterns.addAll(other.waiting);
        Map<ModuleSites, BitSet> sites = new HashMap<>(chosen);
        other.chosen.forEach((module, more) -> add(sites, module, (BitSet) more.clone()));
        return new Selection(everything || other.everything, predicates, patterns, sites);
    }

    /** Adds all functions, of modules to come as well. */
    Selection all(Iterable<ModuleSites> modules) {
        Map<ModuleSites, BitSet> more = new HashMap<>(chosen);
        modules.forEach(module -> add(more, module, module.present()));
        return new Selection(true, standing, waiting, more);
    }

    /** Adds the functions for which {@code wanted} holds, of modules to come as well. */
    Selection where(Iterable<ModuleSites> modules, Predicate<? super CallSite> wanted) {
        List<Predicate<? super CallSite>> predicates = new ArrayList<>(standing);
        predicates.add(wanted);
        Map<ModuleSites, BitSet> more = new HashMap<>(chosen);
        modules.forEach(module -> add(more, module, module.matching(site -> wanted.test(module.site(site)))));
        return new Selection(everything, predicates, waiting, more);
    }

    /**
     * Adds and takes away what the terms of a filter name.
     *
     * @throws PatchException with EINVAL for a term that matches nothing, or if no function is left
     */
    Selection filtered(Iterable<ModuleSites> modules, Filter filter) {
        return new FilterRun(this, modules).apply(filter);
    }

    /** Adds what the tracer traces in a module that comes, as the kernel's {@code ftrace_module_enable} does. */
    Selection arrived(ModuleSites module) {
        String name = module.module().name();
        BitSet sites = everything ? module.present() : new BitSet();
        standing.forEach(wanted -> sites.or(module.matching(site -> wanted.test(module.site(site)))));
        waiting.stream()
                .filter(pair -> pair.module().equals(name))
                .map(pair -> NamePattern.of(pair.function()))
                .forEach(pattern -> sites.or(module.matching(site -> pattern.matches(module.function(site), 0))));
        Map<ModuleSites, BitSet> more = new HashMap<>(chosen);
        add(more, module, sites);
        Set<Waiting> left =
                waiting.stream().filter(pair -> !pair.module().equals(name)).collect(Collectors.toSet());
        return new Selection(everything, standing, left, more);
    }

    private static void add(Map<ModuleSites, BitSet> chosen, ModuleSites module, BitSet sites) {
        if (!sites.isEmpty()) {
            sites.or(chosen.getOrDefault(module, new BitSet()));
            chosen.put(module, sites);
        }
    }

    /** Leaves out a module that goes. */
    Selection without(ModuleSites module) {
        Map<ModuleSites, BitSet> rest = new HashMap<>(chosen);
        rest.remove(module);
        return new Selection(everything, standing, waiting, rest);
    }

    /** Leaves out sites that go. */
    Selection without(ModuleSites module, BitSet sites) {
        BitSet left = (BitSet) of(module).clone();
        left.andNot(sites);
        Map<ModuleSites, BitSet> rest = new HashMap<>(chosen);
        rest.put(module, left);
        return new Selection(everything, standing, waiting, rest);
    }
}
