package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Printable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * What {@link Verification} found in memory: every word of every region of a module, with a reason. Words have 4 bytes and are counted
 * from the start of their region; the last word of a region may have fewer.
 *
 * @param module the module's name
 * @param spans all words, by regions in the kernel's order, then by ascending address
 * @param sites how many sites are in which form, by kind and form, for example {@code function tracing: off}; only sites all of whose
 *     bytes could be read
 * @param differences the words that are {@link Reason#UNEXPLAINED}, in the same order, then what else is wrong; of the words only as many as
 *     {@link io.modrt.policy.LoadLimits#differences} allows, while {@link #differenceCount} counts all
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record VerificationResult(
        String module, List<Span> spans, Map<String, Integer> sites, List<Difference> differences) {

    private static final int MOST_SHOWN = 1_000;

    /** Copies the lists; the map is sorted by its keys. */
    public VerificationResult {
        spans = List.copyOf(spans);
        sites = Collections.unmodifiableMap(new TreeMap<>(sites));
        differences = List.copyOf(differences);
    }

    /**
     * Neighbouring words of one area that have one reason.
     *
     * @param area the section in which the words begin, or what lies around it, for example {@code in front of .text}
     * @param range the words
     * @param reason the reason of each of them
     * @param why more about the reason: the step of loading that finished them, the kind and form of the site, what the kernel keeps
     *     there; may be empty
     */
    public record Span(String area, AddressRange range, Reason reason, String why) {

        /** The number of its words. */
        public long words() {
            return (range.sizeBytes() + Integer.BYTES - 1) / Integer.BYTES;
        }

        /** For example {@code .text [0xc0000000, 0xc0000010): equal}. */
        @Override
        public String toString() {
            return Printable.name(area) + " " + range + ": " + reason
                    + (why.isEmpty() ? "" : ", " + Printable.name(why));
        }
    }

    /**
     * A word that has a byte without a reason. The two values differ in such bytes alone; both are numbers in the byte order of data or,
     * in executable sections and around them, of code.
     *
     * @param address the address of the word
     * @param area the section and the offset in it, for example {@code .text+0x1c}, or what lies around the section
     * @param symbol the nearest symbol in front and the distance from it, or the stub that holds the word; empty if there is neither
     * @param expected the value that the word should have
     * @param found the value that it has
     * @param why more about what was expected, for example the forms of a site; may be empty
     */
    public record Difference(
            Address address, String area, Optional<String> symbol, int expected, int found, String why) {

        /** For example {@code 0xc000001c .text+0x1c, greet+0xc: expected 0x0c001000, found 0x0c002000}. */
        @Override
        public String toString() {
            return address + " " + Printable.name(area)
                    + symbol.map(name -> ", " + Printable.name(name)).orElse("") + ": expected " + hex(expected)
                    + ", found " + hex(found) + (why.isEmpty() ? "" : "; " + Printable.line(why));
        }

        static String hex(int word) {
            String digits = Integer.toHexString(word);
            return "0x" + "0".repeat(8 - digits.length()) + digits;
        }
    }

    /** Whether nothing is wrong with the memory that could be read; see {@link #isComplete} for the rest. */
    public boolean isClean() {
        return differences.isEmpty();
    }

    /** Whether all words could be read, apart from those that are {@link Reason#GONE}. */
    public boolean isComplete() {
        return words(Reason.UNREADABLE) == 0;
    }

    /** The number of all differences, also of those that were not kept. */
    public long differenceCount() {
        return Math.max(differences.size(), words(Reason.UNEXPLAINED));
    }

    /** The number of all words. */
    public long words() {
        return spans.stream().mapToLong(Span::words).sum();
    }

    /** The number of words that have this reason. */
    public long words(Reason reason) {
        return spans.stream()
                .filter(span -> span.reason() == reason)
                .mapToLong(Span::words)
                .sum();
    }

    /** The number of words that have this reason, by {@link Span#why}. A new map. */
    public Map<String, Long> details(Reason reason) {
        Map<String, Long> details = new TreeMap<>();
        spans.stream()
                .filter(span -> span.reason() == reason)
                .forEach(span -> details.merge(span.why(), span.words(), Long::sum));
        return details;
    }

    /** The number of sites that are in one of their forms. */
    public int siteCount() {
        return sites.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** A table that counts words by section and reason, with the sites and the first 1,000 differences below it. */
    public String table() {
        Map<String, Map<Reason, Long>> rows = new LinkedHashMap<>();
        Map<Reason, Long> sums = new EnumMap<>(Reason.class);
        for (Span span : spans) {
            rows.computeIfAbsent(span.area(), area -> new EnumMap<>(Reason.class))
                    .merge(span.reason(), span.words(), Long::sum);
            sums.merge(span.reason(), span.words(), Long::sum);
        }
        List<Reason> columns = List.copyOf(sums.keySet());
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(Printable.name(module)));
        columns.forEach(reason -> head.add(reason.toString()));
        cells.add(head);
        rows.forEach((area, counts) -> cells.add(row(Printable.name(area), columns, counts)));
        cells.add(row("words", columns, sums));
        StringBuilder text = new StringBuilder(TextTable.of(cells));
        sites.forEach((site, count) -> text.append(Printable.name(site))
                .append(": ")
                .append(count)
                .append(count == 1 ? " site\n" : " sites\n"));
        differences.stream()
                .limit(MOST_SHOWN)
                .forEach(difference ->
                        text.append("unexplained ").append(difference).append('\n'));
        long more = differenceCount() - Math.min(MOST_SHOWN, differences.size());
        if (more > 0) {
            text.append("unexplained: ").append(more).append(" more\n");
        }
        return text.toString();
    }

    private static List<String> row(String name, List<Reason> columns, Map<Reason, Long> counts) {
        List<String> row = new ArrayList<>(List.of(name));
        for (Reason column : columns) {
            Long count = counts.get(column);
            row.add(count == null ? "" : count.toString());
        }
        return row;
    }

    /** One HTML page that needs nothing else: the module as a map, each word in the colour of its reason. */
    public String html() {
        return new VerificationPage(this).html();
    }

    /**
     * What {@link #html} has below its title, to be put into another page that has {@link #htmlStyle}.
     *
     * @param mostCells the number of cells of all maps together, roughly, at least 1
     */
    public String htmlFragment(int mostCells) {
        if (mostCells < 1) {
            throw new IllegalArgumentException("a map of " + mostCells + " cells shows nothing");
        }
        return new VerificationPage(this, mostCells).fragment();
    }

    /** The CSS rules of {@link #html} and {@link #htmlFragment}. */
    public static String htmlStyle() {
        return VerificationPage.style();
    }

    /** One line: {@code greeter: 240 words, equal 230, site 4, data 6}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(Printable.name(module) + ": " + words() + " words");
        for (Reason reason : Reason.values()) {
            long count = words(reason);
            if (count > 0) {
                line.append(", ").append(reason).append(' ').append(count);
            }
        }
        return line.toString();
    }
}
