package io.modrt.engine.resolution;

import io.modrt.kernel.KernelSymbol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The exports of all loaded modules by name, those of the most recent module first, as the kernel searches them. */
public final class ExportIndex<E extends Exporter> {

    /** One module's export. */
    public record Offer<E extends Exporter>(E owner, KernelSymbol symbol) {}

    private final Map<String, List<Offer<E>>> byName = new ConcurrentHashMap<>();

    /** The exports of this name. */
    public List<Offer<E>> find(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** Adds the exports of a module. If it has a name in several tables, they stay in the order in which the kernel searches them. */
    public void add(E owner) {
        Map<String, List<Offer<E>>> offers = new LinkedHashMap<>();
        for (KernelSymbol symbol : owner.exports()) {
            offers.computeIfAbsent(symbol.name(), name -> new ArrayList<>()).add(new Offer<>(owner, symbol));
        }
        offers.forEach((name, mine) -> byName.merge(name, List.copyOf(mine), (older, newer) -> {
            List<Offer<E>> both = new ArrayList<>(newer);
            both.addAll(older);
            return List.copyOf(both);
        }));
    }

    /** Removes the exports of a module. */
    public void remove(E owner) {
        for (KernelSymbol symbol : owner.exports()) {
            byName.computeIfPresent(symbol.name(), (name, offers) -> {
                List<Offer<E>> rest =
                        offers.stream().filter(offer -> offer.owner() != owner).toList();
                return rest.isEmpty() ? null : rest;
            });
        }
    }
}
