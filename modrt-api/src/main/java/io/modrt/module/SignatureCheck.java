package io.modrt.module;

import io.modrt.error.Errno;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.version.LoaderChange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel says to a module's signature: {@code module_sig_check}. It is not verified, which takes the kernel's keys, so a module with
 * a signature of the right form is taken here even if it was changed since.
 */
final class SignatureCheck {
    private static final int X509 = 1;

    private final Optional<ModuleSignature> signature;
    private final @Nullable PolicyException malformed;

    SignatureCheck(Optional<ModuleSignature> signature, @Nullable PolicyException malformed) {
        this.signature = signature;
        this.malformed = malformed;
    }

    /** Whether a kernel of this profile looks for signatures. */
    private static boolean looks(KernelProfile profile) {
        return profile.has(ConfigOption.MODULE_SIG) && profile.has(LoaderChange.SIGNATURES);
    }

    /** Whether a kernel of this profile looks for signatures, and does not find one that it can verify. */
    boolean isUnsigned(KernelProfile profile) {
        return looks(profile)
                && !signature.filter(found -> found.idType() == idType(profile)).isPresent();
    }

    /** The {@code id_type} that a kernel of this profile reads: PKCS#7, before X.509 with a form of the kernel's own. */
    private static int idType(KernelProfile profile) {
        return profile.has(LoaderChange.PKCS7_SIGNATURES) ? ModuleSignature.PKCS7 : X509;
    }

    /** Reports what the kernel refuses, and what it decides with keys that are not known here. */
    void check(KernelProfile profile, Findings findings) {
        if (!looks(profile)) {
            return;
        }
        boolean isForced = profile.has(ConfigOption.MODULE_SIG_FORCE);
        if (malformed != null
                && profile.has(LoaderChange.PKCS7_SIGNATURES)
                && !findings.policy().isRelaxed(Rule.SIGNATURE)) {
            throw malformed;
        }
        if (!isUnsigned(profile)) {
            if (isForced) {
                findings.add(
                        Kind.NOT_CHECKED,
                        "its signature, which a kernel with MODULE_SIG_FORCE verifies with its keys, and refuses if the"
                                + " module was changed or the key is unknown");
            }
            return;
        }
        if (signature.isPresent() && !profile.has(LoaderChange.SIGNATURE_KIND_TOLERATED)) {
            findings.broken(
                    Rule.SIGNATURE,
                    Refusal.of(
                            Errno.ENOPKG,
                            signature.get() + ": not of the kind that this kernel reads, id_type " + idType(profile)));
        } else if (isForced) {
            String kind = signature.isPresent() ? "module with unsupported crypto" : "unsigned module";
            Refusal refusal = Refusal.of(
                            profile.has(LoaderChange.SIGNATURE_KIND_TOLERATED) ? Errno.EKEYREJECTED : Errno.ENOKEY,
                            "has no signature"
                                    + (signature.isPresent() ? " that the kernel supports" : "")
                                    + ", and the kernel takes signed modules alone (MODULE_SIG_FORCE)")
                    .wayOut("sign it, or relax Rule." + Rule.SIGNATURE);
            findings.broken(Rule.SIGNATURE, withLine(refusal, kind, profile, findings.name()));
        } else if (signature.isPresent()) {
            findings.warn(signature.get() + ": not supported (ENOPKG), the kernel takes it for unsigned");
        }
    }

    private static Refusal withLine(Refusal refusal, String kind, KernelProfile profile, String module) {
        if (!profile.has(LoaderChange.SIGNATURE_KIND_TOLERATED)) {
            return refusal;
        }
        String line = "Loading of " + kind + " is rejected";
        return refusal.logged(profile.has(LoaderChange.SIGNATURE_FIRST) ? line : module + ": " + line);
    }
}
