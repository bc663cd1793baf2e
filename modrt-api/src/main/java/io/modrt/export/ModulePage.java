package io.modrt.export;

import static io.modrt.page.HtmlText.count;
import static io.modrt.page.HtmlText.text;

import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.layout.Region;
import io.modrt.link.Reach;
import io.modrt.load.LiveModule;
import io.modrt.page.HtmlText;
import io.modrt.policy.Taint;
import io.modrt.spi.Stub;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * Draws modules on one HTML page: regions to one scale with their sections and stubs, who uses whom, how near branches are to the end of their
 * reach. Of a runtime with more than 200 modules the most recent 200 are drawn. The page loads nothing from elsewhere, and names are escaped.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModulePage {
    private static final int MOST_ROWS = 500;
    private static final int MOST_REACHES = 12;
    private static final int MOST_MODULES = 200;

    private static final String STYLE = """
            .code { fill: #4f86c6; background: #4f86c6 } .rodata { fill: #2f9c95; background: #2f9c95 }
            .data { fill: #e0a03c; background: #e0a03c } .zero { fill: #e4d8b4; background: #e4d8b4 }
            .stub { fill: #d8322a; background: #d8322a } .slot { fill: #7a5cc0; background: #7a5cc0 } .free { fill: #8b8f9740; background: #8b8f9740 }
            .region { display: grid; grid-template-columns: 30rem 1fr; gap: .4rem 1rem; align-items: center; margin: .15rem 0; font-size: .9rem }
            .region svg { width: 100%; height: 1.5rem; display: block } .region b { font-weight: 600 }
            svg.graph { width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: .4rem }
            svg.graph text { fill: var(--ink); font: 12px ui-monospace, monospace } svg.graph path { stroke: var(--soft); fill: none; opacity: .7 }
            svg.graph rect { fill: var(--paper); stroke: var(--line) }
            """;

    private final List<LiveModule> modules;
    private final StringBuilder page = new StringBuilder();

    private ModulePage(Collection<? extends LiveModule> modules) {
        this.modules = List.copyOf(modules);
    }

    /** The page of {@code modules}, which are those of one runtime. */
    public static String html(Collection<? extends LiveModule> modules) {
        Objects.requireNonNull(modules, "modules");
        return new ModulePage(modules).html();
    }

    private String html() {
        String title = modules.size() == 1 ? text(modules.get(0).name()) : count(modules.size()) + " modules";
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(title)
                .append("</title>\n<style>\n")
                .append(HtmlText.STYLE)
                .append(STYLE)
                .append("</style></head>\n<body>\n<h1>")
                .append(title)
                .append("</h1>\n");
        if (!modules.isEmpty()) {
            LiveModule first = modules.get(0);
            page.append("<p>").append(text(first.placed().plan().arch().name()));
            page.append(", Linux ")
                    .append(text(first.placed().plan().profile().version().toString()));
            page.append(". Regions are drawn to one scale; a section tells its address under the pointer.</p>\n");
            legend();
            page.append(DependencyGraph.svg(withNeighbours()));
            regions();
            reach();
            modules.stream().limit(MOST_MODULES).forEach(this::sections);
            stubs();
        }
        return page.append("</body></html>\n").toString();
    }

    private void legend() {
        page.append("<div class=\"legend\">");
        for (SectionKind kind : SectionKind.values()) {
            page.append("<span><i class=\"").append(kind.style()).append("\"></i>");
            page.append(kind.words()).append("</span>");
        }
        page.append("<span><i class=\"stub\"></i>stub</span><span><i class=\"slot\"></i>slot of an address</span>");
        page.append("<span><i class=\"free\"></i>gap, or the kernel's tables of symbols</span></div>\n");
    }

    private void regions() {
        page.append("<h2>Memory</h2>\n");
        long largest = modules.stream()
                .flatMap(module -> module.placed().plan().regions().stream())
                .mapToLong(Region::sizeBytes)
                .max()
                .orElse(1);
        for (LiveModule module : modules.subList(0, Math.min(modules.size(), MOST_MODULES))) {
            for (Region region : module.placed().plan().regions()) {
                module.placed().range(region.kind()).ifPresent(range -> region(module, region, range, largest));
            }
        }
    }

    /** The modules of the page, the newest first; of a single one also those that it uses and those that use it. */
    private List<LiveModule> withNeighbours() {
        if (modules.size() != 1) {
            return modules;
        }
        LiveModule one = modules.get(0);
        return Stream.of(one.users().stream(), modules.stream(), one.uses().stream())
                .flatMap(each -> each)
                .toList();
    }

    private void region(LiveModule module, Region region, AddressRange range, long largest) {
        double scale = 1000.0 / Math.max(1, largest);
        page.append("<div class=\"region\"><div><b>")
                .append(text(module.name()))
                .append("</b> ");
        page.append(region.kind()).append(" <span class=\"mono\">");
        page.append(RegionAccess.of(region.kind()).letters()).append("</span> <code>");
        page.append(range.start()).append("</code>, ").append(count(range.sizeBytes()));
        page.append(" bytes</div><svg viewBox=\"0 0 1000 24\" preserveAspectRatio=\"none\">\n");
        rect("free", 0, range.sizeBytes() * scale, region.kind() + " " + range);
        for (Section section : RegionAccess.sections(module.placed(), region.kind())) {
            Section shape = module.placed().shape(section);
            long from = module.placed().address(section).orElseThrow().minus(range.start());
            if (shape.sizeBytes() != 0) {
                rect(
                        SectionKind.of(shape).style(),
                        from * scale,
                        shape.sizeBytes() * scale,
                        section.name() + " at " + range.start().plus(from) + ", " + count(shape.sizeBytes())
                                + " bytes");
            }
        }
        for (Stub stub : module.stubs()) {
            if (range.contains(stub.address())) {
                rect("stub", stub.address().minus(range.start()) * scale, 0.6, stub.toString());
            }
            stub.slot()
                    .filter(range::contains)
                    .ifPresent(slot -> rect(
                            "slot",
                            slot.minus(range.start()) * scale,
                            0.6,
                            "slot at " + slot + " of " + stub.symbol()));
        }
        page.append("</svg></div>\n");
    }

    private void rect(String style, double x, double width, String title) {
        page.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"><title>%s</title></rect>%n",
                style,
                x,
                style.equals("free") ? 4 : 2,
                Math.max(width, 0.3),
                style.equals("free") ? 16 : 20,
                text(title)));
    }

    private void reach() {
        List<Reach> nearest = modules.stream()
                .flatMap(module -> module.reach().nearest().stream())
                .filter(reach -> reach.limit() == Reach.Limit.DISTANCE)
                .sorted(Comparator.comparingDouble(Reach::percentUsed).reversed())
                .limit(MOST_REACHES)
                .toList();
        if (nearest.isEmpty()) {
            return;
        }
        page.append("<h2>Reach</h2>\n<table><tr><th>place</th><th>goes to</th><th>type</th>");
        page.append("<th class=\"n\">bytes left</th><th>of its reach used</th></tr>\n");
        for (Reach reach : nearest) {
            page.append("<tr><td class=\"mono\">")
                    .append(text(reach.place().module()))
                    .append(' ');
            page.append(text(reach.place().section())).append("+0x");
            page.append(Long.toHexString(reach.place().sectionOffset())).append("</td><td class=\"mono\">");
            page.append(text(reach.place().symbol())).append(reach.toStub() ? " by a stub" : "");
            page.append("</td><td>").append(text(reach.place().type())).append("</td><td class=\"n\">");
            page.append(count(reach.headroomBytes())).append("</td><td><div class=\"bar\">");
            page.append(String.format(
                    Locale.ROOT,
                    "<div class=\"code\" style=\"width: %.1f%%\" title=\"%.1f %%\"></div></div></td></tr>%n",
                    reach.percentUsed(),
                    reach.percentUsed()));
        }
        page.append("</table>\n");
    }

    private void sections(LiveModule module) {
        String taints = Taint.letters(module.taints());
        page.append("<h2>").append(text(module.name()));
        page.append(taints.isEmpty() ? "" : " (" + taints + ")").append("</h2>\n<p>uses ");
        page.append(names(module.uses()))
                .append("; used by ")
                .append(names(module.users()))
                .append("</p>\n");
        page.append(
                "<table><tr><th>section</th><th>address</th><th class=\"n\">bytes</th><th>region</th><th></th></tr>\n");
        int rows = 0;
        for (Section section : module.file().elf().sections()) {
            if (module.placed().address(section).isPresent() && rows++ < MOST_ROWS) {
                Section shape = module.placed().shape(section);
                page.append("<tr><td class=\"mono\">").append(text(section.name()));
                page.append("</td><td class=\"mono\">")
                        .append(module.placed().address(section).get());
                page.append("</td><td class=\"n\">").append(count(shape.sizeBytes()));
                page.append("</td><td>")
                        .append(module.placed().region(section).map(Enum::name).orElse(""));
                page.append("</td><td>").append(SectionKind.of(shape).words()).append("</td></tr>\n");
            }
        }
        page.append("</table>\n");
        if (rows > MOST_ROWS) {
            page.append("<p>and ").append(count(rows - MOST_ROWS)).append(" more sections</p>\n");
        }
    }

    private static String names(List<LiveModule> others) {
        return others.isEmpty()
                ? "none"
                : others.stream()
                        .map(other -> "<code>" + text(other.name()) + "</code>")
                        .collect(Collectors.joining(", "));
    }

    private void stubs() {
        List<Stub> all =
                modules.stream().flatMap(module -> module.stubs().stream()).toList();
        if (all.isEmpty()) {
            return;
        }
        page.append("<h2>").append(count(all.size())).append(" stubs</h2>\n<table>");
        page.append("<tr><th>address</th><th>symbol</th><th>target</th><th>slot</th></tr>\n");
        for (Stub stub : all.subList(0, Math.min(all.size(), MOST_ROWS))) {
            page.append("<tr><td class=\"mono\">").append(stub.address());
            page.append("</td><td class=\"mono\">").append(text(stub.symbol()));
            page.append("</td><td class=\"mono\">").append(stub.target());
            page.append("</td><td class=\"mono\">")
                    .append(stub.slot().map(Object::toString).orElse(""));
            page.append("</td></tr>\n");
        }
        page.append("</table>\n");
        if (all.size() > MOST_ROWS) {
            page.append("<p>and ").append(count(all.size() - MOST_ROWS)).append(" more stubs</p>\n");
        }
    }
}
