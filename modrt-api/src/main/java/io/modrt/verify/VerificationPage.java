package io.modrt.verify;

import static io.modrt.page.HtmlText.count;
import static io.modrt.page.HtmlText.text;

import io.modrt.address.Address;
import io.modrt.page.HtmlText;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The page of {@link VerificationResult#html}: the counts, a map of each block of memory whose cells run like text, and a line for each
 * section. The page loads nothing from elsewhere, and names are escaped.
 */
final class VerificationPage {
    /** The number of cells in a row of a map. */
    private static final int COLUMNS = 256;
    /** The number of cells of all maps together, roughly: in the map of a large module, a cell stands for several words. */
    private static final int MOST_CELLS = 40_000;

    private static final int MOST_DIFFERENCES = 1_000;
    /** More sections are put together by the starts of their names. */
    private static final int MOST_SECTIONS = 200;

    private static final String MARK = ".mark { stroke: var(--ink); stroke-width: .5 }\n";

    private final VerificationResult result;
    private final int mostCells;
    private final StringBuilder page = new StringBuilder();

    VerificationPage(VerificationResult result) {
        this(result, MOST_CELLS);
    }

    /** A page whose maps have at most so many cells together, roughly. */
    VerificationPage(VerificationResult result, int mostCells) {
        this.result = result;
        this.mostCells = mostCells;
    }

    /** The rules for the looks of pages and fragments. */
    static String style() {
        StringBuilder style = new StringBuilder(HtmlText.STYLE).append(MARK);
        for (Reason reason : Reason.values()) {
            style.append('.').append(reason.name()).append(" { fill: ").append(colour(reason));
            style.append("; background: ").append(colour(reason)).append(" }\n");
        }
        return style.toString();
    }

    /** What a page has below its title, to be put into another page. */
    String fragment() {
        legend();
        differences();
        maps();
        sites();
        sections();
        return page.toString();
    }

    String html() {
        String name = text(result.module());
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(name)
                .append("</title>\n<style>\n")
                .append(style());
        page.append("</style></head>\n<body>\n<h1>").append(name);
        verdict();
        page.append("</h1>\n<p>")
                .append(count(result.words()))
                .append(
                        " words of memory, each in the colour of its reason. Where a cell holds several, the most striking shows.</p>\n");
        fragment();
        return page.append("</body></html>\n").toString();
    }

    private void verdict() {
        long wrong = result.differenceCount();
        if (wrong > 0) {
            pill(colour(Reason.UNEXPLAINED), count(wrong) + " unexplained");
        }
        if (!result.isComplete()) {
            pill(
                    "#b3781e",
                    count(result.words(Reason.UNREADABLE)) + " of " + count(result.words()) + " words unreadable");
        } else if (wrong == 0) {
            pill("#3c8d5a", "every word has its reason");
        }
    }

    private void pill(String colour, String text) {
        page.append("<span class=\"verdict\" style=\"background: ")
                .append(colour)
                .append("\">")
                .append(text)
                .append("</span>");
    }

    private static String colour(Reason reason) {
        return switch (reason) {
            case EQUAL -> "#b9cfc0";
            case FINISHED -> "#4f86c6";
            case SITE -> "#7a5cc0";
            case DATA -> "#e4d8b4";
            case CHANGED_DATA -> "#e0a03c";
            case KERNEL_WRITTEN -> "#2f9c95";
            case UNREADABLE -> "#8b8f97";
            case GONE -> "#cfcfcf";
            case UNEXPLAINED -> "#d8322a";
        };
    }

    /** What a reason means, for readers who have not met it. */
    private static String meaning(Reason reason) {
        return switch (reason) {
            case EQUAL -> "as the file and its relocations make it";
            case FINISHED ->
                "as a later step of loading makes it: a sorted table, code rewritten for the machine, kept symbols";
            case SITE -> "a place that the kernel switches: a call of the tracer, a static branch; in one of its forms";
            case DATA -> "writable data that has its first value";
            case CHANGED_DATA -> "writable data that has changed since";
            case KERNEL_WRITTEN -> "written by the kernel itself, such as fields of struct module";
            case UNREADABLE -> "the image does not have it";
            case GONE -> "freed by the kernel after initialisation";
            case UNEXPLAINED -> "has another value, for which no reason is known";
        };
    }

    /** How striking a reason is: a cell whose words have several reasons shows the one with the greatest weight. */
    private static int weight(Reason reason) {
        return switch (reason) {
            case GONE, EQUAL -> 0;
            case DATA -> 1;
            case FINISHED -> 2;
            case CHANGED_DATA -> 3;
            case KERNEL_WRITTEN -> 4;
            case SITE -> 5;
            case UNREADABLE -> 6;
            case UNEXPLAINED -> 7;
        };
    }

    private void legend() {
        page.append("<div class=\"legend\">");
        for (Reason reason : Reason.values()) {
            long words = result.words(reason);
            if (words > 0) {
                page.append("<span title=\"")
                        .append(meaning(reason))
                        .append("\"><i class=\"")
                        .append(reason.name())
                        .append("\"></i>");
                page.append(text(reason.toString()))
                        .append(" <b>")
                        .append(count(words))
                        .append("</b></span>");
            }
        }
        page.append("</div>\n");
    }

    private void differences() {
        if (result.isClean()) {
            return;
        }
        page.append("<h2>Unexplained</h2>\n<table><tr><th>address</th><th>place</th><th>symbol</th>");
        page.append("<th>expected</th><th>found</th><th>looked for</th></tr>\n");
        result.differences().stream().limit(MOST_DIFFERENCES).forEach(this::difference);
        long more = result.differenceCount()
                - Math.min(MOST_DIFFERENCES, result.differences().size());
        if (more > 0) {
            page.append("<tr><td colspan=\"6\">and ").append(more).append(" more</td></tr>\n");
        }
        page.append("</table>\n");
    }

    private void difference(Difference difference) {
        page.append("<tr><td class=\"mono\">").append(difference.address());
        page.append("</td><td class=\"mono\">").append(text(difference.area()));
        page.append("</td><td class=\"mono\">").append(text(difference.symbol().orElse("")));
        page.append("</td><td class=\"mono\">").append(Difference.hex(difference.expected()));
        page.append("</td><td class=\"mono\">").append(Difference.hex(difference.found()));
        page.append("</td><td>").append(text(difference.why())).append("</td></tr>\n");
    }

    private void sites() {
        if (result.sites().isEmpty()) {
            return;
        }
        page.append("<h2>Sites</h2>\n<table>");
        result.sites()
                .forEach((form, count) -> page.append("<tr><td>")
                        .append(text(form))
                        .append("</td><td class=\"n\">")
                        .append(count)
                        .append("</td></tr>"));
        page.append("</table>\n");
    }

    /** The spans by block of memory. A block ends where the next span does not continue it. */
    private List<List<Span>> blocks() {
        List<List<Span>> blocks = new ArrayList<>();
        Address end = null;
        for (Span span : result.spans()) {
            if (!span.range().start().equals(end)) {
                blocks.add(new ArrayList<>());
            }
            blocks.get(blocks.size() - 1).add(span);
            end = span.range().end();
        }
        return blocks;
    }

    private void maps() {
        int wordsInCell = (int) Math.max(1, (result.words() + mostCells - 1) / mostCells);
        for (List<Span> block : blocks()) {
            Address start = block.get(0).range().start();
            Address end = block.get(block.size() - 1).range().end();
            page.append("<h2><code>").append(start).append(" … ").append(end).append("</code></h2>\n<p>");
            page.append(COLUMNS).append(" cells in a row, ");
            page.append(wordsInCell)
                    .append(wordsInCell == 1 ? " word" : " words")
                    .append(" in a cell</p>\n");
            map(block, start, end.minus(start), wordsInCell);
        }
    }

    private void map(List<Span> block, Address start, long sizeBytes, int wordsInCell) {
        long cellBytes = (long) wordsInCell * Integer.BYTES;
        int cells = (int) ((sizeBytes + cellBytes - 1) / cellBytes);
        Span[] shown = new Span[cells];
        for (Span span : block) {
            long from = span.range().start().minus(start);
            int last = (int) ((from + span.range().sizeBytes() - 1) / cellBytes);
            for (int cell = (int) (from / cellBytes); cell <= last; cell++) {
                if (shown[cell] == null || weight(span.reason()) > weight(shown[cell].reason())) {
                    shown[cell] = span;
                }
            }
        }
        int rows = (cells + COLUMNS - 1) / COLUMNS;
        page.append("<svg class=\"map\" viewBox=\"0 0 ")
                .append(COLUMNS)
                .append(' ')
                .append(rows * 2);
        page.append("\" shape-rendering=\"crispEdges\">\n");
        for (int row = 0; row < rows; row++) {
            int end = Math.min(cells, (row + 1) * COLUMNS);
            int from = row * COLUMNS;
            while (from < end) {
                int to = from + 1;
                while (to < end && shown[to].equals(shown[from])) {
                    to++;
                }
                Span span = shown[from];
                page.append("<rect class=\"").append(span.reason().name());
                page.append("\" x=\"")
                        .append(from - row * COLUMNS)
                        .append("\" y=\"")
                        .append(row * 2);
                page.append("\" width=\"").append(to - from).append("\" height=\"1.8\"><title>");
                page.append(text(span.toString())).append("</title></rect>\n");
                from = to;
            }
        }
        marks(block, start, cellBytes);
        page.append("</svg>\n");
    }

    /** Marks where sections begin on a map, as far as they are not too many to tell apart. */
    private void marks(List<Span> block, Address start, long cellBytes) {
        List<Span> begins = new ArrayList<>();
        String area = "";
        for (Span span : block) {
            if (!span.area().equals(area)) {
                begins.add(span);
                area = span.area();
            }
        }
        if (begins.size() > MOST_SECTIONS) {
            return;
        }
        for (Span span : begins) {
            long cell = span.range().start().minus(start) / cellBytes;
            page.append("<path class=\"mark\" d=\"M")
                    .append(cell % COLUMNS)
                    .append(' ')
                    .append(cell / COLUMNS * 2)
                    .append("v1.8\"><title>")
                    .append(text(span.area()))
                    .append("</title></path>\n");
        }
    }

    /** The area under which a line counts a span: sections of a module that has very many are put together by the starts of their names. */
    private static String group(String area, boolean areMany) {
        int behind = areMany && area.startsWith(".") ? area.indexOf('.', 1) : -1;
        return behind < 0 ? area : area.substring(0, behind) + ".*";
    }

    private void sections() {
        boolean areMany = result.spans().stream().map(Span::area).distinct().count() > MOST_SECTIONS;
        Map<String, Map<Reason, Long>> rows = new LinkedHashMap<>();
        for (Span span : result.spans()) {
            rows.computeIfAbsent(group(span.area(), areMany), area -> new EnumMap<>(Reason.class))
                    .merge(span.reason(), span.words(), Long::sum);
        }
        page.append("<h2>Sections</h2>\n<table><tr><th>section</th><th class=\"n\">words</th><th>reasons</th></tr>\n");
        rows.forEach((area, counts) -> {
            long words = counts.values().stream().mapToLong(Long::longValue).sum();
            page.append("<tr><td class=\"mono\">")
                    .append(text(area))
                    .append("</td><td class=\"n\">")
                    .append(words);
            page.append("</td><td><div class=\"bar\">");
            counts.forEach((reason, count) -> {
                page.append("<div class=\"")
                        .append(reason.name())
                        .append("\" style=\"flex: ")
                        .append(count);
                page.append("; min-width: 2px\" title=\"")
                        .append(text(reason.toString()))
                        .append(' ');
                page.append(count).append("\"></div>");
            });
            page.append("</div></td></tr>\n");
        });
        page.append("</table>\n");
    }
}
