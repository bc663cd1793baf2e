package io.modrt.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown: the first column is text, the others are figures. */
final class Markdown {
    private final List<String> lines = new ArrayList<>();

    /** A table with these headings. */
    Markdown(String... headings) {
        lines.add("| " + String.join(" | ", headings) + " |");
        lines.add("|---|" + "---:|".repeat(headings.length - 1));
    }

    /** Adds a row. */
    void row(String... cells) {
        lines.add("| " + String.join(" | ", cells) + " |");
    }

    boolean isEmpty() {
        return lines.size() == 2;
    }

    @Override
    public String toString() {
        return String.join("\n", lines) + "\n";
    }
}
