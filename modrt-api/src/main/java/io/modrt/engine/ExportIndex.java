package io.modrt.engine;

import io.modrt.kernel.KernelSymbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What loaded modules export, by name; the most recent module first, as the kernel searches them. */
final class ExportIndex {

    /** One module's export. */
    record Offer(Live owner, KernelSymbol symbol) {}

    private final Map<String, List<Offer>> byName = new ConcurrentHashMap<>();

    List<Offer> find(String name) {
        return byName.getOrDefault(name, List.of());
    }

    void add(Live owner) {
        for (KernelSymbol symbol : owner.exports()) {
            byName.merge(symbol.name(), List.of(new Offer(owner, symbol)), (older, newer) -> {
                List<Offer> both = new ArrayList<>(newer);
                both.addAll(older);
                return List.copyOf(both);
            });
        }
    }

    void remove(Live owner) {
        for (KernelSymbol symbol : owner.exports()) {
            byName.computeIfPresent(symbol.name(), (name, offers) -> {
                List<Offer> rest =
                        offers.stream().filter(offer -> offer.owner() != owner).toList();
                return rest.isEmpty() ? null : rest;
            });
        }
    }
}
