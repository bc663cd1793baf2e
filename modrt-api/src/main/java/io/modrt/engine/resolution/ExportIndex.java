package io.modrt.engine.resolution;

import io.modrt.bytes.ByteName;
import io.modrt.kernel.KernelSymbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The exports of all loaded modules by name, those of the most recent module first, as the kernel searches them. */
public final class ExportIndex<E extends Exporter> {

    /**
     * One module's export.
     *
     * @param next the next offer of the same name; null behind the last
     */
    public record Offer<E extends Exporter>(
            E owner, KernelSymbol symbol, @Nullable Offer<E> next) {}

    private final Map<ByteName, Offer<E>> byName = new ConcurrentHashMap<>();

    /** Whether no module exports anything. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** The first export of this name, which leads to the others; null if there is none. */
    public @Nullable Offer<E> find(ByteName name) {
        return byName.get(name);
    }

    /** The first export of this name, which leads to the others; null if there is none. */
    public @Nullable Offer<E> find(String name) {
        return isEmpty() ? null : find(ByteName.of(name));
    }

    /** Adds the exports of a module. If it has a name in several tables, they stay in the order in which the kernel searches them. */
    public void add(E owner) {
        List<KernelSymbol> exports = owner.exports();
        for (int i = exports.size() - 1; i >= 0; i--) {
            KernelSymbol symbol = exports.get(i);
            byName.merge(
                    ByteName.of(symbol.name()),
                    new Offer<>(owner, symbol, null),
                    (older, newer) -> new Offer<>(owner, symbol, older));
        }
    }

    /** Removes the exports of a module. */
    public void remove(E owner) {
        for (KernelSymbol symbol : owner.exports()) {
            byName.computeIfPresent(ByteName.of(symbol.name()), (name, offer) -> without(owner, offer));
        }
    }

    private static <E extends Exporter> @Nullable Offer<E> without(E owner, @Nullable Offer<E> first) {
        List<Offer<E>> others = new ArrayList<>();
        for (Offer<E> offer = first; offer != null; offer = offer.next()) {
            if (offer.owner() != owner) {
                others.add(offer);
            }
        }
        Offer<E> rest = null;
        for (int i = others.size() - 1; i >= 0; i--) {
            rest = new Offer<>(others.get(i).owner(), others.get(i).symbol(), rest);
        }
        return rest;
    }
}
