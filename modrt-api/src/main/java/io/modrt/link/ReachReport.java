package io.modrt.link;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
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

    /** Copies the list. */
    public ReachReport {
        nearest = List.copyOf(nearest);
    }

    /** The relocation limited by distance that has the least headroom; empty where there is none. */
    public Optional<Reach> tightest() {
        return nearest.stream()
                .filter(reach -> reach.limit() == Reach.Limit.DISTANCE)
                .min(Comparator.comparingLong(Reach::headroomBytes));
    }

    /** One line an entry. */
    @Override
    public String toString() {
        return nearest.stream()
                .map(Reach::toString)
                .collect(Collectors.joining("\n", module + ": " + nearest.size() + " limited\n", ""));
    }
}
