package io.modrt.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which {@code depmod} goes through a set of names: by the bucket of a hash table, then by name. It shows in
 * {@code modules.symbols}, and in {@code modules.dep} for modules that {@code modules.order} does not list. The hash is Paul Hsieh's
 * SuperFastHash; the number of buckets is a power of two.
 */
final class HashOrder {

    private final int buckets;

    HashOrder(int buckets) {
        this.buckets = buckets;
    }

    private record Place(int bucket, String name) {}

    /** The names in that order. */
    List<String> sorted(Collection<String> names) {
        List<Place> places = new ArrayList<>(names.size());
        for (String name : names) {
            places.add(new Place(hash(name.getBytes(StandardCharsets.ISO_8859_1)) & (buckets - 1), name));
        }
        places.sort(Comparator.comparingInt(Place::bucket).thenComparing(Place::name));
        return places.stream().map(Place::name).toList();
    }

    /** SuperFastHash: two 16-bit halves are mixed a step, then what is left of the last four bytes, then all bits avalanche. */
    static int hash(byte[] key) {
        int hash = key.length;
        int at = 0;
        for (; key.length - at >= 4; at += 4) {
            hash += half(key, at);
            hash = (hash << 16) ^ ((half(key, at + 2) << 11) ^ hash);
            hash += hash >>> 11;
        }
        switch (key.length - at) {
            case 3 -> {
                hash += half(key, at);
                hash ^= hash << 16;
                hash ^= (key[at + 2] & 0xff) << 18;
                hash += hash >>> 11;
            }
            case 2 -> {
                hash += half(key, at);
                hash ^= hash << 11;
                hash += hash >>> 17;
            }
            case 1 -> {
                hash += key[at] & 0xff;
                hash ^= hash << 10;
                hash += hash >>> 1;
            }
            default -> {} // nothing is left
        }
        hash ^= hash << 3;
        hash += hash >>> 5;
        hash ^= hash << 4;
        hash += hash >>> 17;
        hash ^= hash << 25;
        hash += hash >>> 6;
        return hash;
    }

    private static int half(byte[] key, int at) {
        return (key[at] & 0xff) | (key[at + 1] & 0xff) << 8;
    }
}
