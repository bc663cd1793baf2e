package io.modrt.policy;

import org.apiguardian.api.API;

/** What a kernel does with signatures of modules. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum SignatureMode {
    /** As its configuration says: {@code MODULE_SIG_FORCE} is {@link #REQUIRED}, {@code MODULE_SIG} alone is {@link #CHECKED}. */
    CONFIGURED,
    /** A module without a valid signature of a trusted key is refused: the boot parameter {@code module.sig_enforce}. */
    REQUIRED,
    /** A module that was changed since it was signed is refused; one without signature, or of an unknown signer, taints the kernel. */
    CHECKED,
    /** Signatures are not looked at, as in a kernel without {@code MODULE_SIG}. */
    IGNORED
}
