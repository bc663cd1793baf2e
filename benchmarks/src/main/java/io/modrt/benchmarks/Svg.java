package io.modrt.benchmarks;

import java.util.Locale;

/** Writes a picture that is legible on a light and on a dark page: its colours follow the reader's scheme. */
final class Svg {
    private static final String STYLE = """
              <style>
                .page { fill: #ffffff } .ink { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0; stroke-width: 1 } .guide { stroke: #8c959f; stroke-dasharray: 5 5 }
                .c0 { fill: #3b6ea5; stroke: #3b6ea5 } .c1 { fill: #d98d1f; stroke: #d98d1f } .c2 { fill: #2f8f6b; stroke: #2f8f6b }
                .c3 { fill: #b3414f; stroke: #b3414f } .c4 { fill: #8465a8; stroke: #8465a8 } .c5 { fill: #6e7781; stroke: #6e7781 }
                .bar { stroke: none } .line { fill: none; stroke-width: 2 }
                @media (prefers-color-scheme: dark) {
                  .page { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #30363d }
                  .c0 { fill: #6ca6e8; stroke: #6ca6e8 } .c1 { fill: #e3b341; stroke: #e3b341 } .c2 { fill: #4fc38f; stroke: #4fc38f }
                  .c3 { fill: #f0808c; stroke: #f0808c } .c4 { fill: #b99be0; stroke: #b99be0 } .c5 { fill: #8b949e; stroke: #8b949e }
                  .bar { stroke: none } .line { fill: none }
                }
              </style>
            """;

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;
    private final String title;
    private final String description;

    /** A picture of a size in pixels; {@code title} and {@code description} are for those who cannot see it. */
    Svg(int width, int height, String title, String description) {
        this.width = width;
        this.height = height;
        this.title = title;
        this.description = description;
    }

    /** Adds a filled rectangle. */
    void bar(String classes, double x, double y, double barWidth, double barHeight) {
        body.append("  <rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>%n"
                .formatted(classes, number(x), number(y), number(barWidth), number(barHeight)));
    }

    /** Adds a straight line. */
    void line(String classes, double x1, double y1, double x2, double y2) {
        body.append("  <line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>%n"
                .formatted(classes, number(x1), number(y1), number(x2), number(y2)));
    }

    /** Adds a line through {@code points}: x and y in turn. */
    void path(String classes, double... points) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < points.length; i += 2) {
            path.append(i == 0 ? "M " : " L ")
                    .append(number(points[i]))
                    .append(' ')
                    .append(number(points[i + 1]));
        }
        body.append("  <path class=\"%s\" d=\"%s\"/>%n".formatted(classes, path));
    }

    /** Adds a dot. */
    void dot(String classes, double x, double y) {
        body.append(
                "  <circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"3.5\"/>%n".formatted(classes, number(x), number(y)));
    }

    /** Adds text that starts, ends or has its middle at {@code x}: the anchor is {@code start}, {@code end} or {@code middle}. */
    void text(String classes, String anchor, double x, double y, String text) {
        body.append("  <text class=\"%s\" text-anchor=\"%s\" x=\"%s\" y=\"%s\">%s</text>%n"
                .formatted(classes, anchor, number(x), number(y), escaped(text)));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : "%.1f".formatted(value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="DejaVu Sans, Verdana, Arial, sans-serif" font-size="13">
                  <title>%s</title>
                  <desc>%s</desc>
                %s  <rect class="page bar" width="%d" height="%d"/>
                %s</svg>
                """, width, height, escaped(title), escaped(description), STYLE, width, height, body);
    }
}
