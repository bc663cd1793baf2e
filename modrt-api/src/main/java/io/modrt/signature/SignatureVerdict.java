package io.modrt.signature;

import io.modrt.bytes.Printable;
import io.modrt.error.Errno;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What the verification of a signature says: {@code mod_verify_sig}.
 *
 * @param kind the answer
 * @param text which key verified it, or why none did
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SignatureVerdict(Kind kind, String text) {

    /** Writes control characters from files as escapes. */
    public SignatureVerdict {
        text = Printable.of(text);
    }

    /** The answers. */
    public enum Kind {
        /** A trusted key verified the signature. */
        VERIFIED(null),
        /** No trusted key is that of the signer. */
        UNKNOWN_KEY(Errno.ENOKEY),
        /** The digest or the kind of key is not supported. */
        UNSUPPORTED(Errno.ENOPKG),
        /** The signer's key is trusted and says that the module was changed, or the signature has parts that modules' must not have. */
        REJECTED(Errno.EKEYREJECTED),
        /** The signature is malformed. */
        MALFORMED(Errno.EBADMSG);

        private final @Nullable Errno errno;

        Kind(@Nullable Errno errno) {
            this.errno = errno;
        }

        /** The error number of the kernel's check; empty if it was verified. */
        public Optional<Errno> errno() {
            return Optional.ofNullable(errno);
        }
    }

    /** Whether a trusted key verified the signature. */
    public boolean isVerified() {
        return kind == Kind.VERIFIED;
    }
}
