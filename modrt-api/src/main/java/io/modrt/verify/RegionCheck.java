package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.verify.Areas.Area;
import io.modrt.verify.VerificationResult.Span;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One region: what it should hold, what it holds, and the reason for each word. */
final class RegionCheck {

    /** A word without a reason, {@code offset} bytes into {@code area}. */
    record Misfit(Address address, Area area, long offset, int expected, int found, String why) {}

    /** What a site wants of a word that has something else. */
    private record Wanted(int word, String why) {}

    private final Address start;
    private final boolean bigEndian;
    private final List<Area> areas;
    private final byte[] expected;
    private final byte[] found;
    private final Readout readout;
    private final @Nullable String[] finished;
    private final @Nullable String[] fitting;
    private final Map<Integer, Wanted> wanted = new HashMap<>();

    RegionCheck(Address start, boolean bigEndian, List<Area> areas, byte[] expected, Readout readout) {
        this.start = start;
        this.bigEndian = bigEndian;
        this.areas = areas;
        this.expected = expected;
        this.readout = readout;
        this.found = readout.bytes();
        int words = (expected.length + Integer.BYTES - 1) / Integer.BYTES;
        this.finished = new String[words];
        this.fitting = new String[words];
    }

    /** The words of {@code range} are not as relocation left them. */
    void markFinished(AddressRange range, String by) {
        int first = (int) range.start().minus(start) / Integer.BYTES;
        int end = (int) (range.end().minus(start) + Integer.BYTES - 1) / Integer.BYTES;
        Arrays.fill(finished, first, end, by);
    }

    /** Looks for the form that a site, which lies in this region, is in. Its words then have their reason. */
    Optional<Form> fit(PatchSite site) {
        int offset = (int) site.address().minus(start);
        for (Form form : site.forms()) {
            if (isThere(form, offset)) {
                String why = site.kind() + ": " + form.name();
                Arrays.fill(fitting, offset / Integer.BYTES, offset / Integer.BYTES + site.words(), why);
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }

    private boolean isThere(Form form, int offset) {
        for (int i = 0; i < form.words().size(); i++) {
            int at = offset + i * Integer.BYTES;
            if (readout.isUnreadable(at) || word(found, at) != form.words().get(i)) {
                return false;
            }
        }
        return true;
    }

    /** Where a site is in none of its forms, and no other site has its words, they are wrong where they are not the first form's. */
    void markWrong(PatchSite site) {
        int offset = (int) site.address().minus(start);
        String why = site.kind() + ", in none of its forms: "
                + site.forms().stream().map(Form::name).collect(Collectors.joining("; "));
        List<Integer> words = site.forms().get(0).words();
        for (int i = 0; i < words.size(); i++) {
            int at = offset + i * Integer.BYTES;
            if (word(found, at) != words.get(i) && fitting[at / Integer.BYTES] == null) {
                wanted.put(at, new Wanted(words.get(i), why));
            }
        }
    }

    /** Goes over all words. */
    void judge(Consumer<Span> spans, Consumer<Misfit> misfits) {
        Judge judge = new Judge(spans, misfits);
        int area = 0;
        for (int at = 0; at < expected.length; at += Integer.BYTES) {
            while (areas.get(area).end() <= at) {
                area++;
            }
            judge.word(at, area);
        }
        judge.close(expected.length);
    }

    private int word(byte[] bytes, int at) {
        if (at + Integer.BYTES <= bytes.length) {
            return Bytes.getInt(bytes, at, bigEndian);
        }
        byte[] whole = new byte[Integer.BYTES];
        System.arraycopy(bytes, at, whole, 0, bytes.length - at);
        return Bytes.getInt(whole, 0, bigEndian);
    }

    /** Walks upwards and puts neighbouring words with one reason together. */
    private final class Judge {
        private final Consumer<Span> spans;
        private final Consumer<Misfit> misfits;
        private int from;
        private int area;
        private Reason reason = Reason.EQUAL;
        private String why = "";

        Judge(Consumer<Span> spans, Consumer<Misfit> misfits) {
            this.spans = spans;
            this.misfits = misfits;
        }

        void word(int at, int areaIndex) {
            Leeway leeway = areas.get(areaIndex).leeway();
            int word = at / Integer.BYTES;
            String form = fitting[word];
            String by = finished[word];
            Wanted missing = wanted.isEmpty() ? null : wanted.get(at);
            if (readout.isUnreadable(at)) {
                add(at, areaIndex, Reason.UNREADABLE, "");
            } else if (missing != null) {
                add(at, areaIndex, Reason.UNEXPLAINED, missing.why);
                misfit(at, areaIndex, missing.word, missing.why);
            } else if (form != null) {
                add(at, areaIndex, Reason.SITE, form);
            } else if (word(expected, at) != word(found, at)) {
                different(at, areaIndex);
            } else if (by != null) {
                add(at, areaIndex, Reason.FINISHED, by);
            } else if (leeway.isData()) {
                add(at, areaIndex, Reason.DATA, leeway.why());
            } else {
                add(at, areaIndex, Reason.EQUAL, "");
            }
        }

        /** A word may lie in several areas: each byte that differs must have leave. */
        private void different(int at, int areaIndex) {
            Leeway leave = null;
            int index = areaIndex;
            for (int i = at; i < Math.min(at + Integer.BYTES, expected.length); i++) {
                while (areas.get(index).end() <= i) {
                    index++;
                }
                Leeway leeway = areas.get(index).leeway();
                if (expected[i] != found[i] && (leave == null || leeway == Leeway.NONE)) {
                    leave = leeway;
                }
            }
            if (leave == null || leave == Leeway.NONE) {
                add(at, areaIndex, Reason.UNEXPLAINED, "");
                misfit(at, areaIndex, word(expected, at), "");
            } else {
                add(at, areaIndex, leave.isData() ? Reason.CHANGED_DATA : Reason.KERNEL_WRITTEN, leave.why());
            }
        }

        private void misfit(int at, int areaIndex, int expectedWord, String reasonWhy) {
            Area place = areas.get(areaIndex);
            misfits.accept(new Misfit(
                    start.plus(at),
                    place,
                    at - place.start(),
                    expectedWord,
                    RegionCheck.this.word(found, at),
                    reasonWhy));
        }

        private void add(int at, int areaIndex, Reason nextReason, String nextWhy) {
            if (at == 0 || areaIndex != area || nextReason != reason || !nextWhy.equals(why)) {
                close(at);
                from = at;
                area = areaIndex;
                reason = nextReason;
                why = nextWhy;
            }
        }

        void close(int end) {
            if (end > from) {
                spans.accept(new Span(
                        areas.get(area).name(), new AddressRange(start.plus(from), (long) end - from), reason, why));
            }
        }

        private int word(byte[] bytes, int at) {
            return RegionCheck.this.word(bytes, at);
        }
    }
}
