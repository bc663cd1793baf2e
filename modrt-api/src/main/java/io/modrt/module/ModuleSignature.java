package io.modrt.module;

import io.modrt.error.Errno;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.signature.OlderSignature;
import io.modrt.signature.SignatureVerdict;
import io.modrt.signature.TrustedKeys;
import java.util.Arrays;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * The signature that is appended to a module file: a PKCS#7 blob, a trailer of 12 bytes ({@code struct module_signature}) and a marker; in
 * modules for 3.7 to 4.2 the signer's name, the key's identifier and a number in place of the blob. {@link #verify} verifies it; to find and
 * describe it takes no keys.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleSignature {
    /** {@code id_type} of PKCS#7, the only one that the kernel supports. */
    public static final int PKCS7 = 2;

    /** {@code id_type} of a signature that names its key by subject and identifier, as kernels from 3.7 to 4.2 read it. */
    public static final int X509 = 1;

    private static final int RSA = 1;
    private static final String MARKER = "~Module signature appended~\n";
    private static final int TRAILER_BYTES = 12;

    private final byte[] file;
    private final int blobOffset;
    private final int blobBytes;
    private final int trailerOffset;

    private ModuleSignature(byte[] file, int blobOffset, int blobBytes, int trailerOffset) {
        this.file = file;
        this.blobOffset = blobOffset;
        this.blobBytes = blobBytes;
        this.trailerOffset = trailerOffset;
    }

    /**
     * The signature at the end of the first {@code lengthBytes} bytes of {@code file}; empty without a marker.
     *
     * @throws PolicyException with EBADMSG, if the trailer is malformed and the policy does not relax {@link Rule#SIGNATURE}
     */
    static Optional<ModuleSignature> find(byte[] file, int lengthBytes, Findings findings) {
        try {
            return find(file, lengthBytes, findings.where());
        } catch (PolicyException malformed) {
            findings.broken(
                    Rule.SIGNATURE,
                    Refusal.of(Errno.EBADMSG, String.valueOf(malformed.getMessage())),
                    reason -> malformed);
            return Optional.empty();
        }
    }

    private static Optional<ModuleSignature> find(byte[] file, int lengthBytes, String where) {
        int markerOffset = lengthBytes - MARKER.length();
        if (markerOffset <= 0) {
            return Optional.empty();
        }
        for (int i = 0; i < MARKER.length(); i++) {
            if (file[markerOffset + i] != MARKER.charAt(i)) {
                return Optional.empty();
            }
        }
        int trailer = markerOffset - TRAILER_BYTES;
        if (trailer <= 0) {
            throw refuse(where + "signature: " + markerOffset + " bytes before the marker, the trailer alone has "
                    + TRAILER_BYTES);
        }
        long blobBytes = 0;
        for (int i = 8; i < TRAILER_BYTES; i++) {
            blobBytes = (blobBytes << 8) | (file[trailer + i] & 0xff);
        }
        if (blobBytes >= trailer) {
            throw refuse(
                    where + "signature: sig_len " + blobBytes + ", there are " + trailer + " bytes before the trailer");
        }
        ModuleSignature signature = new ModuleSignature(file, trailer - (int) blobBytes, (int) blobBytes, trailer);
        if (signature.idType() == PKCS7) {
            for (int i = 0; i < 8; i++) {
                if (i != 2 && file[trailer + i] != 0) {
                    throw new PolicyException(
                            Rule.SIGNATURE,
                            Refusal.of(
                                            Errno.EBADMSG,
                                            where + "signature: byte " + i + " of the trailer is "
                                                    + (file[trailer + i] & 0xff) + ", with PKCS#7 it is 0")
                                    .logged("module: PKCS#7 signature info has unexpected non-zero params"));
                }
            }
        }
        return Optional.of(signature);
    }

    private static PolicyException refuse(String what) {
        return new PolicyException(Rule.SIGNATURE, Refusal.of(Errno.EBADMSG, what));
    }

    private int trailer(int offset) {
        return file[trailerOffset + offset] & 0xff;
    }

    /** {@code algo}: the key's algorithm; 0 with PKCS#7. */
    public int algorithm() {
        return trailer(0);
    }

    /** {@code hash}: the digest's algorithm; 0 with PKCS#7, whose blob names it. */
    public int hash() {
        return trailer(1);
    }

    /** {@code id_type}: how the key is identified; {@link #PKCS7} in every signature that the kernel accepts. */
    public int idType() {
        return trailer(2);
    }

    /** {@code signer_len}: bytes of the signer's name; 0 with PKCS#7. */
    public int signerBytes() {
        return trailer(3);
    }

    /** {@code key_id_len}: bytes of the key's identifier; 0 with PKCS#7. */
    public int keyIdBytes() {
        return trailer(4);
    }

    /** Where the blob starts, in bytes from the start of the (decompressed) file. */
    public int fileOffset() {
        return blobOffset;
    }

    /** {@code sig_len}: bytes of the blob. */
    public int sizeBytes() {
        return blobBytes;
    }

    /**
     * Verifies it: {@code mod_verify_sig}. What {@code keys} say holds of the bytes in front of it, which are the whole ELF file.
     */
    public SignatureVerdict verify(TrustedKeys keys) {
        if (isSupported()) {
            return keys.verify(file, blobOffset, der());
        }
        if (idType() != X509) {
            return new SignatureVerdict(SignatureVerdict.Kind.UNSUPPORTED, "id_type " + idType() + " is not supported");
        }
        if (algorithm() != RSA) {
            return new SignatureVerdict(
                    SignatureVerdict.Kind.UNSUPPORTED, "algorithm " + algorithm() + " is not supported");
        }
        int keyId = blobOffset - keyIdBytes();
        int signer = keyId - signerBytes();
        return signer <= 0
                ? new SignatureVerdict(
                        SignatureVerdict.Kind.MALFORMED,
                        signerBytes() + " bytes of a name and " + keyIdBytes() + " of a key identifier, there are "
                                + blobOffset + " in front")
                : keys.verify(
                        file,
                        signer,
                        (byte) hash(),
                        OlderSignature.of(
                                Arrays.copyOfRange(file, signer, keyId),
                                Arrays.copyOfRange(file, keyId, blobOffset),
                                der()));
    }

    /** A copy of the blob: DER of a detached PKCS#7 signature over the bytes before it; or the number of an older one. */
    public byte[] der() {
        return Arrays.copyOfRange(file, blobOffset, blobOffset + blobBytes);
    }

    /** Whether kernels since 4.3 can verify such a signature. If not, their check returns ENOPKG. */
    public boolean isSupported() {
        return idType() == PKCS7;
    }

    /** The length of the file that the kernel goes on with: without the signature, or without the marker alone if it is unsupported. */
    int elfBytes() {
        return isSupported() ? blobOffset : trailerOffset + TRAILER_BYTES;
    }

    @Override
    public String toString() {
        return (isSupported() ? "PKCS#7" : "id_type " + idType()) + " signature, " + blobBytes + " bytes at 0x"
                + Integer.toHexString(blobOffset);
    }
}
