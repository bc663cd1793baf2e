package io.modrt.engine;

import io.modrt.engine.resolution.ImportRules;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Taint;
import io.modrt.version.LoaderChange;
import java.util.Set;

/** Taints the kernel with what a module's file says of it: {@code check_modinfo} and {@code module_augment_kernel_taints}. */
final class Taints {
    private static final String TAINTING = " taints kernel.";

    private final ModuleFile file;
    private final KernelProfile profile;
    private final Findings findings;
    private final Set<Taint> before;

    /** {@code before} are the taints that the kernel has already, which it does not log again. */
    Taints(ModuleFile file, KernelProfile profile, Findings findings, Set<Taint> before) {
        this.file = file;
        this.profile = profile;
        this.findings = findings;
        this.before = before;
    }

    void find() {
        if (profile.has(LoaderChange.OUT_OF_TREE_TAINT) && !has("intree")) {
            once(Taint.OUT_OF_TREE, "loading out-of-tree module" + TAINTING);
        }
        if (profile.has(LoaderChange.STAGING_TAINT) && has("staging")) {
            findings.taint(
                    Taint.STAGING,
                    "module is from the staging directory, the quality is unknown, you have been warned.");
        }
        if (profile.has(LoaderChange.LIVEPATCH_MODULES) && has("livepatch")) {
            findings.taint(Taint.LIVE_PATCH, "tainting kernel with TAINT_LIVEPATCH");
        }
        if (ImportRules.isProprietary(file, profile)) {
            String license = file.info().license().orElse("unspecified");
            once(Taint.PROPRIETARY, "module license '" + license + "'" + TAINTING);
        }
        if (profile.has(LoaderChange.TEST_TAINT) && has("test")) {
            once(Taint.TEST, "loading test module" + TAINTING);
        }
        if (file.isUnsigned(profile, findings.policy().admission())) {
            once(
                    profile.has(LoaderChange.UNSIGNED_TAINT) ? Taint.UNSIGNED : Taint.FORCED,
                    "module verification failed: signature and/or required key missing - tainting kernel");
        }
    }

    private void once(Taint taint, String line) {
        if (before.contains(taint)) {
            findings.taint(taint);
        } else {
            findings.taint(taint, line);
        }
    }

    private boolean has(String tag) {
        return file.info().first(tag).isPresent();
    }
}
