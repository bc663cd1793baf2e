package io.modrt.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The answers of a live kernel to the modules that it was offered: {@code INS} and {@code REFUSE} lines, each with its {@code LOG} lines. */
final class LiveAnswers {
    private static final Pattern OFFER = Pattern.compile("(?:INS|REFUSE) (\\S+) (\\d+)(?: E\\S+)?");
    private static final Pattern LOG = Pattern.compile("LOG (?:<\\d+>)?\\s*(?:\\[[ \\d.]+\\] )?(.*)");
    /** The log lines of a taint, which appear whether or not the module is then refused. */
    private static final String TAINT = "taint";
    /**
     * How lines begin that kernels log on their own: that the random number generator is ready, and that an emulated clock is late or an
     * interrupt nobody's.
     */
    private static final List<String> OTHERS = List.of("random: ", "timer_interrupt(", "spurious ");

    private final Map<String, Verdict> answers = new LinkedHashMap<>();
    private List<String> lines = new ArrayList<>();
    private boolean isWarning;

    private LiveAnswers() {}

    /** The answers in these lines of a dump, by the names of the modules. */
    static Map<String, Verdict> of(List<String> records) {
        LiveAnswers reader = new LiveAnswers();
        records.forEach(reader::record);
        return reader.answers;
    }

    private void record(String line) {
        Matcher offer = OFFER.matcher(line);
        Matcher log = LOG.matcher(line);
        if (offer.matches()) {
            lines = new ArrayList<>();
            isWarning = false;
            answers.put(offer.group(1), new Verdict(Integer.parseInt(offer.group(2)), lines, false, ""));
        } else if (log.matches()) {
            log(log.group(1));
        }
    }

    private void log(String text) {
        if (text.contains("[ cut here ]")) {
            isWarning = true; // a stack trace, not a line about the module
        } else if (text.contains("[ end trace ")) {
            isWarning = false;
        } else if (!isWarning && !text.contains(TAINT) && OTHERS.stream().noneMatch(text::startsWith)) {
            ownersLines(text).add(escaped(text));
        }
    }

    /** A line as dmesg shows it, with {@code \\xNN} for bytes that are not printable ASCII. */
    private static String escaped(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars()
                .forEach(c -> shown.append(c >= ' ' && c < 0x7f ? String.valueOf((char) c) : "\\x%02x".formatted(c)));
        return shown.toString();
    }

    /** The kernel prints a line that it has not ended together with the next one, when another module was offered already. */
    private List<String> ownersLines(String text) {
        int colon = text.indexOf(':');
        Verdict owner = colon < 0 ? null : answers.get(text.substring(0, colon));
        return owner == null ? lines : owner.lines();
    }
}
