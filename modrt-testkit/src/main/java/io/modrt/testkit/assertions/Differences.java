package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which words of a module have no reason, against those that a test expects to have none. */
final class Differences {
    private static final int MOST_SHOWN = 20;

    private final ModuleView view;
    private final List<Place> expected;

    Differences(ModuleView view, List<Place> expected) {
        this.view = view;
        this.expected = expected;
    }

    void check() {
        VerificationResult result = view.verified();
        Set<Address> words = new TreeSet<>();
        List<String> fewer = new ArrayList<>();
        for (Place place : expected) {
            Optional<Address> word = result.differences().stream()
                    .map(Difference::address)
                    .filter(start -> new AddressRange(start, Integer.BYTES).contains(place.address()))
                    .findFirst();
            words.add(word.orElse(place.address()));
            if (word.isEmpty()) {
                fewer.add("as loaded: " + place);
            }
        }
        Set<Address> found = new TreeSet<>();
        List<String> more = new ArrayList<>();
        for (Difference difference : result.differences()) {
            found.add(difference.address());
            if (!words.contains(difference.address())) {
                more.add("differs: " + difference);
            }
        }
        long untold = result.differenceCount() - result.differences().size();
        if (!more.isEmpty() || !fewer.isEmpty() || untold > 0) {
            throw Texts.failure(message(result, more, fewer, untold), words, found);
        }
    }

    private String message(VerificationResult result, List<String> more, List<String> fewer, long untold) {
        StringBuilder text = new StringBuilder(view.name()).append(": ");
        if (expected.isEmpty()) {
            text.append("expected to be as it was loaded");
        } else {
            text.append("expected to differ at ")
                    .append(Texts.count(expected.size(), "place"))
                    .append(" and nowhere else");
        }
        text.append("; ").append(result);
        List<String> lines = new ArrayList<>(fewer);
        lines.addAll(more);
        lines.stream().limit(MOST_SHOWN).forEach(line -> text.append("\n  ").append(line));
        long rest = Math.max(0, lines.size() - MOST_SHOWN) + untold;
        if (rest > 0) {
            text.append("\n  and ").append(rest).append(" more");
        }
        return text.toString();
    }
}
