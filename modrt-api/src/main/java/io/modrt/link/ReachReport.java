package io.modrt.link;

import io.modrt.bytes.Printable;
import io.modrt.error.RelocationPlace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * For each section and each relocation type with a limited reach, the relocation that is nearest to its limit: one among those that go to
 * their symbols, and one among those that go to stubs.
 *
 * @param module the module's name
 * @param nearest at most two entries for each section and type, in the order of application
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ReachReport(String module, List<Reach> nearest) {

    /** The first column of the table that has numbers, which are aligned to the right; all later columns have numbers too. */
    private static final int FIRST_NUMBER = 3;

    private static final int MOST_SHOWN = 20;

    /** Copies the list. */
    public ReachReport {
        nearest = List.copyOf(nearest);
    }

    /**
     * The relocation limited by distance that has the least headroom; empty if there is none. A branch that could be sent to a stub counts
     * as long as it goes to its symbol directly, although farther away it would get a stub instead of an error.
     */
    public Optional<Reach> tightest() {
        return nearest.stream()
                .filter(reach -> reach.limit() == Reach.Limit.DISTANCE)
                .min(Comparator.comparingLong(Reach::headroomBytes));
    }

    /**
     * The relocations limited by distance that use the greatest share of their reach, at most {@code most}, greatest first.
     */
    public List<Reach> nearest(int most) {
        return nearest.stream()
                .filter(reach -> reach.limit() == Reach.Limit.DISTANCE)
                .sorted(Comparator.comparingDouble(Reach::percentUsed).reversed())
                .limit(most)
                .toList();
    }

    /**
     * A table with one line for each entry: the place, the type, the symbol, the distance to it, the greatest distance in that direction,
     * and the share of it that is used. If there are more than 20 entries, it shows the 20 {@linkplain #nearest(int) nearest}.
     */
    @Override
    public String toString() {
        if (nearest.isEmpty()) {
            return Printable.name(module) + ": no relocation has a limited reach";
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("place", "type", "goes to", "bytes away", "reach", "used"));
        List<Reach> shown = nearest.size() > MOST_SHOWN ? nearest(MOST_SHOWN) : nearest;
        shown.forEach(reach -> lines.add(cells(reach)));
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder table = new StringBuilder(Printable.name(module)).append(": what is nearest to its limit");
        for (List<String> line : lines) {
            table.append('\n');
            for (int i = 0; i < widths.length; i++) {
                String blanks = " ".repeat(widths[i] - line.get(i).length());
                table.append("  ").append(i < FIRST_NUMBER ? line.get(i) + blanks : blanks + line.get(i));
            }
        }
        if (shown.size() < nearest.size()) {
            table.append("\n  and ").append(nearest.size() - shown.size()).append(" more");
        }
        return table.toString();
    }

    private static List<String> cells(Reach reach) {
        RelocationPlace place = reach.place();
        String where = Printable.name(place.section()) + "+0x" + Long.toHexString(place.sectionOffset());
        String target = Printable.name(place.symbol()) + (reach.toStub() ? ", by a stub" : "");
        return reach.limit() == Reach.Limit.SEGMENT
                ? List.of(where, place.type(), target, "in its segment", "", "")
                : List.of(
                        where,
                        place.type(),
                        target,
                        String.valueOf(reach.value()),
                        String.valueOf(reach.value() < 0 ? reach.least() : reach.greatest()),
                        String.format(Locale.ROOT, "%.1f %%", reach.percentUsed()));
    }
}
