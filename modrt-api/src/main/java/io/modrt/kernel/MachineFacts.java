package io.modrt.kernel;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * The machine that a kernel runs on, as far as the kernel rewrites code for it. Immutable; the {@code with} methods return copies.
 *
 * <p>There are two kinds of facts beside the number of CPUs. A <em>feature</em> has a name, which the package of the architecture
 * documents, for example {@code qemu}. A <em>capability</em> has a number, as the kernel's own bitmap of capabilities has it; the numbers
 * may differ between two builds of one kernel version; {@link KernelBitmap} reads that bitmap. What is not said here counts as absent, so of an unknown machine code stays as it
 * was compiled.
 *
 * <pre>{@code
 * MachineFacts.of(1).withFeatures("qemu").withCapabilities(26, 37)
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class MachineFacts {

    private static final MachineFacts UNKNOWN = new MachineFacts(OptionalInt.empty(), Set.of(), Set.of());

    private final OptionalInt presentCpus;
    private final Set<String> features;
    private final Set<Integer> capabilities;

    private MachineFacts(OptionalInt presentCpus, Set<String> features, Set<Integer> capabilities) {
        this.presentCpus = presentCpus;
        this.features = features;
        this.capabilities = capabilities;
    }

    /** A machine of which nothing is known. */
    public static MachineFacts unknown() {
        return UNKNOWN;
    }

    /** A machine with this many CPUs, at least 1, of which nothing else is known. */
    public static MachineFacts of(int presentCpus) {
        return UNKNOWN.withPresentCpus(presentCpus);
    }

    /** The same with this many CPUs present at boot, at least 1. */
    public MachineFacts withPresentCpus(int cpus) {
        if (cpus < 1) {
            throw new IllegalArgumentException("no machine has " + cpus + " CPUs");
        }
        return new MachineFacts(OptionalInt.of(cpus), features, capabilities);
    }

    /** The same with these features added, by the names that the package of the architecture documents. */
    public MachineFacts withFeatures(String... names) {
        return withFeatures(List.of(names));
    }

    /** As {@link #withFeatures(String...)}. */
    public MachineFacts withFeatures(Collection<String> names) {
        for (String name : names) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name of a feature is blank");
            }
        }
        return new MachineFacts(presentCpus, union(features, names), capabilities);
    }

    /** The same with these capabilities added, by the numbers that this build of the kernel gives them, from 0. */
    public MachineFacts withCapabilities(int... numbers) {
        return withCapabilities(Arrays.stream(numbers).boxed().collect(Collectors.toList()));
    }

    /** As {@link #withCapabilities(int...)}. */
    public MachineFacts withCapabilities(Collection<Integer> numbers) {
        for (int number : numbers) {
            if (number < 0) {
                throw new IllegalArgumentException("no capability has the number " + number);
            }
        }
        return new MachineFacts(presentCpus, features, union(capabilities, numbers));
    }

    /** The same with the features and capabilities of {@code more} added, and its number of CPUs if there was none. */
    public MachineFacts with(MachineFacts more) {
        return new MachineFacts(
                presentCpus.isPresent() ? presentCpus : more.presentCpus,
                union(features, more.features),
                union(capabilities, more.capabilities));
    }

    private static <T extends Comparable<T>> Set<T> union(Set<T> known, Collection<T> added) {
        SortedSet<T> all = new TreeSet<>(known);
        all.addAll(added);
        return Collections.unmodifiableSortedSet(all);
    }

    /** The CPUs present at boot, at least 1; empty if not known. */
    public OptionalInt presentCpus() {
        return presentCpus;
    }

    /** Whether the machine is known to have exactly one CPU. */
    public boolean isUniprocessor() {
        return presentCpus.isPresent() && presentCpus.getAsInt() == 1;
    }

    /** The names of all features, sorted. Unmodifiable. */
    public Set<String> features() {
        return features;
    }

    /** Whether the machine is known to have the feature {@code name}. */
    public boolean hasFeature(String name) {
        return features.contains(name);
    }

    /** The numbers of all capabilities, sorted. Unmodifiable. */
    public Set<Integer> capabilities() {
        return capabilities;
    }

    /** Whether the machine is known to have capability {@code number}. */
    public boolean hasCapability(int number) {
        return capabilities.contains(number);
    }

    /**
     * Checks that an architecture knows every feature that somebody said: a misspelt one would silently count as absent.
     *
     * @throws IllegalArgumentException naming the features that are not in {@code known}, and those that are
     */
    public void requireFeaturesAmong(Set<String> known) {
        SortedSet<String> strange = new TreeSet<>(features);
        strange.removeAll(known);
        if (!strange.isEmpty()) {
            throw new IllegalArgumentException("the architecture knows no machine feature " + String.join(", ", strange)
                    + "; it knows " + String.join(", ", new TreeSet<>(known)));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MachineFacts that
                && presentCpus.equals(that.presentCpus)
                && features.equals(that.features)
                && capabilities.equals(that.capabilities);
    }

    @Override
    public int hashCode() {
        return Objects.hash(presentCpus, features, capabilities);
    }

    /** The facts in one line. */
    @Override
    public String toString() {
        String cpus = presentCpus.isPresent() ? Integer.toString(presentCpus.getAsInt()) : "unknown";
        return "present CPUs: " + cpus + ", features: " + features + ", capabilities: " + capabilities;
    }
}
