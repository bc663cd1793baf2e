package io.modrt.image;

import io.modrt.address.AddressRange;
import io.modrt.image.Finding.Kind;
import io.modrt.image.KallsymsTables.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the names in the kernel's own symbol table with the symbols that were given, which an untouched boot of the kernel shows. Other lists
 * of symbols, such as a {@code System.map}, may have many that the table has not: then nothing is told.
 */
final class KernelNames {
    /** One in so many names may be missing. */
    private static final int MOST_MISSING = 100;

    private static final int MOST_TOLD = 100;

    private final MemoryImage image;

    KernelNames(MemoryImage image) {
        this.image = image;
    }

    /** The names that are no longer in the table, each where one stands now that was not given, if there is one. */
    List<Finding> findings() {
        Optional<AddressRange> kernel = image.kernelRange();
        List<Name> names = kernel.map(range -> KallsymsTables.in(image.kernelMemory(), range))
                .orElse(List.of());
        Set<String> known = image.known().keySet();
        Set<String> missing = new TreeSet<>(known);
        Set<String> there = new HashSet<>();
        names.forEach(name -> there.add(name.text()));
        missing.removeAll(there);
        if (names.isEmpty() || missing.size() > known.size() / MOST_MISSING) {
            return List.of();
        }
        List<Name> instead =
                names.stream().filter(name -> !known.contains(name.text())).toList();
        List<Finding> findings = new ArrayList<>();
        for (String name : missing) {
            if (findings.size() == MOST_TOLD) {
                break;
            }
            boolean isOne = missing.size() == 1 && instead.size() == 1;
            findings.add(new Finding(
                    Kind.SYMBOLS,
                    "",
                    isOne ? Optional.of(instead.get(0).at()) : Optional.empty(),
                    "kallsyms",
                    "",
                    "the kernel's own symbol table no longer has " + name
                            + (isOne ? ", and has " + printable(instead.get(0).text()) + " in its place" : "")));
        }
        return findings;
    }

    private static String printable(String name) {
        return name.replaceAll("[^ -~]", "?");
    }
}
