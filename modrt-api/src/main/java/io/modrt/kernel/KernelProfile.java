package io.modrt.kernel;

import io.modrt.bytes.Printable;
import io.modrt.error.FormatException;
import io.modrt.policy.LoadLimits;
import io.modrt.version.KernelChange;
import io.modrt.version.KernelVersion;
import io.modrt.version.LoaderChange;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel a module is loaded for: its version, its configuration, its vermagic, its page size and its machine. Immutable; the
 * {@code with} methods return copies.
 *
 * <p>An option of the configuration is yes, no, or not said. The loader's own options are constants of {@link ConfigOption}; an
 * architecture asks for further ones by the name that they have in a {@code config-*} file. An option that nobody stated has the value
 * that is usual for the architecture ({@link #assuming}), else the value of {@link ConfigOption#assumed()}; {@link #assumptions()} lists
 * every value that was assumed.
 *
 * <p>What depends on the version is asked by name too: each {@link KernelChange} is decided by a statement ({@link #with(KernelChange,
 * boolean)}), else by what a file of this kernel shows, else by the version.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelProfile {

    private static final int USUAL_PAGE_BYTES = 4096;

    /** The newest patch levels whose rules are known, for each series with such names. */
    private static final List<KernelVersion> NEWEST_KNOWN =
            List.of(new KernelVersion(5, 10, 262), new KernelVersion(6, 1, 192), new KernelVersion(6, 12, 117));

    private final KernelVersion version;
    private final @Nullable String versionAssumption;
    private final @Nullable String vermagic;
    private final ProfileOptions options;
    private final ProfileChanges changes;
    private final @Nullable Integer pageBytes;
    private final @Nullable Integer structModuleBytes;
    private final @Nullable MachineFacts machine;

    /** What was asked before: a load asks the same questions for each section and symbol. */
    private final Answers<LoaderChange> loaderChanges;

    private final Answers<ConfigOption> configOptions;
    private final Map<Object, Boolean> others = new ConcurrentHashMap<>();

    private KernelProfile(Draft draft) {
        this.version = draft.version;
        this.versionAssumption = draft.versionAssumption;
        this.vermagic = draft.vermagic;
        this.options = draft.options;
        this.changes = draft.changes;
        this.pageBytes = draft.pageBytes;
        this.structModuleBytes = draft.structModuleBytes;
        this.machine = draft.machine;
        this.loaderChanges = new Answers<>(LoaderChange.class, this::decides);
        this.configOptions = new Answers<>(ConfigOption.class, options::has);
    }

    /** A profile under construction, the only place where fields change. */
    private static final class Draft {
        private KernelVersion version;
        private @Nullable String versionAssumption;
        private @Nullable String vermagic;
        private ProfileOptions options = new ProfileOptions();
        private ProfileChanges changes = ProfileChanges.none();
        private @Nullable Integer pageBytes;
        private @Nullable Integer structModuleBytes;
        private @Nullable MachineFacts machine;

        private Draft(KernelVersion version) {
            this.version = Objects.requireNonNull(version, "version");
        }

        private Draft(KernelProfile profile) {
            this(profile.version);
            versionAssumption = profile.versionAssumption;
            vermagic = profile.vermagic;
            options = new ProfileOptions(profile.options);
            changes = profile.changes;
            pageBytes = profile.pageBytes;
            structModuleBytes = profile.structModuleBytes;
            machine = profile.machine;
        }
    }

    /** The kernel of this version, of which nothing else is known. */
    public static KernelProfile of(KernelVersion version) {
        return new KernelProfile(new Draft(version));
    }

    /**
     * The kernel whose modules have this vermagic, for example {@code 6.1.0-50-generic SMP mod_unload modversions} (the kernel's own ends with
     * a space). The vermagic states {@link ConfigOption#SMP}, {@link ConfigOption#PREEMPT}, {@link ConfigOption#PREEMPT_RT},
     * {@link ConfigOption#MODULE_UNLOAD} and {@link ConfigOption#MODVERSIONS}. A release such as {@code 6.1.0-50-…} does not tell the patch
     * level, so the newest one with known rules is assumed.
     *
     * @throws FormatException if it does not begin with a kernel release
     */
    public static KernelProfile ofVermagic(String vermagic) {
        Vermagic words = Vermagic.parse(vermagic);
        Draft draft = new Draft(words.version());
        if (isNamedBySeries(words.release(), words.version())) {
            assumePatchLevel(draft, words.release());
        }
        return new KernelProfile(draft).withVermagic(vermagic);
    }

    /** Whether it is a name as Debian's of the kernels of a stable series, {@code 6.1.0-50-…} whatever their patch level is. */
    private static boolean isNamedBySeries(String release, KernelVersion version) {
        String series = version.major() + "." + version.minor() + ".0-";
        int end = series.length();
        while (end < release.length() && release.charAt(end) >= '0' && release.charAt(end) <= '9') {
            end++;
        }
        return release.startsWith(series) && release.startsWith("-", end) && end > series.length();
    }

    private static void assumePatchLevel(Draft draft, String release) {
        for (KernelVersion newest : NEWEST_KNOWN) {
            if (newest.isOfSeriesOf(draft.version)) {
                draft.version = newest;
                draft.versionAssumption = "version " + newest + ": " + release
                        + " names the series alone; the newest patch level with known rules";
            }
        }
    }

    /**
     * The kernel that was built with this {@code config-*} file, which is read once. The file states every option, of any name: an option
     * that is not {@code y} in it is off.
     *
     * @throws FormatException if it is not such a file
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static KernelProfile ofConfig(Path config) {
        Objects.requireNonNull(config, "config");
        return ofConfig(ConfigFile.read(config, LoadLimits.standard()));
    }

    /** As {@link #ofConfig(Path)}, from a reader, which is read to its end and left open. */
    public static KernelProfile ofConfig(Reader config) {
        Objects.requireNonNull(config, "config");
        return ofConfig(ConfigFile.read(config));
    }

    private static KernelProfile ofConfig(ConfigFile file) {
        Draft draft = new Draft(file.version());
        draft.options = new ProfileOptions(file.on());
        file.pageBytes().ifPresent(bytes -> draft.pageBytes = bytes);
        return new KernelProfile(draft);
    }

    /** The same with {@code option} stated. */
    public KernelProfile with(ConfigOption option, boolean value) {
        Draft draft = new Draft(this);
        draft.options.state(option, value);
        return new KernelProfile(draft);
    }

    /**
     * The same with the option of any name stated, as a {@code config-*} file has it: {@code CONFIG_RANDOMIZE_BASE}.
     *
     * @throws IllegalArgumentException if it is not the name of an option
     */
    public KernelProfile with(String configName, boolean value) {
        Objects.requireNonNull(configName, "configName");
        Draft draft = new Draft(this);
        draft.options.state(configName, value);
        return new KernelProfile(draft);
    }

    /**
     * The same with {@code change} stated: whether this kernel has it, whatever its version says. Vendors take changes over from later
     * kernels, or leave them out.
     */
    public KernelProfile with(KernelChange change, boolean value) {
        Draft draft = new Draft(this);
        draft.changes = changes.stating(change, value);
        return new KernelProfile(draft);
    }

    /**
     * The same with {@code change} as a file of this kernel shows it, which counts for more than the version and for less than a statement.
     *
     * @param evidence what shows it, for {@link #assumptions()}
     */
    public KernelProfile showing(KernelChange change, boolean value, String evidence) {
        Objects.requireNonNull(change, "change");
        Objects.requireNonNull(evidence, "evidence");
        Draft draft = new Draft(this);
        draft.changes = changes.showing(change, value, evidence);
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
     * The same with its vermagic, as modules must have it. The vermagic also states the options that it has words for, unless somebody
     * stated them before.
     *
     * @throws FormatException if it does not begin with a kernel release
     */
    public KernelProfile withVermagic(String text) {
        Objects.requireNonNull(text, "text");
        Draft draft = new Draft(this);
        draft.vermagic = text;
        Vermagic.parse(text).options().forEach((option, value) -> {
            if (!isStated(option)) {
                draft.options.state(option, value);
            }
        });
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

    /**
     * The same with the size of its {@code struct module} stated, in bytes, which every module's {@code .gnu.linkonce.this_module} must have
     * on kernels since 6.4. Without it a module is only compared with those that are loaded.
     */
    public KernelProfile withStructModuleBytes(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("no struct module has " + bytes + " bytes");
        }
        Draft draft = new Draft(this);
        draft.structModuleBytes = bytes;
        return new KernelProfile(draft);
    }

    /** The same on {@code facts}. */
    public KernelProfile withMachine(MachineFacts facts) {
        Draft draft = new Draft(this);
        draft.machine = Objects.requireNonNull(facts, "facts");
        return new KernelProfile(draft);
    }

    /**
     * The same with values for options that nobody stated and that no earlier call of this method gave a value.
     *
     * @param usual values by the names that options have in a {@code config-*} file
     * @throws IllegalArgumentException if a key is not the name of an option
     */
    public KernelProfile assuming(Map<String, Boolean> usual) {
        Objects.requireNonNull(usual, "usual");
        Draft draft = new Draft(this);
        draft.options.assume(usual);
        return new KernelProfile(draft);
    }

    /** The version. */
    public KernelVersion version() {
        return version;
    }

    /** How this kernel lays modules out. */
    public LayoutRules layoutRules() {
        if (has(LoaderChange.MEMORY_TYPES)) {
            return LayoutRules.MEMORY_TYPES;
        }
        return has(LoaderChange.STUBS_BY_SECTION) ? LayoutRules.CORE_AND_INIT : LayoutRules.STUBS_AT_HEAD;
    }

    /** The vermagic that modules must have, with the space at its end if it was given so; empty if not known. */
    public Optional<String> vermagic() {
        return Optional.ofNullable(vermagic);
    }

    /** Whether this kernel has {@code change}: as stated, else as a file of this kernel shows, else by its version. */
    public boolean has(KernelChange change) {
        Objects.requireNonNull(change, "change");
        return change instanceof LoaderChange known ? loaderChanges.of(known) : hasOther(change);
    }

    private boolean hasOther(KernelChange change) {
        Boolean known = others.get(change); // why: a load asks thousands of times, and this makes no lambda
        return known != null ? known : others.computeIfAbsent(change, any -> decides(change));
    }

    private boolean decides(KernelChange change) {
        return changes.decided(change).orElseGet(() -> change.span().contains(version));
    }

    /** Whether {@code option} is on, as stated or assumed. */
    public boolean has(ConfigOption option) {
        Objects.requireNonNull(option, "option");
        return configOptions.of(option);
    }

    /**
     * Whether the option of this name is on, as stated or assumed; no if nobody says and there is no {@link ConfigOption} of this name. An
     * architecture lists the options that it asks for in its usual configuration, so that {@link #assumptions()} has them.
     *
     * @param configName the name as a {@code config-*} file has it, for example {@code CONFIG_RANDOMIZE_BASE}
     * @throws IllegalArgumentException if it is not the name of an option
     */
    public boolean has(String configName) {
        Objects.requireNonNull(configName, "configName");
        Boolean known = others.get(configName);
        return known != null ? known : others.computeIfAbsent(configName, any -> options.has(configName));
    }

    /**
     * The value of the option of this name, as stated or as usual for the architecture; empty if neither says.
     *
     * @param configName the name as a {@code config-*} file has it, for example {@code CONFIG_RANDOMIZE_BASE}
     * @throws IllegalArgumentException if it is not the name of an option
     */
    public Optional<Boolean> option(String configName) {
        Objects.requireNonNull(configName, "configName");
        return options.value(configName);
    }

    /** Whether {@code option} was stated, not assumed. */
    public boolean isStated(ConfigOption option) {
        return options.isStated(option);
    }

    /**
     * Whether the option of this name was stated, not assumed.
     *
     * @throws IllegalArgumentException if it is not the name of an option
     */
    public boolean isStated(String configName) {
        Objects.requireNonNull(configName, "configName");
        return options.isStated(configName);
    }

    /** The page size in bytes, 4,096 unless it was stated. */
    public int pageBytes() {
        return pageBytes == null ? USUAL_PAGE_BYTES : pageBytes;
    }

    /** The size of its {@code struct module} in bytes, if it was stated. */
    public OptionalInt structModuleBytes() {
        return structModuleBytes == null ? OptionalInt.empty() : OptionalInt.of(structModuleBytes);
    }

    /** The machine; {@link MachineFacts#unknown()} unless it was stated. */
    public MachineFacts machine() {
        return machine == null ? MachineFacts.unknown() : machine;
    }

    /**
     * A line for each thing that nobody stated: the value that is assumed, and why; and one for each {@link KernelChange} that something else
     * than the version decided. Empty if everything was stated.
     */
    public List<String> assumptions() {
        List<String> lines = new ArrayList<>();
        if (versionAssumption != null) {
            lines.add(versionAssumption);
        }
        lines.addAll(changes.assumptions(version));
        lines.addAll(options.assumptions());
        if (pageBytes == null) {
            lines.add("page size " + USUAL_PAGE_BYTES + ": usual for distributions' kernels");
        }
        if (structModuleBytes == null && has(LoaderChange.THIS_MODULE_CHECKED)) {
            lines.add("size of struct module unknown: the kernel refuses modules whose size is another");
        }
        if (machine == null) {
            lines.add("machine unknown: code that is rewritten for some machines stays as it was compiled");
        }
        return List.copyOf(lines);
    }

    /** The version, and the vermagic if there is one. */
    @Override
    public String toString() {
        return "Linux " + version + (vermagic == null ? "" : " (" + Printable.name(vermagic.strip()) + ")");
    }
}
