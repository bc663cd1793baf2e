package io.modrt.conformance;

import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The comparison of one module of a dump.
 *
 * @param name its name
 * @param sections the number of sections at their predicted addresses
 * @param results the result for each state in which its memory was captured
 * @param faults other faults: sections at unpredicted addresses, or why the module could not be compared
 */
record ModuleComparison(String name, int sections, List<VerificationResult> results, List<String> faults) {
    /** Reasons for words that the kernel sorts. */
    private static final Set<String> SORTED =
            Set.of("exception table", "unwind table", "function tracing", "jump table");

    private static final String ALTERNATIVES = "alternatives";
    private static final int SHOWN = 20;

    /** Copies the lists. */
    ModuleComparison {
        results = List.copyOf(results);
        faults = List.copyOf(faults);
    }

    /** The comparison of a module that could not be compared. */
    static ModuleComparison failed(String name, Throwable why) {
        return new ModuleComparison(name, 0, List.of(), List.of(String.valueOf(why.getMessage())));
    }

    /** Whether everything was as it should be. */
    boolean isWell() {
        return faults.isEmpty() && !results.isEmpty() && results.stream().allMatch(VerificationResult::isClean);
    }

    /** Counts of one or more modules. */
    record Counts(long words, long equal, long sites, long sorted, long alternatives, long data, long unexplained) {

        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(
                    words + other.words,
                    equal + other.equal,
                    sites + other.sites,
                    sorted + other.sorted,
                    alternatives + other.alternatives,
                    data + other.data,
                    unexplained + other.unexplained);
        }

        @Override
        public String toString() {
            return "%d words, equal %d, sites %d, sorted %d, alternatives %d, data %d, unexplained %d"
                    .formatted(words, equal, sites, sorted, alternatives, data, unexplained);
        }

        /** The share of the words that are data, which no comparison can judge, for example {@code 8.7 %}. */
        String share() {
            return String.format(Locale.ROOT, "%.1f %%", words == 0 ? 0 : 100.0 * data / words);
        }
    }

    /** The number of words that were compared; of call sites and unexplained words the number too. */
    Counts counts() {
        Counts sum = Counts.NONE;
        for (VerificationResult result : results) {
            Map<String, Long> finished = result.details(Reason.FINISHED);
            long sorted = finished.entrySet().stream()
                    .filter(entry -> SORTED.contains(entry.getKey()))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            long alternatives = finished.getOrDefault(ALTERNATIVES, 0L);
            sum = sum.plus(new Counts(
                    result.words() - result.words(Reason.GONE),
                    result.words(Reason.EQUAL) + result.words(Reason.FINISHED) - sorted - alternatives,
                    result.siteCount(),
                    sorted,
                    alternatives,
                    result.words(Reason.DATA) + result.words(Reason.CHANGED_DATA),
                    result.differences().size()));
        }
        return sum;
    }

    /** A line with the counts, and lines with the faults. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        long own = results.stream()
                .mapToLong(result -> result.words(Reason.KERNEL_WRITTEN))
                .sum();
        long unread = results.stream()
                .mapToLong(result -> result.words(Reason.UNREADABLE))
                .sum();
        lines.add(name + ": " + counts() + ", kernel's own " + own + (unread > 0 ? ", unreadable " + unread : "")
                + "; layout predicted " + sections + " sections");
        faults.forEach(fault -> lines.add("  FAILED " + name + ": " + fault));
        for (VerificationResult result : results) {
            List<Difference> differences = result.differences();
            differences.stream()
                    .limit(SHOWN)
                    .forEach(difference -> lines.add("  unexplained " + name + ": " + difference));
            if (differences.size() > SHOWN) {
                lines.add("  and " + (differences.size() - SHOWN) + " more");
            }
        }
        return lines;
    }
}
