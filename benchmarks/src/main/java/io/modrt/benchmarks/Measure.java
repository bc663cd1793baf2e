package io.modrt.benchmarks;

/**
 * One figure.
 *
 * @param part what was run, such as {@code load}
 * @param tree the modules' kernel, such as {@code n64}
 * @param subject what it was run on, such as {@code xfs} or {@code tree}
 * @param step which of its steps, such as {@code parse}, or {@code whole}
 * @param unit {@code ns} or {@code bytes}
 * @param minimum the least of all samples
 * @param median the one in the middle
 * @param items how many relocations, call sites or calls the figure is for; 1 if it is for the whole
 */
record Measure(
        String part, String tree, String subject, String step, String unit, double minimum, double median, long items) {

    static final String CSV_HEADER = "part,tree,subject,step,unit,minimum,median,items";

    /** A line of the table of raw data. */
    String csv() {
        return "%s,%s,%s,%s,%s,%.0f,%.0f,%d".formatted(part, tree, subject, step, unit, minimum, median, items);
    }

    /** The figure that a line of the table of raw data has. */
    static Measure of(String csv) {
        String[] cells = csv.split(",", -1);
        return new Measure(
                cells[0],
                cells[1],
                cells[2],
                cells[3],
                cells[4],
                Double.parseDouble(cells[5]),
                Double.parseDouble(cells[6]),
                Long.parseLong(cells[7]));
    }

    /** Whether it is this figure. */
    boolean is(String wantedPart, String wantedTree, String wantedSubject, String wantedStep) {
        return part.equals(wantedPart)
                && tree.equals(wantedTree)
                && subject.equals(wantedSubject)
                && step.equals(wantedStep);
    }

    /** The least time for one item, in the unit. */
    double perItem() {
        return minimum / items;
    }
}
