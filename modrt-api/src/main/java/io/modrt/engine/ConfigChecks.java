package io.modrt.engine;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The checks of a module that hang on the kernel's configuration: live patches, constructors, and words of the vermagic. */
final class ConfigChecks {
    private static final String LIVEPATCH = "livepatch";

    private final ModuleFile file;
    private final KernelProfile profile;
    private final Findings findings;

    ConfigChecks(ModuleFile file, KernelProfile profile, Findings findings) {
        this.file = file;
        this.profile = profile;
        this.findings = findings;
    }

    void check() {
        vermagicWords();
        livepatch();
        constructors();
    }

    /**
     * Compares the words for options where the kernel's vermagic is not known, but somebody stated the options. A word for an option that
     * nobody stated may be there or not.
     */
    private void vermagicWords() {
        String theirs = file.info().vermagic().orElse("");
        if (theirs.isEmpty() || profile.vermagic().isPresent()) {
            return;
        }
        List<String> words = List.of(theirs.strip().split(" "));
        List<String> wrong = new ArrayList<>();
        Map.of(
                        "SMP", ConfigOption.SMP,
                        "preempt", ConfigOption.PREEMPT,
                        "preempt_rt", ConfigOption.PREEMPT_RT,
                        "mod_unload", ConfigOption.MODULE_UNLOAD,
                        "modversions", ConfigOption.MODVERSIONS)
                .forEach((word, option) -> {
                    boolean isDue = profile.has(option)
                            && !(option == ConfigOption.PREEMPT && profile.has(ConfigOption.PREEMPT_RT))
                            && !(option == ConfigOption.MODVERSIONS
                                    && !profile.has(LoaderChange.FORCE_BY_CONFIGURATION));
                    if (profile.isStated(option) && words.contains(word) != isDue) {
                        wrong.add((isDue ? "without " : "with ") + word);
                    }
                });
        if (!wrong.isEmpty()) {
            wrong.sort(null);
            findings.broken(
                    Rule.VERMAGIC,
                    Refusal.of(
                                    Errno.ENOEXEC,
                                    "version magic '" + theirs + "' is " + String.join(", ", wrong)
                                            + ", which the kernel's configuration contradicts")
                            .wayOut("load it into the kernel that it was built for, or relax Rule." + Rule.VERMAGIC));
        }
    }

    private void livepatch() {
        boolean isPatch = profile.has(LoaderChange.LIVEPATCH_MODULES)
                && file.info().first(LIVEPATCH).isPresent();
        if (isPatch && !profile.has(ConfigOption.LIVEPATCH)) {
            findings.broken(
                    Rule.LIVEPATCH,
                    Refusal.of(
                                    Errno.ENOEXEC,
                                    "is a livepatch module, and kernels of this profile are built without LIVEPATCH")
                            .logged(file.name()
                                    + ": module is marked as livepatch module, but livepatch support is disabled"));
        }
    }

    /** Checks that the module has not both kinds of constructors, of which the kernel keeps one: {@code find_module_sections}. */
    private void constructors() {
        if (profile.has(ConfigOption.CONSTRUCTORS)
                && profile.has(LoaderChange.INIT_ARRAY)
                && isLoaded(".ctors")
                && isLoaded(".init_array")) {
            findings.broken(
                    Rule.CONSTRUCTORS,
                    Refusal.of(Errno.EINVAL, "has both .ctors and .init_array")
                            .wayOut("link it with constructors of one kind, or relax Rule." + Rule.CONSTRUCTORS)
                            .logged(file.name() + ": has both .ctors and .init_array."));
        }
    }

    private boolean isLoaded(String name) {
        return file.elf().sections().stream().anyMatch(s -> s.isNamed(name) && s.isAllocated());
    }
}
