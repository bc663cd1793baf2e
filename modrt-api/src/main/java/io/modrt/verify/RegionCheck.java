package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.verify.Areas.Area;
import io.modrt.verify.VerificationResult.Span;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Compares one region with what loading made of it. Words of 4 bytes are reported, and bytes are judged: a word is explained only if each
 * of its bytes is as it was loaded or has a reason of its own.
 */
final class RegionCheck {

    /** A word without a reason, {@code offset} bytes into {@code area}. */
    record Misfit(Address address, Area area, long offset, int expected, int found, String why) {}

    private final Address start;
    private final List<Area> areas;
    private final byte[] expected;
    private final byte[] found;
    private final Readout readout;

    /** By word: the last step of loading that changed it. */
    private final Labels finished;
    /** By word: the form of the last site found in one of its forms that has a byte in the word. */
    private final Labels fitting;
    /** By byte: whether a site found in one of its forms holds it. */
    private final BitSet held = new BitSet();
    /** By byte: which site that is in none of its forms has it, and what the site's first form has there. */
    private final Labels wanted;

    private byte[] wantedCode = {};
    /** By word: whether such a site makes it wrong. */
    private final BitSet wrong = new BitSet();

    RegionCheck(Address start, List<Area> areas, byte[] expected, Readout readout) {
        this.start = start;
        this.areas = areas;
        this.expected = expected;
        this.readout = readout;
        this.found = readout.bytes();
        int words = (expected.length + Integer.BYTES - 1) / Integer.BYTES;
        this.finished = new Labels(words);
        this.fitting = new Labels(words);
        this.wanted = new Labels(expected.length);
    }

    /** Notes that the step {@code by} of loading changed the words of {@code range}, which lies in this region. */
    void markFinished(AddressRange range, String by) {
        int first = (int) range.start().minus(start) / Integer.BYTES;
        int end = (int) (range.end().minus(start) + Integer.BYTES - 1) / Integer.BYTES;
        finished.fill(first, end, by);
    }

