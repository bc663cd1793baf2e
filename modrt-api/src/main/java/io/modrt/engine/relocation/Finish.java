package io.modrt.engine.relocation;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.engine.finish.Finishing;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.error.ModrtException;
import io.modrt.findings.Findings;
import io.modrt.layout.RegionKind;
import io.modrt.link.Rewrite;
import io.modrt.spi.Finisher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Runs the kernel's steps after relocation on one image. */
final class Finish {
    private final ImageBytes image;
    private final List<Finisher> steps;

    private Finish(ImageBytes image, List<Finisher> steps) {
        this.image = image;
        this.steps = steps;
    }

    /** The steps for the image of {@code application}; malformed tables are reported to {@code findings}. */
    static Finish of(Linkage linkage, Application application, Findings findings) {
        KernelTables kernel = linkage.kernel();
        List<Finisher> own = new ArrayList<>(application.load().finishers());
        own.replaceAll(finisher -> tolerant(finisher, findings));
        ImageBytes image = application.image();
        return new Finish(
                image,
                Finishing.steps(image, linkage.shapes(), linkage.symbolValues(), own, kernel.tracing(), findings::add));
    }

    /** The same step; under a best-effort policy a failure ends the step but not the load, and leaves what the step had changed. */
    private static Finisher tolerant(Finisher finisher, Findings findings) {
        return Finisher.of(finisher.name(), image -> {
            try {
                finisher.finish(image);
            } catch (ModrtException failure) {
                findings.passOver(failure, findings.name() + ": " + finisher.name());
            }
        });
    }

    /** Runs all steps. */
    void run() {
        for (Finisher step : steps) {
            step.finish(image);
        }
    }

    /** Runs all steps, and compares the image before and after each. */
    List<Rewrite> runWatched() {
        List<Rewrite> rewrites = new ArrayList<>();
        Map<RegionKind, byte[]> before = new EnumMap<>(RegionKind.class);
        List<RegionKind> regions = image.layout().regions();
        regions.forEach(kind -> before.put(kind, image.bytes(kind).clone()));
        for (Finisher step : steps) {
            step.finish(image);
            for (RegionKind kind : regions) {
                byte[] now = image.bytes(kind);
                byte[] then = before.getOrDefault(kind, now);
                compare(step.name(), kind, then, now, rewrites);
                System.arraycopy(now, 0, then, 0, now.length);
            }
        }
        return rewrites;
    }

    private void compare(String by, RegionKind kind, byte[] before, byte[] now, List<Rewrite> rewrites) {
        Address start = image.addresses().range(kind).orElseThrow().start();
        int at = 0;
        while (at < now.length) {
            int word = nextDifference(before, now, at);
            if (word == now.length) {
                return;
            }
            int end = word;
            while (end < now.length && differs(before, now, end)) {
                end = wordEnd(now, end);
            }
            rewrites.add(new Rewrite(by, new AddressRange(start.plus(word), (long) end - word)));
            at = end;
        }
    }

    /** The start of the first word from {@code at} on that differs, or the length. */
    private static int nextDifference(byte[] before, byte[] now, int at) {
        int found = Arrays.mismatch(before, at, now.length, now, at, now.length);
        return found < 0 ? now.length : at + found & -Integer.BYTES;
    }

    private static boolean differs(byte[] before, byte[] now, int word) {
        int end = wordEnd(now, word);
        return !Arrays.equals(before, word, end, now, word, end);
    }

    private static int wordEnd(byte[] bytes, int word) {
        return Math.min(word + Integer.BYTES, bytes.length);
    }
}
