package io.modrt.conformance;

import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of one module of a dump.
 *
 * @param name its name
 * @param sections how many sections are where they were predicted
 * @param results one for each state in which its memory was captured
 * @param faults what is wrong beside words: where sections are, why it could not be compared
 */
record ModuleComparison(String name, int sections, List<VerificationResult> results, List<String> faults) {
    /** What the kernel sorts, by who tells of it. */
    private static final Set<String> SORTED =
            Set.of("exception table", "unwind table", "function tracing", "jump table");

    private static final String ALTERNATIVES = "alternatives";
    private static final int SHOWN = 20;

    /** Copies the lists. */
    ModuleComparison {
        results = List.copyOf(results);
        faults = List.copyOf(faults);
    }

    /** A module that could not be compared. */
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
    }

    /** Words that were compared; sites and what is unexplained are counted by their number. */
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

    /** A line, and behind it what is wrong. */
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