    /**
     * Looks for the form that a site of this region is in; its bytes then have their reason. Unreadable bytes agree with any form.
     */
    Optional<Form> fit(PatchSite site) {
        int offset = offset(site);
        for (Form form : site.forms()) {
            if (isThere(form.code(), offset)) {
                int end = offset + form.sizeBytes();
                held.set(offset, end);
                fitting.fill(offset / Integer.BYTES, (end - 1) / Integer.BYTES + 1, site.kind() + ": " + form.name());
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }

    private boolean isThere(byte[] code, int offset) {
        for (int i = 0; i < code.length; i++) {
            if (found[offset + i] != code[i] && !readout.isUnreadable(offset + i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all bytes of a site of this region could be read. */
    boolean isReadable(PatchSite site) {
        int offset = offset(site);
        for (int at = offset & -Integer.BYTES; at < offset + site.sizeBytes(); at += Integer.BYTES) {
            if (readout.isUnreadable(at)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Notes a site of this region that is in none of its forms. Each of its bytes that no other site holds is wrong, unless it is both the
     * first form's byte and the byte that was loaded.
     */
    void markWrong(PatchSite site) {
        int offset = offset(site);
        String why = site.kind() + ", in none of its forms: "
                + site.forms().stream().map(Form::name).collect(Collectors.joining("; "));
        byte[] code = site.forms().get(0).code();
        for (int i = 0; i < code.length; i++) {
            int at = offset + i;
            if (!held.get(at)) {
                if (wantedCode.length == 0) {
                    wantedCode = new byte[expected.length];
                }
                wanted.fill(at, at + 1, why);
                wantedCode[at] = code[i];
                if (isWrong(at)) {
                    wrong.set(at / Integer.BYTES);
                }
            }
        }
    }

    /** Whether a byte of a site that is in none of its forms is not as both loading and the first form have it. */
    private boolean isWrong(int at) {
        return found[at] != wantedCode[at] || found[at] != expected[at];
    }

    private int offset(PatchSite site) {
        return (int) site.address().minus(start);
    }

    /** Goes over all words; those without a reason are told as long as {@code wantsMore} says so. */
    void judge(Consumer<Span> spans, Consumer<Misfit> misfits, BooleanSupplier wantsMore) {
        Judge judge = new Judge(spans, misfits, wantsMore);
        int area = 0;
        for (int at = 0; at < expected.length; at += Integer.BYTES) {
            while (areas.get(area).end() <= at) {
                area++;
            }
            judge.word(at, area);
        }
        judge.close(expected.length);
    }

    /** Whether a word is as it was loaded. */
    private boolean isEqual(int at) {
        return at + Integer.BYTES <= expected.length
                ? Bytes.getInt(expected, at, true) == Bytes.getInt(found, at, true)
                : Arrays.equals(expected, at, expected.length, found, at, found.length);
    }

    private int wordEnd(int at) {
        return Math.min(at + Integer.BYTES, expected.length);
    }

    /** The index of the area that holds byte {@code at}, not in front of area {@code from}. */
    private int areaOf(int at, int from) {
        int area = from;
        while (areas.get(area).end() <= at) {
            area++;
        }
        return area;
    }

    /** Walks upwards and puts neighbouring words with one reason together. */
    private final class Judge {
        private final Consumer<Span> spans;
        private final Consumer<Misfit> misfits;
        private final BooleanSupplier wantsMore;
        private final byte[] due = new byte[Integer.BYTES];
        private final byte[] there = new byte[Integer.BYTES];
        private int from;
        private int area;
        private Reason reason = Reason.EQUAL;
        private String why = "";

        Judge(Consumer<Span> spans, Consumer<Misfit> misfits, BooleanSupplier wantsMore) {
            this.spans = spans;
            this.misfits = misfits;
            this.wantsMore = wantsMore;
        }

        void word(int at, int areaIndex) {
            int word = at / Integer.BYTES;
            String form = fitting.get(word);
            String by = finished.get(word);
            Leeway leeway = areas.get(areaIndex).leeway();
            if (readout.isUnreadable(at)) {
                add(at, areaIndex, Reason.UNREADABLE, "");
            } else if (wrong.get(word)) {
                unexplained(at, areaIndex);
            } else if (!isEqual(at)) {
                different(at, areaIndex);
            } else if (form != null) {
                add(at, areaIndex, Reason.SITE, form);
            } else if (by != null) {
                add(at, areaIndex, Reason.FINISHED, by);
            } else if (leeway.isData()) {
                add(at, areaIndex, Reason.DATA, leeway.why());
            } else {
                add(at, areaIndex, Reason.EQUAL, "");
            }
        }

        /** A word may belong to several areas and sites: each byte that differs needs a site that holds it, or leeway of its own area. */
        private void different(int at, int areaIndex) {
            Leeway used = Leeway.NONE;
            for (int i = at, index = areaIndex; i < wordEnd(at); i++) {
                if (expected[i] != found[i] && !held.get(i)) {
                    index = areaOf(i, index);
                    Leeway leeway = areas.get(index).leeway();
                    if (leeway == Leeway.NONE) {
                        unexplained(at, areaIndex);
                        return;
                    }
                    used = used == Leeway.NONE ? leeway : used;
                }
            }
            String form = fitting.get(at / Integer.BYTES);
            if (form != null) {
                add(at, areaIndex, Reason.SITE, form);
            } else {
                add(at, areaIndex, used.isData() ? Reason.CHANGED_DATA : Reason.KERNEL_WRITTEN, used.why());
            }
        }

        /** Reports a word. The two numbers differ only in bytes that have no reason. */
        private void unexplained(int at, int areaIndex) {
            Arrays.fill(due, (byte) 0);
            Arrays.fill(there, (byte) 0);
            String misfitWhy = "";
            for (int i = at, index = areaIndex; i < wordEnd(at); i++) {
                index = areaOf(i, index);
                there[i - at] = found[i];
                String why = wanted.get(i);
                if (why != null) {
                    due[i - at] = wantedCode[i];
                    misfitWhy = isWrong(i) ? why : misfitWhy;
                } else {
                    boolean isFree = held.get(i) || areas.get(index).leeway() != Leeway.NONE;
                    due[i - at] = isFree ? found[i] : expected[i];
                }
            }
            if (Arrays.equals(due, there)) { // why: only other words of the site are not as its first form has them
                for (int i = at; i < wordEnd(at); i++) {
                    due[i - at] = wanted.get(i) != null ? expected[i] : found[i];
                }
            }
            add(at, areaIndex, Reason.UNEXPLAINED, misfitWhy);
            if (!wantsMore.getAsBoolean()) {
                return;
            }
            Area place = areas.get(areaIndex);
            misfits.accept(new Misfit(
                    start.plus(at),
                    place,
                    at - place.start(),
                    Bytes.getInt(due, 0, place.isBigEndian()),
                    Bytes.getInt(there, 0, place.isBigEndian()),
                    misfitWhy));
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
    }
}
