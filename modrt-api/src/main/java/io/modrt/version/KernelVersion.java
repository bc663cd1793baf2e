package io.modrt.version;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A kernel's version number, with the patch level, because rules of the loader change within a stable series.
 *
 * @param major the first number
 * @param minor the second
 * @param patch the third; 0 if a release name has none
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record KernelVersion(int major, int minor, int patch) implements Comparable<KernelVersion> {

    private static final int MOST_DIGITS = 4;
    private static final int NONE = -1;

    /** Checks that no number is negative. */
    public KernelVersion {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException("no kernel version " + major + "." + minor + "." + patch);
        }
    }

    /**
     * The version that a kernel release begins with: {@code 6.1.0-50-4kc-malta} is 6.1.0, {@code 6.12-rc3} is 6.12.0.
     *
     * @throws FormatException if the text does not begin with a version
     */
    public static KernelVersion parse(CharSequence release) {
        return find(release).orElseThrow(() -> new FormatException(missing(release)));
    }

    /** The version that {@code release} begins with, if it does. */
    public static Optional<KernelVersion> find(CharSequence release) {
        Objects.requireNonNull(release, "release");
        int majorEnd = numberEnd(release, 0);
        int minorEnd = isAt(release, majorEnd, '.') ? numberEnd(release, majorEnd + 1) : NONE;
        if (majorEnd == NONE || minorEnd == NONE) {
            return Optional.empty();
        }
        int major = Integer.parseInt(release, 0, majorEnd, 10);
        int minor = Integer.parseInt(release, majorEnd + 1, minorEnd, 10);
        if (!isAt(release, minorEnd, '.') || !isDigit(release, minorEnd + 1)) {
            return Optional.of(new KernelVersion(major, minor, 0));
        }
        int patchEnd = numberEnd(release, minorEnd + 1);
        return patchEnd == NONE
                ? Optional.empty()
                : Optional.of(new KernelVersion(major, minor, Integer.parseInt(release, minorEnd + 1, patchEnd, 10)));
    }

    /** Where the number that begins at {@code start} ends; {@link #NONE} if there is no number, or one of too many digits. */
    private static int numberEnd(CharSequence release, int start) {
        int end = start;
        while (isDigit(release, end)) {
            end++;
        }
        return end == start || end - start > MOST_DIGITS ? NONE : end;
    }

    private static boolean isDigit(CharSequence text, int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private static boolean isAt(CharSequence text, int index, char wanted) {
        return index >= 0 && index < text.length() && text.charAt(index) == wanted;
    }

    /** Says that {@code release} begins with no version. */
    public static Refusal missing(CharSequence release) {
        Objects.requireNonNull(release, "release");
        return Refusal.beyondKernel("kernel release \"" + release + "\": begins with no version such as 6.1.0");
    }

    /** Whether both versions are of one stable series: they differ in the patch level at most. */
    public boolean isOfSeriesOf(KernelVersion other) {
        return major == other.major && minor == other.minor;
    }

    /** Whether this version is {@code other} or a later one. */
    boolean isAtLeast(KernelVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(KernelVersion other) {
        int order = Integer.compare(major, other.major);
        order = order != 0 ? order : Integer.compare(minor, other.minor);
        return order != 0 ? order : Integer.compare(patch, other.patch);
    }

    /** The numbers with dots between. */
    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
