package io.modrt.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/** Writes the figures of one run as tables. */
final class Report {
    private static final String NOT_MEASURED = "–";

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private Report(Results results) {
        this.results = results;
    }

    /** The text of {@code results}, which were measured under {@code conditions}. */
    static String of(Results results, String conditions) {
        Report report = new Report(results);
        report.text.append(conditions);
        report.besideC();
        report.machines();
        report.steps();
        report.memory();
        report.questions();
        report.processes();
        report.growth();
        return report.text.toString();
    }

    private void table(String heading, Markdown table) {
        if (!table.isEmpty()) {
            text.append("\n### ").append(heading).append("\n\n").append(table);
        }
    }

    private static String cell(OptionalDouble value, DoubleFunction<String> shown) {
        return value.isPresent() ? shown.apply(value.getAsDouble()) : NOT_MEASURED;
    }

    /** A time with three digits and a unit. */
    static String time(double nanos) {
        if (nanos < 1e3) {
            return "%.0f ns".formatted(nanos);
        }
        double value = nanos;
        String unit = "";
        for (String next : List.of("µs", "ms", "s")) {
            if (value >= 1000) {
                value /= 1000;
                unit = next;
            }
        }
        return (value >= 100 ? "%.0f " : value >= 10 ? "%.1f " : "%.2f ").formatted(value) + unit;
    }

    private static String ratio(OptionalDouble value, OptionalDouble by) {
        return value.isPresent() && by.isPresent()
                ? "%.2f".formatted(value.getAsDouble() / by.getAsDouble())
                : NOT_MEASURED;
    }

    private void besideC() {
        Markdown table = new Markdown("", "the kernel's C", "modrt", "ratio", "C × memcpy", "modrt × memcpy");
        for (String tree : Options.ALL_TREES) {
            besideC(table, tree, "tree", "tree", tree + ", all modules");
            besideC(table, tree, "load", "xfs", tree + ", xfs");
            besideC(table, tree, "load", "btrfs", tree + ", btrfs");
        }
        table("Beside the kernel's own C", table);
    }

    private void besideC(Markdown table, String tree, String part, String subject, String label) {
        if (results.minimum("c", tree, subject, "whole").isEmpty()) {
            return;
        }
        row(table, tree, subject, label + ": whole", "whole", results.minimum(part, tree, subject, "whole"));
        row(table, tree, subject, "whole, by path", "whole", results.minimum(part, tree, subject, "by path"));
        row(table, tree, subject, "read", "read", results.minimum(part, tree, subject, "read"));
        row(
                table,
                tree,
                subject,
                "parse, plan, copy",
                "parse+plan+copy",
                results.sum(part, tree, subject, "parse", "plan"));
        row(
                table,
                tree,
                subject,
                "place, resolve",
                "place+resolve",
                results.sum(part, tree, subject, "place", "resolve"));
        row(
                table,
                tree,
                subject,
                "relocate, finish",
                "relocate+finish",
                results.minimum(part, tree, subject, "relocate"));
        row(table, tree, subject, "commit, unload", "", results.sum(part, tree, subject, "commit", "unload"));
    }

    private void row(Markdown table, String tree, String subject, String label, String step, OptionalDouble here) {
        OptionalDouble inC = results.minimum("c", tree, subject, step);
        OptionalDouble copy = results.minimum("c", tree, subject, "memcpy");
        table.row(
                label,
                cell(inC, Report::time),
                cell(here, Report::time),
                ratio(here, inC),
                ratio(inC, copy),
                ratio(here, copy));
    }

    private void machines() {
        Markdown table = new Markdown(
                "",
                "relocations",
                "load",
                "a relocation",
                "× memcpy",
                "allocated",
                "`loadAll`",
                "two threads",
                "faster by");
        for (String tree : Options.ALL_TREES) {
            machine(table, "tree", tree, "tree", tree + ", all modules");
            machine(table, "load", tree, "xfs", tree + ", xfs");
            machine(table, "load", tree, "btrfs", tree + ", btrfs");
        }
        table("All machines", table);
    }

