package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.link.Relocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds a module's relocations by their place. */
public final class RelocationIndex {
    private static final Comparator<Relocation> BY_PLACE =
            Comparator.comparing(relocation -> relocation.place().P());

    private final List<Relocation> byPlace;

    /** Indexes {@code relocations}. Relocations of one place stay in their order. */
    public RelocationIndex(List<Relocation> relocations) {
        byPlace = new ArrayList<>(relocations);
        byPlace.sort(BY_PLACE);
    }

    /** The relocations of one place, in the order of application. A new list. */
    public List<Relocation> at(Address place) {
        int start = 0;
        int end = byPlace.size();
        while (start < end) {
            int middle = (start + end) >>> 1;
            if (byPlace.get(middle).place().P().compareTo(place) < 0) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        List<Relocation> found = new ArrayList<>();
        while (start < byPlace.size() && byPlace.get(start).place().P().equals(place)) {
            found.add(byPlace.get(start++));
        }
        return found;
    }
}
