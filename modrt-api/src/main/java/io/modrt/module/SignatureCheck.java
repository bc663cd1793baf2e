package io.modrt.module;

import io.modrt.error.Errno;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Admission;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.policy.SignatureMode;
import io.modrt.signature.SignatureVerdict;
import io.modrt.signature.TrustedKeys;
import io.modrt.version.LoaderChange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel says to a module's signature: {@code module_sig_check}. If its keys are unknown, a module with a signature of the right form
 * is taken here even if it was changed since.
 */
final class SignatureCheck {
    private final Optional<ModuleSignature> signature;
    private final @Nullable PolicyException malformed;
    private volatile @Nullable Verified last;

    /** The verdict of one set of keys, which a load asks for twice. */
    private record Verified(TrustedKeys keys, SignatureVerdict verdict) {}

    SignatureCheck(Optional<ModuleSignature> signature, @Nullable PolicyException malformed) {
        this.signature = signature;
        this.malformed = malformed;
    }

    /** Whether a kernel of this profile looks for signatures. */
    private static boolean looks(KernelProfile profile, Admission admission) {
        return profile.has(ConfigOption.MODULE_SIG)
                && profile.has(LoaderChange.SIGNATURES)
                && admission.signatures() != SignatureMode.IGNORED;
    }

    /** Whether a kernel of this profile looks for signatures, and does not find one that it can verify. */
    boolean isUnsigned(KernelProfile profile, Admission admission) {
        return looks(profile, admission)
                && (!isOfKind(profile)
                        || verdict(admission).filter(v -> !v.isVerified()).isPresent());
    }

    private boolean isOfKind(KernelProfile profile) {
        return signature.filter(found -> found.idType() == idType(profile)).isPresent();
    }

    /** The {@code id_type} that a kernel of this profile reads: PKCS#7, before X.509 with a form of the kernel's own. */
    private static int idType(KernelProfile profile) {
        return profile.has(LoaderChange.PKCS7_SIGNATURES) ? ModuleSignature.PKCS7 : ModuleSignature.X509;
    }

    /** What the keys say of the signature; empty without one, or if the keys are unknown. */
    private Optional<SignatureVerdict> verdict(Admission admission) {
        return admission
                .keys()
                .flatMap(keys -> signature.map(found -> {
                    Verified known = last;
                    if (known == null || !known.keys.equals(keys)) {
                        known = new Verified(keys, found.verify(keys));
                        last = known;
                    }
                    return known.verdict;
                }));
    }

    /** Reports what the kernel refuses, and what it decides with keys that are not known here. */
    void check(KernelProfile profile, Findings findings) {
        Admission admission = findings.policy().admission();
        if (!looks(profile, admission)) {
            return;
        }
        if (malformed != null
                && profile.has(LoaderChange.PKCS7_SIGNATURES)
                && !findings.policy().isRelaxed(Rule.SIGNATURE)) {
            throw malformed;
        }
        new Answer(profile, findings, admission).give();
    }

    /** The kernel's answer to one load. */
    private final class Answer {
        private final KernelProfile profile;
        private final Findings findings;
        private final boolean isTolerant;
        private final boolean isForced;
        private final boolean isLockedDown;
        private final Optional<SignatureVerdict> verdict;

        Answer(KernelProfile profile, Findings findings, Admission admission) {
            this.profile = profile;
            this.findings = findings;
            this.isTolerant = profile.has(LoaderChange.SIGNATURE_KIND_TOLERATED);
            this.isForced = admission.signatures() == SignatureMode.REQUIRED
                    || (admission.signatures() == SignatureMode.CONFIGURED
                            && profile.has(ConfigOption.MODULE_SIG_FORCE));
            this.isLockedDown = profile.has(LoaderChange.LOCKDOWN)
                    && (admission.isLockedDown() || profile.has(ConfigOption.LOCK_DOWN_KERNEL_FORCE_INTEGRITY));
            this.verdict = isOfKind(profile) ? verdict(admission) : Optional.empty();
        }

        void give() {
            if (signature.isEmpty()) {
                unverified("unsigned module", "has no signature", Errno.ENOKEY);
            } else if (!isOfKind(profile)) {
                unsupported(signature.get() + ": not of the kind that this kernel reads, id_type " + idType(profile));
            } else if (verdict.isEmpty()) {
                notVerified();
            } else {
                byKeys(verdict.get());
            }
        }

        private void byKeys(SignatureVerdict said) {
            switch (said.kind()) {
                case VERIFIED -> {}
                case UNSUPPORTED -> unsupported(signature.orElseThrow() + ": " + said.text());
                case UNKNOWN_KEY -> {
                    findings.warn(signature.orElseThrow() + ": " + said.text()
                            + " (ENOKEY), the kernel takes it for unsigned");
                    unverified("module with unavailable key", said.text(), Errno.ENOKEY);
                }
                case REJECTED, MALFORMED ->
                    findings.broken(
                            Rule.SIGNATURE,
                            Refusal.of(said.kind().errno().orElseThrow(), "its signature: " + said.text()));
            }
        }

        private void notVerified() {
            if (isForced || isLockedDown) {
                findings.add(
                        Kind.NOT_CHECKED,
                        "its signature, which a kernel " + (isForced ? "with MODULE_SIG_FORCE" : "that is locked down")
                                + " verifies with its keys, and refuses if the module was changed or the key is unknown");
            }
        }

        private void unsupported(String what) {
            if (!isTolerant) {
                findings.broken(Rule.SIGNATURE, Refusal.of(Errno.ENOPKG, what));
                return;
            }
            if (!isForced && !isLockedDown) {
                findings.warn((isOfKind(profile) ? what : signature.orElseThrow() + ": not supported")
                        + " (ENOPKG), the kernel takes it for unsigned");
            }
            unverified("module with unsupported crypto", "has no signature that the kernel supports", Errno.ENOPKG);
        }

        /** Refuses a module that is not signed by a trusted key if the kernel wants such modules alone. */
        private void unverified(String kind, String what, Errno older) {
            if (isForced) {
                Refusal refusal = Refusal.of(
                                isTolerant ? Errno.EKEYREJECTED : older,
                                what + ", and the kernel takes signed modules alone (MODULE_SIG_FORCE)")
                        .wayOut("sign it, or relax Rule." + Rule.SIGNATURE);
                findings.broken(Rule.SIGNATURE, withLine(refusal, kind));
            } else if (isLockedDown) {
                findings.broken(
                        Rule.LOCKDOWN,
                        Refusal.of(Errno.EPERM, what + ", and the kernel is locked down")
                                .wayOut("sign it, or relax Rule." + Rule.LOCKDOWN)
                                .logged("Lockdown: modprobe: unsigned module loading is restricted; see man"
                                        + " kernel_lockdown.7"));
            }
        }

        private Refusal withLine(Refusal refusal, String kind) {
            if (!isTolerant) {
                return refusal;
            }
            String line = "Loading of " + kind + " is rejected";
            return refusal.logged(profile.has(LoaderChange.SIGNATURE_FIRST) ? line : findings.name() + ": " + line);
        }
    }
}
