package io.modrt.engine.resolution;

import io.modrt.bytes.ByteName;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.ExportList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The exports of all loaded modules by name, those of the most recent module first, as the kernel searches them. It is changed by one thread
 * at a time and read by many.
 */
public final class ExportIndex<E extends Exporter> {

    /**
     * One module's export.
     *
     * @param index where the owner's exports have it
     * @param next the next offer of the same name; null behind the last
     */
    public record Offer<E extends Exporter>(
            E owner, int index, @Nullable Offer<E> next) {

        /** The symbol. */
        public KernelSymbol symbol() {
            return owner.exports().get(index);
        }
    }

    private final Map<ByteName, Offer<E>> byName = new ConcurrentHashMap<>();

    /** Whether no module exports anything. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** The first export of this name, which leads to the others; null if there is none. */
    public @Nullable Offer<E> find(ByteName name) {
        return byName.get(name);
    }

    /** Adds the exports of a module. If it has a name in several tables, they stay in the order in which the kernel searches them. */
    public void add(E owner) {
        ExportList exports = owner.exportsInFile();
        byte[] names = names(exports); // why: a key may outlive its module, whose file others may then change
        int end = names.length;
        for (int i = exports.size() - 1; i >= 0; i--) {
            end -= exports.nameBytes(i) + 1;
            ByteName name = new ByteName().moveTo(names, end);
            byName.put(name, new Offer<>(owner, i, byName.get(name)));
        }
    }

    /** The names of all exports, one behind the other, each with its NUL. */
    private static byte[] names(ExportList exports) {
        int sizeBytes = 0;
        for (int i = 0; i < exports.size(); i++) {
            sizeBytes += exports.nameBytes(i) + 1;
        }
        byte[] names = new byte[sizeBytes];
        int end = 0;
        for (int i = 0; i < exports.size(); i++) {
            int length = exports.nameBytes(i) + 1;
            System.arraycopy(exports.array(), exports.nameStart(i), names, end, length);
            end += length;
        }
        return names;
    }

    /** Removes the exports of a module. */
    public void remove(E owner) {
        ExportList exports = owner.exportsInFile();
        ByteName name = new ByteName();
        BiFunction<ByteName, Offer<E>, @Nullable Offer<E>> rest = (any, offer) -> without(owner, offer);
        for (int i = 0; i < exports.size(); i++) {
            byName.computeIfPresent(name.moveTo(exports.array(), exports.nameStart(i)), rest);
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
            rest = new Offer<>(others.get(i).owner(), others.get(i).index(), rest);
        }
        return rest;
    }
}
