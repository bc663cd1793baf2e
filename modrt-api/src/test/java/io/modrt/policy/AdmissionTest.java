package io.modrt.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel's command line says of modules. */
class AdmissionTest {

    @ParameterizedTest
    @CsvSource({
        "module.sig_enforce, REQUIRED",
        "module.sig_enforce=1, REQUIRED",
        "module.sig-enforce=Y, REQUIRED",
        "module.sig_enforce=0, CONFIGURED",
        "sig_enforce, CONFIGURED",
        "'quiet -- module.sig_enforce', CONFIGURED",
        "'', CONFIGURED",
    })
    void theCommandLineMakesSignaturesRequired(String line, SignatureMode mode) {
        assertEquals(mode, Admission.ofCommandLine(line).signatures());
    }

    @Test
    void theLastBlacklistCounts() {
        Admission admission = Admission.ofCommandLine(
                "BOOT_IMAGE=/vmlinuz module_blacklist=floppy lockdown=integrity module_blacklist=usbcore,,nls_base\n");
        assertEquals(Set.of("usbcore", "nls_base", ""), admission.blacklist());
        assertEquals(true, admission.isLockedDown());
        assertEquals(false, Admission.ofCommandLine("lockdown=none").isLockedDown());
        assertEquals(
                "Admission[keys=unknown, signatures=CONFIGURED, blacklist=[], lockdown=NONE]",
                Admission.usual().toString());
    }
}
