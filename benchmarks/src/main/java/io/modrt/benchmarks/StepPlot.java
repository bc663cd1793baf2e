package io.modrt.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Draws where the time of a load goes: bars of steps, for each tree, for xfs, and for whole processes. */
final class StepPlot {
    private static final int WIDTH = 960;
    private static final int LEFT = 190;
    private static final int RIGHT = 860;
    private static final int ROW = 24;
    private static final int BAR = 17;
    private static final int HEADING = 44;
    private static final int LEGEND = 46;

    private final Results results;
    private final List<Panel> panels = new ArrayList<>();

    private record Row(String label, List<Double> parts) {
        double sum() {
            return parts.stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    private record Panel(String heading, String unit, List<Row> rows) {}

    /** One group of steps, as modrt and as the kernel's program name them. */
    private record Group(String label, List<String> steps, String inC) {}

    private static final List<Group> GROUPS = List.of(
            new Group("read", List.of("read"), "read"),
            new Group("parse, plan", List.of("parse", "plan"), "parse+plan+copy"),
            new Group("place, resolve", List.of("place", "resolve"), "place+resolve"),
            new Group("copy, relocate, finish", List.of("relocate"), "relocate+finish"),
            new Group("commit, unload", List.of("commit", "unload"), ""));

    private StepPlot(Results results) {
        this.results = results;
    }

    /** The picture of what was measured of trees, modules and processes. */
    static String of(Results results) {
        StepPlot plot = new StepPlot(results);
        plot.loads("All modules of a kernel", "tree", "tree");
        plot.loads("xfs", "load", "xfs");
        plot.processes();
        return plot.draw();
    }

    private void loads(String heading, String part, String subject) {
        List<Row> rows = new ArrayList<>();
        for (String tree : Options.ALL_TREES) {
            OptionalDouble items = results.part(part).stream()
                    .filter(measure -> measure.is(part, tree, subject, "read"))
                    .mapToDouble(Measure::items)
                    .findFirst();
            if (items.isEmpty()) {
                continue;
            }
            List<Double> inC = new ArrayList<>();
            List<Double> here = new ArrayList<>();
            for (Group group : GROUPS) {
                results.minimum("c", tree, subject, group.inC())
                        .ifPresent(nanos -> inC.add(nanos / items.getAsDouble()));
                results.sum(part, tree, subject, group.steps().toArray(String[]::new))
                        .ifPresent(nanos -> here.add(nanos / items.getAsDouble()));
            }
            if (!inC.isEmpty()) {
                rows.add(new Row(tree + ", the kernel's C", inC));
            }
            rows.add(new Row(tree + ", modrt", here));
        }
        if (!rows.isEmpty()) {
            panels.add(new Panel(heading + ": nanoseconds a relocation", "ns", rows));
        }
    }

    private void processes() {
        List<Row> rows = results.part("process").stream()
                .filter(measure -> measure.tree().equals("n64"))
                .map(measure -> new Row(measure.step(), List.of(measure.minimum() / 1e6)))
                .toList();
        if (!rows.isEmpty()) {
            panels.add(new Panel("Whole processes on xfs of n64: milliseconds", "ms", rows));
        }
    }

    private String draw() {
        int height = LEGEND
                + 20
                + panels.stream()
                        .mapToInt(panel -> HEADING + ROW * panel.rows().size())
                        .sum();
        Svg svg = new Svg(
                WIDTH,
                height,
                "What the steps of a load take",
                "Bars of the steps read, parse and plan, place and resolve, relocate and finish, commit and unload, for modrt and for the"
                        + " kernel's own C; and bars of whole processes.");
        double x = LEFT;
        for (int i = 0; i < GROUPS.size(); i++) {
            svg.bar("c" + i + " bar", x, 18, 12, 12);
            svg.text("ink", "start", x + 18, 29, GROUPS.get(i).label());
            x += 44 + 7.4 * GROUPS.get(i).label().length();
        }
        int y = LEGEND;
        for (Panel panel : panels) {
            y += draw(svg, panel, y);
        }
        return svg.toString();
    }

    private static int draw(Svg svg, Panel panel, int top) {
        double most = panel.rows().stream().mapToDouble(Row::sum).max().orElseThrow();
        svg.text("ink", "start", 24, top + 28, panel.heading());
        int y = top + HEADING;
        for (Row row : panel.rows()) {
            svg.text("ink", "end", LEFT - 10, y + 13, row.label());
            double x = LEFT;
            for (int i = 0; i < row.parts().size(); i++) {
                double width = (RIGHT - LEFT) * row.parts().get(i) / most;
                String colour = row.parts().size() == 1 ? "c5" : "c" + i;
                svg.bar(colour + " bar", x, y, width, BAR);
                x += width;
            }
            svg.text("faint", "start", x + 6, y + 13, "%.3g %s".formatted(row.sum(), panel.unit()));
            y += ROW;
        }
        return HEADING + ROW * panel.rows().size();
    }
}
