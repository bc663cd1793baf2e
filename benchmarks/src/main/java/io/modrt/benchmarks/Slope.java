package io.modrt.benchmarks;

import java.util.List;

/** How time grows with size: the slope of a straight line through the points of a log-log plot. */
final class Slope {
    /** Only sizes within this factor of the largest count: for small ones what every load costs prevails. */
    private static final double WITHIN = 100;

    private Slope() {}

    /** The slope of the least-squares line through the upper part of {@code points}, whose items are the sizes. */
    static double of(List<Measure> points) {
        double largest = points.stream().mapToDouble(Measure::items).max().orElseThrow();
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

    private static double x(Measure point) {
        return Math.log10(point.items());
    }

    private static double y(Measure point) {
        return Math.log10(point.minimum());
    }
}
