package io.modrt.export;

import static io.modrt.page.HtmlText.text;

import io.modrt.load.LiveModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws who uses whom: each module to the right of all that it uses, so that lines go from left to right. */
final class DependencyGraph {
    private static final int MOST_MODULES = 120;
    private static final int COLUMN = 190;
    private static final int ROW = 30;
    private static final int BOX = 150;
    private static final int BOX_HEIGHT = 22;

    private final Map<LiveModule, Integer> depths = new HashMap<>();
    private final List<List<LiveModule>> columns = new ArrayList<>();

    private DependencyGraph() {}

    /** The drawing; empty if no module uses another, or if there are too many to see anything. */
    static String svg(List<LiveModule> modules) {
        boolean isPlain = modules.stream().allMatch(module -> module.uses().isEmpty());
        return isPlain || modules.size() > MOST_MODULES ? "" : new DependencyGraph().draw(modules);
    }

    /** Modules come after what they use, so a module's depth is known when the newer ones ask for it. */
    private String draw(List<LiveModule> newestFirst) {
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            add(newestFirst.get(i));
        }
        Map<LiveModule, int[]> places = new HashMap<>();
        int rows = 0;
        for (int column = 0; column < columns.size(); column++) {
            List<LiveModule> inColumn = columns.get(column);
            rows = Math.max(rows, inColumn.size());
            for (int row = 0; row < inColumn.size(); row++) {
                places.put(inColumn.get(row), new int[] {20 + column * COLUMN, 12 + row * ROW});
            }
        }
        StringBuilder svg =
                new StringBuilder("<h2>Who uses whom</h2>\n<p>A module stands to the right of what it uses.</p>\n");
        svg.append(String.format(
                Locale.ROOT,
                "<svg class=\"graph\" viewBox=\"0 0 %d %d\" style=\"max-width: %dpx\">%n",
                20 + columns.size() * COLUMN,
                20 + rows * ROW,
                20 + columns.size() * COLUMN));
        places.forEach((module, to) -> module.uses().forEach(used -> line(svg, places.get(used), to)));
        places.forEach((module, at) -> svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/><text x=\"%d\" y=\"%d\">%s</text>%n",
                at[0],
                at[1],
                BOX,
                BOX_HEIGHT,
                at[0] + 8,
                at[1] + 15,
                text(shortened(module.name())))));
        return svg.append("</svg>\n").toString();
    }

    private static void line(StringBuilder svg, int @org.jspecify.annotations.Nullable [] from, int[] to) {
        if (from == null) {
            return; // why: what it uses is not on this page
        }
        int x = from[0] + BOX;
        int middle = (x + to[0]) / 2;
        int fromY = from[1] + BOX_HEIGHT / 2;
        int toY = to[1] + BOX_HEIGHT / 2;
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%d %d C%d %d %d %d %d %d\"/>%n",
                x,
                fromY,
                middle,
                fromY,
                middle,
                toY,
                to[0],
                toY));
    }

    private static String shortened(String name) {
        return name.length() <= 19 ? name : name.substring(0, 18) + "…";
    }

    private void add(LiveModule module) {
        int depth = 0;
        for (LiveModule used : module.uses()) {
            depth = Math.max(depth, depths.getOrDefault(used, -1) + 1);
        }
        depths.put(module, depth);
        while (columns.size() <= depth) {
            columns.add(new ArrayList<>());
        }
        columns.get(depth).add(module);
    }
}
