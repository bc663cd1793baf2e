package io.modrt.benchmarks;

import java.util.List;

/** Draws how the time of a load grows with what is loaded, on two logarithmic scales. */
final class ScalingPlot {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 560;
    private static final int LEFT = 90;
    private static final int RIGHT = 700;
    private static final int TOP = 60;
    private static final int BOTTOM = 500;
    private static final int MOST_X = 7;
    private static final int LEAST_Y = 4;
    private static final int MOST_Y = 10;
    private static final String[] TIMES = {"10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"};
    private static final String[] SIZES = {"1", "10", "100", "1,000", "10,000", "100,000", "10⁶", "10⁷"};

    private ScalingPlot() {}

    /** The picture of the figures of the part {@code scaling}. */
    static String of(Results results) {
        Svg svg = new Svg(
                WIDTH,
                HEIGHT,
                "Time of a load, by size",
                "The time of a load grows in proportion to its sections, its relocations, its symbols and the number of modules.");
        svg.text("ink", "start", LEFT, 30, "Load and unload, by the number of …");
        grid(svg);
        int row = 0;
        for (Scaling.Axis axis : Scaling.Axis.values()) {
            List<Measure> points = results.part("scaling").stream()
                    .filter(measure -> measure.subject().equals(axis.key()))
                    .toList();
            if (points.size() > 1) {
                series(svg, axis, points, row++);
            }
        }
        svg.line("guide", x(2), y(4.5), x(7), y(9.5));
        svg.text("faint", "end", x(7) - 4, y(9.5) - 6, "slope 1");
        return svg.toString();
    }

    private static double x(double power) {
        return LEFT + (RIGHT - LEFT) * power / MOST_X;
    }

    private static double y(double power) {
        return BOTTOM - (BOTTOM - TOP) * (power - LEAST_Y) / (MOST_Y - LEAST_Y);
    }

    private static void grid(Svg svg) {
        for (int power = 0; power <= MOST_X; power++) {
            svg.line("grid", x(power), TOP, x(power), BOTTOM);
            svg.text("faint", "middle", x(power), BOTTOM + 20, SIZES[power]);
        }
        for (int power = LEAST_Y; power <= MOST_Y; power++) {
            svg.line("grid", LEFT, y(power), RIGHT, y(power));
            svg.text("faint", "end", LEFT - 8, y(power) + 4, TIMES[power - LEAST_Y]);
        }
    }

    private static void series(Svg svg, Scaling.Axis axis, List<Measure> points, int row) {
        String colour = "c" + row;
        double[] path = new double[2 * points.size()];
        for (int i = 0; i < points.size(); i++) {
            path[2 * i] = x(Slope.x(points.get(i)));
            path[2 * i + 1] = y(Slope.y(points.get(i)));
            svg.dot(colour, path[2 * i], path[2 * i + 1]);
        }
        svg.path(colour + " line", path);
        int height = TOP + 30 + 34 * row;
        svg.bar(colour + " bar", RIGHT + 30, height - 10, 12, 12);
        svg.text("ink", "start", RIGHT + 50, height, "%s: slope %.2f".formatted(axis.label(), Slope.of(points)));
    }
}
