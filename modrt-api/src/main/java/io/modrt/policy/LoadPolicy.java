package io.modrt.policy;

import io.modrt.error.Rule;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * How a load departs from what the kernel does; each departure has a name, and by default there is none. And which modules a kernel
 * {@linkplain Admission admits}. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LoadPolicy {
    private static final LoadPolicy KERNEL_EXACT = new LoadPolicy(
            EnumSet.noneOf(Rule.class),
            StubPolicy.KERNEL_EXACT,
            0,
            OnFailure.STOP,
            false,
            Admission.usual(),
            LoadLimits.standard());

    private static final int MOST_TRAMPOLINES = 1 << 16;

    private enum OnFailure {
        STOP,
        GO_ON
    }

    private final Set<Rule> relaxed;
    private final StubPolicy stubs;
    private final int trampolines;
    private final OnFailure onFailure;
    private final boolean strict;
    private final Admission admission;
    private final LoadLimits limits;

    private LoadPolicy(
            Set<Rule> relaxed,
            StubPolicy stubs,
            int trampolines,
            OnFailure onFailure,
            boolean strict,
            Admission admission,
            LoadLimits limits) {
        this.relaxed = Collections.unmodifiableSet(relaxed);
        this.stubs = stubs;
        this.trampolines = trampolines;
        this.onFailure = onFailure;
        this.strict = strict;
        this.admission = admission;
        this.limits = limits;
    }

    /** No departure: a load does what the kernel of the profile does. */
    public static LoadPolicy kernelExact() {
        return KERNEL_EXACT;
    }

    /** The same with {@code rules} switched off too; what they would refuse becomes a {@link Diagnostic}. */
    public LoadPolicy relaxed(Rule... rules) {
        Objects.requireNonNull(rules, "rules");
        EnumSet<Rule> all = EnumSet.noneOf(Rule.class);
        all.addAll(relaxed);
        all.addAll(List.of(rules));
        return new LoadPolicy(all, stubs, trampolines, onFailure, strict, admission, limits);
    }

    /** The same with another policy for branches that do not reach their targets. */
    public LoadPolicy stubs(StubPolicy policy) {
        return new LoadPolicy(
                relaxed, Objects.requireNonNull(policy, "policy"), trampolines, onFailure, strict, admission, limits);
    }

    /**
     * The same with room in each region with code for trampolines, which lead call sites to tracers beyond their reach: for modules that
     * call {@code _mcount} by a short branch, and for tracers above 4 GB. An architecture whose sites reach every tracer reserves no room.
     *
     * @param tracers for how many tracers at a time there is room, 0 to 65,536
     */
    public LoadPolicy trampolines(int tracers) {
        if (tracers < 0 || tracers > MOST_TRAMPOLINES) {
            throw new IllegalArgumentException(
                    tracers + " tracers; 0 to " + MOST_TRAMPOLINES + " can have trampolines");
        }
        return new LoadPolicy(relaxed, stubs, tracers, onFailure, strict, admission, limits);
    }

    /**
     * The same, but with every rule relaxed, and a relocation that fails leaves its place as it was and becomes a {@link Diagnostic}: for
     * broken files and plain objects.
     */
    public LoadPolicy bestEffort() {
        return new LoadPolicy(
                EnumSet.allOf(Rule.class), stubs, trampolines, OnFailure.GO_ON, strict, admission, limits);
    }

    /** The same, but a load is refused where the kernel would silently truncate a value or ignore something. */
    public LoadPolicy strict() {
        return new LoadPolicy(relaxed, stubs, trampolines, onFailure, true, admission, limits);
    }

    /** The same in a kernel that admits modules by {@code kernels}: its keys, its blacklist, its lockdown. */
    public LoadPolicy admission(Admission kernels) {
        return new LoadPolicy(
                relaxed, stubs, trampolines, onFailure, strict, Objects.requireNonNull(kernels, "kernels"), limits);
    }

    /** Which modules the kernel admits. */
    public Admission admission() {
        return admission;
    }

    /** The same with other limits for what a file may take of its host's memory. */
    public LoadPolicy limits(LoadLimits loadLimits) {
        return new LoadPolicy(
                relaxed,
                stubs,
                trampolines,
                onFailure,
                strict,
                admission,
                Objects.requireNonNull(loadLimits, "loadLimits"));
    }

    /** What a file may take of its host's memory. */
    public LoadLimits limits() {
        return limits;
    }

    /** Whether {@code rule} is switched off. */
    public boolean isRelaxed(Rule rule) {
        Objects.requireNonNull(rule, "rule");
        return relaxed.contains(rule);
    }

    /** The rules that are switched off. */
    public Set<Rule> relaxedRules() {
        return relaxed;
    }

    /** How branches that do not reach their targets are bridged. */
    public StubPolicy stubs() {
        return stubs;
    }

    /** For how many tracers at a time each region with code has room for a trampoline. */
    public int trampolines() {
        return trampolines;
    }

    /** Whether a load goes on after a relocation that fails. */
    public boolean isBestEffort() {
        return onFailure == OnFailure.GO_ON;
    }

    /** Whether a load is refused where the kernel would silently truncate a value or ignore something. */
    public boolean isStrict() {
        return strict;
    }

    /** For example {@code LoadPolicy[stubs=SHARED, trampolines=1, relaxed=[VERMAGIC], onFailure=STOP, strict=false]}. */
    @Override
    public String toString() {
        return "LoadPolicy[stubs=" + stubs + ", trampolines=" + trampolines + ", relaxed=" + relaxed + ", onFailure="
                + onFailure + ", strict=" + strict + (admission.equals(Admission.usual()) ? "" : ", " + admission)
                + (limits.equals(LoadLimits.standard()) ? "" : ", limits=" + limits)
                + "]";
    }
}
