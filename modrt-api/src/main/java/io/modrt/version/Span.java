package io.modrt.version;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The kernel versions that have a change: one range of versions or several. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Span {

    /** From {@code since} on, without {@code until}; null if the range has no such bound. */
    private record Range(
            @Nullable KernelVersion since, @Nullable KernelVersion until) {

        private boolean contains(KernelVersion version) {
            return (since == null || version.isAtLeast(since)) && (until == null || !version.isAtLeast(until));
        }

        @Override
        public String toString() {
            String begin = since == null ? "" : "since " + since;
            return until == null ? begin : (begin + " until " + until).strip();
        }
    }

    private final List<Range> ranges;

    private Span(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /** The version {@code first} and all later ones. */
    public static Span since(String first) {
        return new Span(List.of(new Range(KernelVersion.parse(first), null)));
    }

    /** All versions before {@code end}. */
    public static Span until(String end) {
        return new Span(List.of(new Range(null, KernelVersion.parse(end))));
    }

    /** The version {@code first} and all later ones before {@code end}. */
    public static Span between(String first, String end) {
        return new Span(List.of(new Range(KernelVersion.parse(first), KernelVersion.parse(end))));
    }

    /** These versions and {@code others}: a change that came back, or that a stable series took over. */
    public Span and(Span others) {
        List<Range> all = new ArrayList<>(ranges);
        all.addAll(others.ranges);
        return new Span(all);
    }

    /** Whether {@code version} has the change. */
    public boolean contains(KernelVersion version) {
        for (Range range :
                ranges) { // why: asked for each section of a module, where a stream would be most of the cost
            if (range.contains(version)) {
                return true;
            }
        }
        return false;
    }

    /** For example {@code since 2.6.27 until 4.9.0, since 6.12.0}; a version behind "until" is the first without the change. */
    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
    }
}
