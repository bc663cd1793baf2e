package io.modrt.benchmarks;

import java.util.List;

/** How time grows with size: the slope of a straight line through the points of a log-log plot. */
final class Slope {
    /** Only sizes within this factor of the largest count: for small ones what every load costs prevails. */
    private static final double WITHIN = 100;

    private Slope() {}

    /** The slope of the least-squares line through the upper part of {@code points}, whose items are the sizes. */
    static double of(List<Measure> points) {
        long largest = points.stream().mapToLong(Measure::items).max().orElseThrow();
        List<Measure> upper = points.stream()
                .filter(point -> point.items() * WITHIN >= largest)
                .toList();
        double meanX = upper.stream().mapToDouble(Slope::x).average().orElseThrow();
        double meanY = upper.stream().mapToDouble(Slope::y).average().orElseThrow();
        double both = upper.stream()
                .mapToDouble(point -> (x(point) - meanX) * (y(point) - meanY))
                .sum();
        double square = upper.stream()
                .mapToDouble(point -> (x(point) - meanX) * (x(point) - meanX))
                .sum();
        return both / square;
    }

    /** Where a point lies on the axis of sizes: 0 for 1, 1 for 10. */
    static double x(Measure point) {
        return Math.log10((double) point.items());
    }

    /** Where a point lies on the axis of times: 0 for a nanosecond. */
    static double y(Measure point) {
        return Math.log10(point.minimum());
    }
}
