package io.modrt.site;

import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.ModuleFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The steps of a load: a table and a picture, made of the types that the steps return. */
final class LoadPhases {
    private static final int ROW = 96;
    private static final int BOX = 46;
    private static final int TOP = 78;

    /**
     * A step.
     *
     * @param from the type that has the step's method; the first step's is the type that the method returns
     * @param method its name
     * @param does what it does
     * @param fails what is refused there
     */
    private record Step(Class<?> from, String method, List<String> does, String fails) {
        /** The type that the step returns. */
        Class<?> to() {
            return Arrays.stream(from.getMethods())
                    .filter(each -> each.getName().equals(method))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(from + " has no " + method))
                    .getReturnType();
        }
    }

    private static final List<Step> STEPS = List.of(
            new Step(
                    ModuleFile.class,
                    "open",
                    List.of(
                            "unpacks the file, checks its ELF structure and its signature,",
                            "reads .modinfo, imports and exports"),
                    "broken files, bad signatures"),
            new Step(
                    io.modrt.ModuleRuntime.class,
                    "plan",
                    List.of(
                            "checks version magic, CRCs and policy; counts stubs;",
                            "gives each section an offset in a region"),
                    "modules of another kernel"),
            new Step(
                    LayoutPlan.class,
                    "place",
                    List.of(
                            "gives each region an address: the allocator's, yours,",
                            "or those that a memory image shows"),
                    "no room, overlapping addresses"),
            new Step(
                    PlacedModule.class,
                    "resolve",
                    List.of("finds each symbol in the kernel and in the modules,", "by the kernel's rules for exports"),
                    "unknown symbols, all at once"),
            new Step(
                    ResolvedModule.class,
                    "relocate",
                    List.of(
                            "computes every word; makes stubs, GOT slots, descriptors;",
                            "sorts tables, applies alternatives, turns call sites off"),
                    "values that do not fit their field"),
            new Step(
                    RelocatedModule.class,
                    "commit",
                    List.of(
                            "writes each region once, tells listeners, sets parameters,",
                            "runs the init function if you gave an Executor"),
                    "bad parameters, a failing init"));

    private LoadPhases() {}

    /** The types must follow one another: each has the method of the step after it. */
    private static List<Class<?>> types() {
        List<Class<?>> types = new ArrayList<>();
        for (Step step : STEPS) {
            types.add(step.to());
        }
        List<Class<?>> expected = List.of(
                ModuleFile.class,
                LayoutPlan.class,
                PlacedModule.class,
                ResolvedModule.class,
                RelocatedModule.class,
                LiveModule.class);
        if (!types.equals(expected)) {
            throw new IllegalStateException("the steps return " + types);
        }
        return types;
    }

    /** The steps in Markdown. */
    static String table() {
        List<Class<?>> types = types();
        StringBuilder table = new StringBuilder("| Step | What it does | Refused here | Gives |\n|---|---|---|---|\n");
        for (int i = 0; i < STEPS.size(); i++) {
            Step step = STEPS.get(i);
            table.append("| `")
                    .append(step.method())
                    .append("` | ")
                    .append(String.join(" ", step.does()))
                    .append(" | ")
                    .append(step.fails())
                    .append(" | `")
                    .append(types.get(i).getSimpleName())
                    .append("` |\n");
        }
        return table.toString();
    }

    /** The picture. */
    static String svg() {
        List<Class<?>> types = types();
        int height = TOP + ROW * STEPS.size() + BOX / 2;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 %d" font-family="DejaVu Sans, Verdana, Arial, sans-serif" font-size="14">
                  <title>The steps of a load</title>
                  <desc>%s. Nothing is written to the target's memory before commit.</desc>
                  <defs>
                    <marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">
                      <path d="M0 0 L10 5 L0 10 z" fill="#3b6ea5"/>
                    </marker>
                  </defs>
                  <rect width="960" height="%d" fill="#ffffff"/>
                """.formatted(
                        height,
                        STEPS.stream()
                                .map(step -> step.method() + " gives "
                                        + step.to().getSimpleName() + ": " + String.join(" ", step.does()))
                                .collect(Collectors.joining("; ")),
                        height));
        box(svg, 0, "the bytes of a .ko", "#f5f7f9");
        for (int i = 0; i < STEPS.size(); i++) {
            Step step = STEPS.get(i);
            int from = top(i) + BOX;
            boolean last = i == STEPS.size() - 1;
            String colour = last ? "#1a7f37" : "#3b6ea5";
            svg.append(
                    "  <path d=\"M 150 %d V %d\" stroke=\"#3b6ea5\" stroke-width=\"2\" marker-end=\"url(#arrow)\"/>\n"
                            .formatted(from, top(i + 1) - 2));
            text(svg, 166, from + 30, "font-weight=\"bold\" fill=\"" + colour + "\" font-size=\"15\"", step.method());
            text(svg, 300, from + 22, "", step.does().get(0));
            text(svg, 300, from + 42, "", step.does().get(1));
            text(svg, 740, from + 32, "fill=\"#b3261e\" font-size=\"12.5\"", step.fails());
            box(svg, i + 1, types.get(i).getSimpleName(), last ? "#e6f4ea" : "#e6f0fb");
        }
        text(svg, 300, 32, "font-size=\"13\" fill=\"#555555\"", "what the step does");
        text(svg, 740, 32, "font-size=\"13\" fill=\"#b3261e\"", "refused there");
        int line = top(STEPS.size() - 1) + BOX / 2;
        svg.append("  <path d=\"M 270 %d H 930\" stroke=\"#888888\" stroke-dasharray=\"6 5\"/>\n".formatted(line));
        text(
                svg,
                300,
                line + 16,
                "font-size=\"12.5\" fill=\"#555555\"",
                "up to here nothing is written to memory, and close() gives the addresses back");
        return svg + "</svg>\n";
    }

    private static int top(int row) {
        return TOP - 60 + row * ROW;
    }

    private static void box(StringBuilder svg, int row, String text, String fill) {
        svg.append("  <rect x=\"40\" y=\"%d\" width=\"220\" height=\"%d\" rx=\"5\" fill=\"%s\" stroke=\"#3b6ea5\"/>\n"
                .formatted(top(row), BOX, fill));
        String font = row == 0 ? "" : " font-family=\"DejaVu Sans Mono, Consolas, monospace\"";
        text(svg, 150, top(row) + 28, "text-anchor=\"middle\" font-size=\"14\"" + font, text);
    }

    private static void text(StringBuilder svg, int x, int y, String attributes, String text) {
        svg.append("  <text x=\"%d\" y=\"%d\" %s>%s</text>\n".formatted(x, y, attributes, text));
    }
}
