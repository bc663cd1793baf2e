package io.modrt.kernel;

import io.modrt.version.KernelChange;
import io.modrt.version.KernelVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The changes of a profile that its version does not decide: stated ones, and those that a file shows. Immutable. */
final class ProfileChanges {

    private static final ProfileChanges NONE = new ProfileChanges(Map.of());

    /** A decided change; without evidence it was stated. */
    private record Decision(boolean value, @Nullable String evidence) {}

    private final Map<KernelChange, Decision> decisions;

    private ProfileChanges(Map<KernelChange, Decision> decisions) {
        this.decisions = decisions;
    }

    static ProfileChanges none() {
        return NONE;
    }

    ProfileChanges stating(KernelChange change, boolean value) {
        return deciding(change, new Decision(value, null));
    }

    /** The same, with evidence for a change that nobody stated and that no earlier evidence decided. */
    ProfileChanges showing(KernelChange change, boolean value, String evidence) {
        return decisions.containsKey(change)
                ? this
                : deciding(change, new Decision(value, Objects.requireNonNull(evidence, "evidence")));
    }

    private ProfileChanges deciding(KernelChange change, Decision decision) {
        Map<KernelChange, Decision> more = new LinkedHashMap<>(decisions);
        more.put(Objects.requireNonNull(change, "change"), decision);
        return new ProfileChanges(more);
    }

    Optional<Boolean> decided(KernelChange change) {
        return Optional.ofNullable(decisions.get(change)).map(Decision::value);
    }

    /** A line for each change that has another value than {@code version} says. */
    List<String> assumptions(KernelVersion version) {
        return decisions.entrySet().stream()
                .filter(entry -> entry.getKey().span().contains(version) != entry.getValue().value)
                .map(entry -> line(entry.getKey(), entry.getValue(), version))
                .toList();
    }

    private static String line(KernelChange change, Decision decision, KernelVersion version) {
        return change.name() + "=" + (decision.value ? "y" : "n") + ": "
                + (decision.evidence == null ? "stated" : decision.evidence) + "; by its version " + version
                + " this kernel would " + (decision.value ? "not have it: " : "have it: ") + change.span();
    }
}
