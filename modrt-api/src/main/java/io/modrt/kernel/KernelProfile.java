package io.modrt.kernel;

import io.modrt.error.FormatException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel a module is loaded for: its version, the options that decide bytes, its vermagic, its page size and its machine.
 * Immutable; the {@code with} methods return copies.
 *
 * <p>What nobody stated is assumed, first from what the architecture usually has ({@link #assuming}), else from
 * {@link ConfigOption#assumed()}; {@link #assumptions()} tells what was.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelProfile {

    private static final int USUAL_PAGE_BYTES = 4096;

    /** Debian names a stable series' kernels {@code 6.1.0-50-…} whatever their patch level is. */
    private static final Pattern NAMED_BY_SERIES = Pattern.compile("\\d+\\.\\d+\\.0-\\d+-.*");

    /** The newest patch levels whose rules are known, of series that are named so. */
    private static final List<KernelVersion> NEWEST_KNOWN =
            List.of(new KernelVersion(6, 1, 192), new KernelVersion(6, 12, 117));

    private final KernelVersion version;
    private final @Nullable String versionAssumption;
    private final @Nullable String vermagic;
    private final Map<ConfigOption, Boolean> stated;
    private final Map<ConfigOption, Boolean> usual;
    private final @Nullable Integer pageBytes;
    private final @Nullable MachineFacts machine;

    private KernelProfile(Draft draft) {
        this.version = draft.version;
        this.versionAssumption = draft.versionAssumption;
        this.vermagic = draft.vermagic;
        this.stated = draft.stated;
        this.usual = draft.usual;
        this.pageBytes = draft.pageBytes;
        this.machine = draft.machine;
    }

    /** A profile under construction: the one place where fields change. */
    private static final class Draft {
        private KernelVersion version;
        private @Nullable String versionAssumption;
        private @Nullable String vermagic;
        private final Map<ConfigOption, Boolean> stated = new EnumMap<>(ConfigOption.class);
        private final Map<ConfigOption, Boolean> usual = new EnumMap<>(ConfigOption.class);
        private @Nullable Integer pageBytes;
        private @Nullable MachineFacts machine;

        private Draft(KernelVersion version) {
            this.version = Objects.requireNonNull(version, "version");
        }

        private Draft(KernelProfile profile) {
            this(profile.version);
            versionAssumption = profile.versionAssumption;
            vermagic = profile.vermagic;
            stated.putAll(profile.stated);
            usual.putAll(profile.usual);
            pageBytes = profile.pageBytes;
            machine = profile.machine;
        }
    }

    /** The kernel {@code version}, of which nothing else is known. */
    public static KernelProfile of(KernelVersion version) {
        return new KernelProfile(new Draft(version));
    }

    /**
     * The kernel whose modules have this vermagic, for example {@code 6.1.0-50-4kc-malta SMP mod_unload modversions MIPS32_R2
     * 32BIT} (the kernel's ends with a space). It states {@link ConfigOption#SMP}, {@link ConfigOption#PREEMPT},
     * {@link ConfigOption#PREEMPT_RT}, {@link ConfigOption#MODULE_UNLOAD} and {@link ConfigOption#MODVERSIONS}. A release such
     * as {@code 6.1.0-50-…} does not tell the patch level: the newest one with known rules is assumed.
     *
     * @throws FormatException where it does not begin with a kernel release
     */
    public static KernelProfile ofVermagic(String vermagic) {
        Vermagic words = Vermagic.parse(vermagic);
        Draft draft = new Draft(words.version());
        if (NAMED_BY_SERIES.matcher(words.release()).matches()) {
            assumePatchLevel(draft, words.release());
        }
        return new KernelProfile(draft).withVermagic(vermagic);
    }

    private static void assumePatchLevel(Draft draft, String release) {
        for (KernelVersion newest : NEWEST_KNOWN) {
            if (newest.major() == draft.version.major() && newest.minor() == draft.version.minor()) {
                draft.version = newest;
                draft.versionAssumption = "version " + newest + ": " + release
                        + " names the series alone; the newest patch level with known rules";
            }
        }
    }

    /**
     * The kernel that was built with this {@code config-*} file, which is read once. The file states every option: one that is
     * not in it is off.
     *
     * @throws FormatException where it is not such a file
     * @throws IOException where it cannot be read
     */
    public static KernelProfile ofConfig(Path config) throws IOException {
        return ofConfig(ConfigFile.read(config));
    }

    /** As {@link #ofConfig(Path)}, from a reader, which is read to its end and left open. */
    public static KernelProfile ofConfig(Reader config) throws IOException {
        return ofConfig(ConfigFile.read(config));
    }

    private static KernelProfile ofConfig(ConfigFile file) {
        Draft draft = new Draft(file.version());
        draft.stated.putAll(file.options());
        file.pageBytes().ifPresent(bytes -> draft.pageBytes = bytes);
        return new KernelProfile(draft);
    }

    /** The same with {@code option} stated. */
    public KernelProfile with(ConfigOption option, boolean value) {
        Draft draft = new Draft(this);
        draft.stated.put(option, value);
        return new KernelProfile(draft);
    }

    /** The same with its version stated. */
    public KernelProfile withVersion(KernelVersion stated) {
        Draft draft = new Draft(this);
        draft.version = Objects.requireNonNull(stated, "stated");
        draft.versionAssumption = null;
        return new KernelProfile(draft);
    }

    /**
     * The same with its vermagic, as modules must have it; options of which it speaks are stated by it, unless they are already.
     *
     * @throws FormatException where it does not begin with a kernel release
     */
    public KernelProfile withVermagic(String text) {
        Draft draft = new Draft(this);
        draft.vermagic = text;
        Vermagic.parse(text).options().forEach(draft.stated::putIfAbsent);
        return new KernelProfile(draft);
    }

    /** The same with its page size stated, in bytes. */
    public KernelProfile withPageBytes(int bytes) {
        if (bytes < 1024 || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("no page has " + bytes + " bytes");
        }
        Draft draft = new Draft(this);
        draft.pageBytes = bytes;
        return new KernelProfile(draft);
    }

    /** The same on {@code facts}. */
    public KernelProfile withMachine(MachineFacts facts) {
        Draft draft = new Draft(this);
        draft.machine = Objects.requireNonNull(facts, "facts");
        return new KernelProfile(draft);
    }

    /** The same, with {@code usual} for options that nobody stated and that no earlier call of this method filled. */
    public KernelProfile assuming(Map<ConfigOption, Boolean> usual) {
        Draft draft = new Draft(this);
        usual.forEach(draft.usual::putIfAbsent);
        return new KernelProfile(draft);
    }

    /** The version. */
    public KernelVersion version() {
        return version;
    }

    /** How this kernel lays modules out. */
    public LayoutRules layoutRules() {
        return LayoutRules.of(version);
    }

    /** The vermagic that modules must have, with the space at its end if it was given so; empty where not known. */
    public Optional<String> vermagic() {
        return Optional.ofNullable(vermagic);
    }

    /** Whether {@code option} is on, as stated or assumed. */
    public boolean has(ConfigOption option) {
        Boolean said = stated.get(option);
        if (said == null) {
            said = usual.get(option);
        }
        return said == null ? option.assumed() : said;
    }

    /** Whether {@code option} was stated, not assumed. */
    public boolean isStated(ConfigOption option) {
        return stated.containsKey(option);
    }

    /** The page size in bytes, 4,096 unless it was stated. */
    public int pageBytes() {
        return pageBytes == null ? USUAL_PAGE_BYTES : pageBytes;
    }

    /** The machine; {@link MachineFacts#unknown()} unless it was stated. */
    public MachineFacts machine() {
        return machine == null ? MachineFacts.unknown() : machine;
    }

    /** A line for all that nobody stated: what it is about, the value, and why that. Empty where all was stated. */
    public List<String> assumptions() {
        List<String> lines = new ArrayList<>();
        if (versionAssumption != null) {
            lines.add(versionAssumption);
        }
        for (ConfigOption option : ConfigOption.values()) {
            if (!stated.containsKey(option)) {
                lines.add(option.configName() + "=" + (has(option) ? "y" : "n") + ": "
                        + (usual.containsKey(option)
                                ? "usual for the architecture"
                                : "usual for distributions' kernels"));
            }
        }
        if (pageBytes == null) {
            lines.add("page size " + USUAL_PAGE_BYTES + ": usual for distributions' kernels");
        }
        if (machine == null) {
            lines.add("machine unknown: code that is rewritten for some machines stays as it was compiled");
        }
        return List.copyOf(lines);
    }

    /** The version, and the vermagic where there is one. */
    @Override
    public String toString() {
        return "Linux " + version + (vermagic == null ? "" : " (" + vermagic.strip() + ")");
    }
}
