package io.modrt.image;

import io.modrt.image.ImageResult.ModuleResult;
import java.util.List;

/** The text of {@link ImageResult#table}. */
final class ImageTable {
    private final ImageResult result;
    private final StringBuilder text = new StringBuilder();

    ImageTable(ImageResult result) {
        this.result = result;
    }

    String text() {
        List<Finding> findings = result.findings().toList();
        line(verdict(findings));
        if (result.kernel().isEmpty()) {
            line(ImageResult.KERNEL_NOT_COMPARED);
        }
        findings.stream().filter(Finding::isAlarm).forEach(finding -> line(finding.toString()));
        for (ModuleResult module : result.modules()) {
            module.problems()
                    .forEach(problem -> line("not compared: " + module.module().name() + ": " + problem));
        }
        findings.stream()
                .filter(finding -> !finding.isAlarm() && finding.kind() != Finding.Kind.REUSED)
                .forEach(finding -> line(finding.toString()));
        long reused = findings.stream()
                .filter(finding -> finding.kind() == Finding.Kind.REUSED)
                .count();
        if (reused > 0) {
            line("REUSED: " + count(reused, "time") + " memory that an initialisation had is another module's now");
        }
        result.kernel()
                .ifPresent(kernel -> line((kernel.isClean() ? "clean      " : "NOT CLEAN  ") + kernel.verification()));
        for (ModuleResult module : result.modules()) {
            if (!module.isClean()) {
                line("NOT CLEAN  " + module.module());
            }
        }
        line(result.modules().stream().filter(ModuleResult::isClean).count() + " of "
                + count(result.modules().size(), "module") + " clean");
        return text.toString();
    }

    private String verdict(List<Finding> findings) {
        if (result.isClean()) {
            return "clean: " + count(result.modules().size(), "module") + ", "
                    + count(
                            result.modules().stream()
                                    .flatMap(module -> module.verification().stream())
                                    .mapToLong(verification -> verification.words())
                                    .sum(),
                            "word");
        }
        long hidden = result.modules().stream()
                .filter(module -> !module.module().isListed())
                .count();
        long notCompared =
                result.modules().stream().filter(module -> !module.isCompared()).count();
        return "NOT CLEAN: " + count(findings.stream().filter(Finding::isAlarm).count(), "alarm") + ", " + hidden
                + " hidden, " + notCompared + " not compared, " + count(result.unexplained(), "word") + " unexplained";
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
