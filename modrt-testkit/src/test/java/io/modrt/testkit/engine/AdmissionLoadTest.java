package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.ModuleRuntime;
import io.modrt.error.Errno;
import io.modrt.error.PolicyException;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LiveModule;
import io.modrt.policy.Admission;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.SignatureMode;
import io.modrt.policy.Taint;
import io.modrt.version.KernelVersion;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a kernel that was booted with parameters refuses. */
class AdmissionLoadTest {
    private static ModuleRuntime kernel(String version, LoadPolicy policy) {
        return Samples.runtime()
                .profile(KernelProfile.of(KernelVersion.parse(version)))
                .policy(policy)
                .build();
    }

    private static LiveModule load(String version, LoadPolicy policy) {
        return kernel(version, policy)
                .load(Samples.module("guest").info("intree", "Y").build());
    }

    @Test
    void aModuleOnTheBlacklistIsRefusedSince48() {
        LoadPolicy listed = LoadPolicy.kernelExact().admission(Admission.ofCommandLine("module_blacklist=host,guest"));
        PolicyException refused = assertThrows(PolicyException.class, () -> load("6.1.0", listed));
        assertEquals(Rule.BLACKLIST, refused.rule());
        assertEquals(Errno.EPERM, refused.errno());
        assertEquals(Optional.of("Module guest is blacklisted"), refused.kernelMessage());
        assertEquals("guest", load("4.7.0", listed).name());
        assertEquals("guest", load("6.1.0", listed.relaxed(Rule.BLACKLIST)).name());
    }

    @Test
    void aLockedDownKernelTakesNoUnsignedModule() {
        LoadPolicy locked = LoadPolicy.kernelExact().admission(Admission.usual().lockedDown());
        PolicyException refused = assertThrows(PolicyException.class, () -> load("6.1.0", locked));
        assertEquals(Rule.LOCKDOWN, refused.rule());
        assertEquals(Errno.EPERM, refused.errno());
        assertEquals("guest", load("5.3.0", locked).name());
    }

    @Test
    void anUnsignedModuleTaintsUnlessSignaturesAreIgnored() {
        assertEquals(
                Set.of(Taint.UNSIGNED), load("6.1.0", LoadPolicy.kernelExact()).taints());
        LoadPolicy ignoring =
                LoadPolicy.kernelExact().admission(Admission.usual().signatures(SignatureMode.IGNORED));
        assertEquals(Set.of(), load("6.1.0", ignoring).taints());
    }
}