    private void machine(Markdown table, String part, String tree, String subject, String label) {
        Optional<Measure> whole = results.part(part).stream()
                .filter(measure -> measure.is(part, tree, subject, "whole"))
                .findFirst();
        if (whole.isEmpty()) {
            return;
        }
        OptionalDouble least = OptionalDouble.of(whole.get().minimum());
        OptionalDouble one = results.minimum(part, tree, subject, "loadAll 1");
        OptionalDouble two = results.minimum(part, tree, subject, "loadAll 2");
        table.row(
                label,
                "%,d".formatted(whole.get().items()),
                time(whole.get().minimum()),
                "%.1f ns".formatted(whole.get().perItem()),
                ratio(least, results.minimum(part, tree, subject, "memcpy")),
                cell(results.minimum(part, tree, subject, "allocation"), bytes -> "%.2f MB".formatted(bytes / 1e6)),
                cell(one, Report::time),
                cell(two, Report::time),
                ratio(one, two));
    }

    private void steps() {
        Markdown table = new Markdown(
                "xfs", "read", "parse", "plan", "place", "resolve", "relocate, finish", "commit", "unload", "memcpy");
        for (String tree : Options.ALL_TREES) {
            if (results.minimum("load", tree, "xfs", "read").isPresent()) {
                String[] cells = new String[TimedLoad.Step.values().length + 1];
                cells[0] = tree;
                for (TimedLoad.Step step : TimedLoad.Step.values()) {
                    cells[step.ordinal() + 1] = cell(results.minimum("load", tree, "xfs", step.key()), Report::time);
                }
                table.row(cells);
            }
        }
        table("Step by step", table);
    }

    private void memory() {
        Markdown table = new Markdown("", "image", "allocated", "bound", "modules within their bound");
        for (String tree : Options.ALL_TREES) {
            Optional<Measure> within = results.part("memory").stream()
                    .filter(measure -> measure.is("memory", tree, "tree", "modules within the bound"))
                    .findFirst();
            if (within.isPresent()) {
                table.row(
                        tree + ", xfs",
                        cell(results.minimum("memory", tree, "xfs", "image"), Report::bytes),
                        cell(results.minimum("memory", tree, "xfs", "allocation"), Report::bytes),
                        cell(results.minimum("memory", tree, "xfs", "bound"), Report::bytes),
                        "%,.0f of %,d"
                                .formatted(within.get().minimum(), within.get().items()));
            }
        }
        table("Allocation of a load, without the target's memory", table);
    }

    private static String bytes(double count) {
        return "%,.0f".formatted(count);
    }

    private void questions() {
        Markdown table = new Markdown("", "time");
        for (Measure measure : results.part("trace")) {
            table.row(
                    measure.tree() + ": one call site of xfs on or off (all " + measure.items() / 2 + " at once)",
                    "%.0f ns".formatted(measure.perItem()));
        }
        for (Measure measure : results.part("lookup")) {
            String what = measure.step().equals("annotate")
                    ? "`relocationsAt` for every word of xfs"
                    : "`" + measure.step() + "`, one address of xfs, 130 modules loaded";
            table.row(measure.tree() + ": " + what, time(measure.minimum()));
        }
        for (Measure measure : results.part("verify")) {
            table.row(
                    measure.tree() + ": " + measure.subject() + " compared with memory, " + threads(measure),
                    time(measure.minimum()));
        }
        for (Measure measure : results.part("image")) {
            table.row(measure.tree() + ": the modules of a machine's memory image", time(measure.minimum()));
        }
        table("Switches, lookups, verification", table);
    }

    private static String threads(Measure measure) {
        return measure.step().endsWith(" 1 threads") ? "one thread" : "two threads";
    }

    private void processes() {
        Markdown table = new Markdown("xfs, whole processes", "time", "× a JVM that prints one line");
        OptionalDouble line = results.minimum("process", "n64", "xfs", "a JVM that prints a line");
        for (Measure measure : results.part("process")) {
            table.row(
                    measure.tree() + ", " + measure.step(),
                    time(measure.minimum()),
                    ratio(OptionalDouble.of(measure.minimum()), line));
        }
        table("Whole processes", table);
    }

    private void growth() {
        Markdown table = new Markdown("a load by the number of", "from", "to", "time at the end", "slope");
        for (Scaling.Axis axis : Scaling.Axis.values()) {
            List<Measure> points = results.part("scaling").stream()
                    .filter(measure -> measure.subject().equals(axis.key()))
                    .toList();
            if (points.size() > 1) {
                Measure last = points.get(points.size() - 1);
                table.row(
                        axis.label(),
                        "%,d".formatted(points.get(0).items()),
                        "%,d".formatted(last.items()),
                        time(last.minimum()),
                        "%.2f".formatted(Slope.of(points)));
            }
        }
        table("Growth", table);
    }
}
