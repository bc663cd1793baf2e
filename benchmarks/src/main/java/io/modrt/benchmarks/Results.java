package io.modrt.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The figures of one run. */
final class Results {
    private final List<Measure> measures = new ArrayList<>();

    void add(Measure measure) {
        measures.add(measure);
    }

    List<Measure> all() {
        return List.copyOf(measures);
    }

    /** The figures of one part. */
    List<Measure> part(String part) {
        return measures.stream().filter(measure -> measure.part().equals(part)).toList();
    }

    /** The minimum of a figure; empty if it was not measured. */
    OptionalDouble minimum(String part, String tree, String subject, String step) {
        return measures.stream()
                .filter(measure -> measure.is(part, tree, subject, step))
                .mapToDouble(Measure::minimum)
                .findFirst();
    }

    /** The sum of the minima of some steps; empty if one was not measured. */
    OptionalDouble sum(String part, String tree, String subject, String... steps) {
        double sum = 0;
        for (String step : steps) {
            OptionalDouble one = minimum(part, tree, subject, step);
            if (one.isEmpty()) {
                return one;
            }
            sum += one.getAsDouble();
        }
        return OptionalDouble.of(sum);
    }

    /** The figures of the lines that {@link #csv} wrote. */
    static Results of(List<String> lines) {
        Results results = new Results();
        lines.stream().skip(1).map(Measure::of).forEach(results::add);
        return results;
    }

    /** All figures, a line each, with a header. */
    String csv() {
        StringBuilder lines = new StringBuilder(Measure.CSV_HEADER).append('\n');
        measures.forEach(measure -> lines.append(measure.csv()).append('\n'));
        return lines.toString();
    }
}
