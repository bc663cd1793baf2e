package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.image.ImageResult.ModuleResult;
import io.modrt.page.HtmlText;
import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import java.util.List;
import java.util.Locale;

/** The page of {@link ImageResult#html}: an overview, what was found, and each module. It loads nothing from elsewhere. */
final class ImagePage {
    private static final int CELLS_OF_CLEAN = 2_000;
    private static final int CELLS_OF_OTHERS = 20_000;
    private static final int MOST_FINDINGS = 2_000;
    private static final String STYLE = """
            .good { background: #3c8d5a } .bad { background: #d8322a } .odd { background: #b3781e }
            details { margin: .6rem 0; border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .9rem; background: var(--paper) }
            summary { cursor: pointer; font-weight: 600 } td a { color: inherit } td { overflow-wrap: anywhere }
            td.mono, td.n, .verdict { white-space: nowrap } td .verdict { margin-left: 0 }
            """;

    private final ImageResult result;
    private final StringBuilder page = new StringBuilder();

    ImagePage(ImageResult result) {
        this.result = result;
    }

    String html() {
        page.append(
                        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Memory image</title>\n<style>\n")
                .append(VerificationResult.htmlStyle())
                .append(STYLE)
                .append("</style></head>\n<body>\n<h1>Memory image");
        pill(result.isClean() ? "good" : "bad", result.isClean() ? "clean" : "not clean");
        page.append("</h1>\n");
        paragraph("Kernel: " + result.profile());
        paragraph("Addresses: " + result.evidence());
        paragraph("List of modules: " + result.listHead().map(Address::toString).orElse("its head was not found"));
        paragraph("struct module: " + result.shape());
        if (result.kernel().isEmpty()) {
            paragraph(ImageResult.KERNEL_NOT_COMPARED);
        }
        List<Finding> findings = result.findings().limit(MOST_FINDINGS).toList();
        findings("What is wrong", findings.stream().filter(Finding::isAlarm).toList());
        problems();
        overview();
        findings(
                "Worth knowing",
                findings.stream().filter(finding -> !finding.isAlarm()).toList());
        result.kernel().ifPresent(this::kernel);
        page.append("<h2>Modules</h2>\n");
        for (int i = 0; i < result.modules().size(); i++) {
            module(i, result.modules().get(i));
        }
        return page.append("</body></html>\n").toString();
    }

    private void paragraph(String text) {
        page.append("<p>").append(HtmlText.text(text)).append("</p>\n");
    }

    private void pill(String kind, String text) {
        page.append("<span class=\"verdict ")
                .append(kind)
                .append("\">")
                .append(HtmlText.text(text))
                .append("</span>");
    }

    private void findings(String title, List<Finding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        page.append("<h2>").append(title).append("</h2>\n<table><tr><th>kind</th><th>module</th><th>address</th>");
        page.append("<th>place</th><th>what</th><th>leads to</th></tr>\n");
        for (Finding finding : findings) {
            page.append("<tr>");
            cell("", finding.kind().toString().toLowerCase(Locale.ROOT).replace('_', ' '));
            cell("", finding.module());
            cell("mono", finding.place().map(Address::toString).orElse(""));
            cell("", finding.where());
            cell("", finding.text());
            cell("", finding.target());
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private void cell(String kind, String text) {
        page.append("<td class=\"")
                .append(kind)
                .append("\">")
                .append(HtmlText.text(text))
                .append("</td>");
    }

    private void problems() {
        if (result.modules().stream().allMatch(module -> module.problems().isEmpty())) {
            return;
        }
        page.append("<h2>Not compared</h2>\n<table><tr><th>module</th><th>why</th></tr>\n");
        for (ModuleResult module : result.modules()) {
            module.problems().forEach(problem -> {
                page.append("<tr>");
                cell("", module.module().name());
                cell("", problem);
                page.append("</tr>\n");
            });
        }
        page.append("</table>\n");
    }

    private void overview() {
        page.append(
                "<h2>Overview</h2>\n<table><tr><th>module</th><th>base</th><th class=\"n\">bytes</th><th>state</th>");
        page.append(
                "<th>used by</th><th>verdict</th><th class=\"n\">words</th><th class=\"n\">unexplained</th></tr>\n");
        for (int i = 0; i < result.modules().size(); i++) {
            ModuleResult module = result.modules().get(i);
            FoundModule found = module.module();
            page.append("<tr><td><a href=\"#m")
                    .append(i)
                    .append("\">")
                    .append(HtmlText.text(found.name()))
                    .append("</a></td><td class=\"mono\">");
            page.append(found.base().map(Address::toString).orElse("?"));
            page.append("</td><td class=\"n\">")
                    .append(HtmlText.count(found.sizeBytes()))
                    .append("</td><td>");
            page.append(HtmlText.text(found.state() + (found.isListed() ? "" : ", hidden")))
                    .append("</td><td>");
            page.append(HtmlText.text(String.join(", ", found.users()))).append("</td><td>");
            verdict(module);
            page.append("</td><td class=\"n\">");
            page.append(module.verification()
                    .map(all -> HtmlText.count(all.words()))
                    .orElse(""));
            page.append("</td><td class=\"n\">");
            page.append(module.verification()
                    .map(all -> HtmlText.count(all.words(Reason.UNEXPLAINED)))
                    .orElse(""));
            page.append("</td></tr>\n");
        }
        page.append("</table>\n");
    }

    private void verdict(ModuleResult module) {
        if (module.isClean()) {
            pill("good", "clean");
        } else if (module.verification().isEmpty()) {
            pill("odd", "not compared");
        } else {
            pill("bad", module.verdict());
        }
    }

    private void kernel(KernelResult kernel) {
        page.append("<h2>The kernel's own code and constants</h2>\n<details")
                .append(kernel.isClean() ? "" : " open")
                .append("><summary>vmlinux ");
        pill(kernel.isClean() ? "good" : "bad", kernel.isClean() ? "clean" : "not clean");
        page.append("</summary>\n");
        paragraph(kernel.verification().toString());
        page.append(kernel.verification().htmlFragment(kernel.isClean() ? CELLS_OF_CLEAN : CELLS_OF_OTHERS))
                .append("</details>\n");
    }

    private void module(int index, ModuleResult module) {
        FoundModule found = module.module();
        page.append("<details id=\"m").append(index).append('"').append(module.isClean() ? "" : " open");
        page.append("><summary>").append(HtmlText.text(found.name())).append(' ');
        verdict(module);
        page.append("</summary>\n");
        paragraph(found.toString());
        found.evidence().forEach(one -> paragraph(one.toString()));
        found.parameters().forEach((name, value) -> paragraph(name + " = " + value));
        module.verification()
                .ifPresent(all -> page.append(all.htmlFragment(module.isClean() ? CELLS_OF_CLEAN : CELLS_OF_OTHERS)));
        page.append("</details>\n");
    }
}
