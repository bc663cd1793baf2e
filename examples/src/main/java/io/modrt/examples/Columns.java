package io.modrt.examples;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A text table whose columns are as wide as their widest cells, with numbers aligned to the right. */
final class Columns {
    private static final String INDENT = "   ";
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final int mostRows;

    private Columns(int mostRows) {
        this.mostRows = mostRows;
    }

    /** A table without headings. */
    static Columns plain() {
        return new Columns(Integer.MAX_VALUE);
    }

    /** A table of any length. */
    static Columns of(String... headings) {
        return plain().row((Object[]) headings);
    }

    /** A table that prints {@code mostRows} rows and says how many it left out. */
    static Columns atMost(int mostRows, String... headings) {
        return new Columns(mostRows).row((Object[]) headings);
    }

    /** Adds a row; all rows have the same number of cells. */
    Columns row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        rows.add(row);
        return this;
    }

    void print(PrintStream out) {
        List<List<String>> shown = rows.subList(0, (int) Math.min(rows.size(), mostRows + 1L));
        int last = rows.get(0).size() - 1;
        List<StringBuilder> lines = new ArrayList<>();
        for (int row = 0; row < shown.size(); row++) {
            lines.add(new StringBuilder(INDENT));
        }
        for (int column = 0; column <= last; column++) {
            int at = column;
            int width =
                    shown.stream().mapToInt(row -> row.get(at).length()).max().orElse(0);
            boolean numbers = shown.stream().skip(1).allMatch(row -> row.get(at).matches("[0-9,]+"));
            for (int row = 0; row < shown.size(); row++) {
                String cell = shown.get(row).get(column);
                String blanks = " ".repeat(width - cell.length());
                lines.get(row).append(numbers ? blanks + cell : cell + blanks).append(GAP);
            }
        }
        lines.forEach(line -> out.println(line.toString().stripTrailing()));
        if (shown.size() < rows.size()) {
            out.println(INDENT + "and " + (rows.size() - shown.size()) + " more");
        }
    }
}
