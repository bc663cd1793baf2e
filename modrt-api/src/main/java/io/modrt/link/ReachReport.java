package io.modrt.link;

import io.modrt.error.RelocationPlace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * For each section and each limited relocation type, the relocation that is nearest to its limit: one of those that go where they
 * want, and one of those that go to a stub.
 *
 * @param module the module's name
 * @param nearest at most two entries for each section and type, in the order of the sections
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ReachReport(String module, List<Reach> nearest) {

    /** From this column of the table on, cells are numbers. */
    private static final int FIRST_NUMBER = 3;

    private static final int MOST_SHOWN = 20;

    /** Copies the list. */
    public ReachReport {
        nearest = List.copyOf(nearest);
    }

    /**
     * The relocation limited by distance that has the least headroom; empty where there is none. A branch that goes to its target itself
     * counts too: where the architecture has stubs for it, one that were farther away would get one.
     */
    public Optional<Reach> tightest() {
        return nearest.stream()
                .filter(reach -> reach.limit() == Reach.Limit.DISTANCE)
                .min(Comparator.comparingLong(Reach::headroomBytes));
    }

    /** Of those limited by distance the {@code most} that use the greatest share of their reach, the greatest first. A new list. */
    public List<Reach> nearest(int most) {
        return nearest.stream()
                .filter(reach -> reach.limit() == Reach.Limit.DISTANCE)
                .sorted(Comparator.comparingDouble(Reach::percentUsed).reversed())
                .limit(most)
                .toList();
    }

    /**
     * A table, a line an entry, of many entries those that are {@linkplain #nearest(int) nearest}: where the relocation is, where it goes, how far that is, how far it could be in that direction, and how much
     * of that is used.
     */
    @Override
    public String toString() {
        if (nearest.isEmpty()) {
            return module + ": no relocation has a limited reach";
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
        StringBuilder table = new StringBuilder(module).append(": what is nearest to its limit");
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
        String where = place.section() + "+0x" + Long.toHexString(place.sectionOffset());
        String target = place.symbol() + (reach.toStub() ? ", by a stub" : "");
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
