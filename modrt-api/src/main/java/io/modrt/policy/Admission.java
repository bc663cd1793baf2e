package io.modrt.policy;

import io.modrt.signature.TrustedKeys;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Which modules a running kernel admits, beyond what its version and configuration say: the keys that it trusts, and what it was booted with.
 * By default the keys are unknown, no module is on a blacklist and the kernel is not locked down. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Admission {
    private static final Admission DEFAULT = new Admission(null, SignatureMode.CONFIGURED, Set.of(), Lockdown.NONE);

    private final @Nullable TrustedKeys keys;
    private final SignatureMode signatures;
    private final Set<String> blacklist;
    private final Lockdown lockdown;

    private enum Lockdown {
        NONE,
        LOCKED
    }

    private Admission(@Nullable TrustedKeys keys, SignatureMode signatures, Set<String> blacklist, Lockdown lockdown) {
        this.keys = keys;
        this.signatures = signatures;
        this.blacklist = blacklist;
        this.lockdown = lockdown;
    }

    /** That of a kernel booted without parameters, whose keys are unknown. */
    public static Admission usual() {
        return DEFAULT;
    }

    /**
     * That of a kernel with this command line, as {@code /proc/cmdline} shows it: {@code module.sig_enforce}, {@code module_blacklist=} and
     * {@code lockdown=} count, and other parameters do not. Those behind {@code --} are not the kernel's.
     */
    public static Admission ofCommandLine(String commandLine) {
        Admission found = DEFAULT;
        for (String word : commandLine.trim().split("\\s+")) {
            if (word.equals("--")) {
                break;
            }
            String[] parts = word.replace("\"", "").split("=", 2);
            String value = parts.length == 2 ? parts[1] : "";
            found = switch (parts[0].replace('-', '_')) {
                case "module.sig_enforce" -> isTrue(value) ? found.signatures(SignatureMode.REQUIRED) : found;
                case "module_blacklist" -> found.blacklist(new HashSet<>(List.of(value.split(","))));
                case "lockdown" ->
                    value.equals("integrity") || value.equals("confidentiality") ? found.lockedDown() : found;
                default -> found;
            };
        }
        return found;
    }

    /** Whether a boolean parameter is switched on: no value, or one that begins with y, Y, t, T or 1, or is {@code on}. */
    private static boolean isTrue(String value) {
        return value.isEmpty() || "yYtT1".indexOf(value.charAt(0)) >= 0 || value.equalsIgnoreCase("on");
    }

    /** The same with signatures verified by {@code trusted}, instead of by keys of which nothing is known. */
    public Admission keys(TrustedKeys trusted) {
        return new Admission(Objects.requireNonNull(trusted, "trusted"), signatures, blacklist, lockdown);
    }

    /** The same with signatures treated by {@code mode}. */
    public Admission signatures(SignatureMode mode) {
        return new Admission(keys, Objects.requireNonNull(mode, "mode"), blacklist, lockdown);
    }

    /** The same with the modules of these names refused instead, each as the module itself writes it: {@code module_blacklist=}. */
    public Admission blacklist(Set<String> names) {
        Objects.requireNonNull(names, "names");
        return new Admission(keys, signatures, Set.copyOf(names), lockdown);
    }

    /** The same in a kernel that is locked down, and then refuses every module without a valid signature of a trusted key. */
    public Admission lockedDown() {
        return new Admission(keys, signatures, blacklist, Lockdown.LOCKED);
    }

    /** The keys that the kernel trusts; empty if they are unknown, and no signature is verified. */
    public Optional<TrustedKeys> keys() {
        return Optional.ofNullable(keys);
    }

    /** What happens to signatures. */
    public SignatureMode signatures() {
        return signatures;
    }

    /** The names of modules that are refused. */
    public Set<String> blacklist() {
        return blacklist;
    }

    /** Whether the kernel is locked down. */
    public boolean isLockedDown() {
        return lockdown == Lockdown.LOCKED;
    }

    @Override
    public String toString() {
        return "Admission[keys=" + (keys == null ? "unknown" : keys) + ", signatures=" + signatures + ", blacklist="
                + blacklist + ", lockdown=" + lockdown + "]";
    }
}
