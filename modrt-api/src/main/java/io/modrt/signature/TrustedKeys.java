package io.modrt.signature;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.signature.SignatureVerdict.Kind;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * The keys that a kernel, or the caller, trusts for modules: RSA and ECDSA. A signature's signer must be named by the certificate of a key;
 * certificates in the signature itself are not looked at. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class TrustedKeys {
    private static final TrustedKeys NONE = new TrustedKeys(List.of());

    private final List<TrustedKey> keys;

    private TrustedKeys(List<TrustedKey> keys) {
        this.keys = keys;
    }

    /** No keys: every signer is unknown. */
    public static TrustedKeys none() {
        return NONE;
    }

    /** The keys of {@code certificates}. Neither their dates nor their issuers are checked, as the kernel checks neither. */
    public static TrustedKeys of(Collection<X509Certificate> certificates) {
        return new TrustedKeys(certificates.stream()
                .map(each -> new TrustedKey(each.getPublicKey(), each))
                .toList());
    }

    /** Keys of which no certificate says whose they are: a signer whom no certificate names is known if one of them verifies the signature. */
    public static TrustedKeys ofKeys(Collection<PublicKey> keys) {
        return new TrustedKeys(keys.stream()
                .map(key -> new TrustedKey(Objects.requireNonNull(key, "key"), null))
                .toList());
    }

    /**
     * The keys of the certificates in a file: X.509 in DER, or in PEM, of which it may have several.
     *
     * @throws FormatException if it has none, or one that is malformed
     */
    public static TrustedKeys certificates(byte[] file) {
        Objects.requireNonNull(file, "file");
        try {
            return of(
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(file))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList());
        } catch (CertificateException malformed) {
            throw new FormatException(Refusal.beyondKernel("no X.509 certificates in " + file.length + " bytes")
                    .because(malformed));
        }
    }

    /**
     * The keys that a kernel was built with, from its image: the certificates in {@code system_certificate_list}, of which the first is that
     * of the modules built with it. Their list is found by what it looks like: certificates one behind the other, and behind them a word
     * with their size. Certificates of the image's own signature are not among them.
     *
     * @param image a {@code vmlinux}, an {@code Image}, or the memory of a kernel that has not freed its init memory; of a compressed
     *     {@code vmlinuz} what {@link io.modrt.module.KernelFile#unpack} makes of it
     * @throws FormatException if there is no such list
     */
    public static TrustedKeys inImage(byte[] image) {
        List<X509Certificate> found = CertificateList.find(image);
        if (found.isEmpty()) {
            throw new FormatException(Refusal.beyondKernel("no list of certificates in a kernel image of "
                    + image.length + " bytes; a compressed one must be unpacked first"));
        }
        return of(found);
    }

    /** These keys and {@code others}. */
    public TrustedKeys and(TrustedKeys others) {
        return new TrustedKeys(
                Stream.concat(keys.stream(), others.keys.stream()).toList());
    }

    /** The certificates, without the keys that have none. */
    public List<X509Certificate> certificates() {
        return keys.stream()
                .map(TrustedKey::certificate)
                .filter(Objects::nonNull)
                .map(X509Certificate.class::cast)
                .toList();
    }

    /**
     * Verifies a PKCS#7 message.
     *
     * @param signed holds the bytes that are signed, from the first on
     * @param signedBytes how many these are
     * @param message the message, in DER
     */
    public SignatureVerdict verify(byte[] signed, int signedBytes, byte[] message) {
        Objects.requireNonNull(signed, "signed");
        Objects.requireNonNull(message, "message");
        List<SignerInfo> signers;
        try {
            signers = SignerInfo.of(message);
        } catch (Der.MalformedException malformed) {
            return new SignatureVerdict(Kind.MALFORMED, "no PKCS#7 message: " + malformed.getMessage());
        }
        SignatureVerdict answer = null;
        for (SignerInfo signer : signers) {
            SignatureVerdict one = verify(signed, signedBytes, signer);
            if (one.isVerified() || one.kind() == Kind.REJECTED) {
                return one;
            }
            answer = answer == null || one.kind() == Kind.UNKNOWN_KEY ? one : answer;
        }
        return Objects.requireNonNull(answer);
    }

    private SignatureVerdict verify(byte[] signed, int signedBytes, SignerInfo signer) {
        if (signer.hasAttributes()) {
            return new SignatureVerdict(Kind.REJECTED, "the signature has signed attributes, a module's has none");
        }
        Optional<String> digest = Digests.of(signer.digest());
        Optional<String> kind = Digests.keyKind(signer.algorithm());
        if (digest.isEmpty() || kind.isEmpty()) {
            return new SignatureVerdict(
                    Kind.UNSUPPORTED,
                    "digest " + signer.digest() + " with signature algorithm " + signer.algorithm()
                            + " is not supported");
        }
        return decide(
                keys.stream().filter(key -> key.isOf(signer)).toList(),
                digest.get() + "with" + kind.get(),
                signed,
                signedBytes,
                signer.signature(),
                signer.identity());
    }

    /**
     * Verifies a signature of the form of 3.7 to 4.2.
     *
     * @param signed holds the bytes that are signed, from the first on
     * @param signedBytes how many these are
     * @param digestNumber the digest's number in the trailer
     * @param signature the signer's name, the key's identifier and the number that is the signature
     */
    public SignatureVerdict verify(byte[] signed, int signedBytes, byte digestNumber, OlderSignature signature) {
        Objects.requireNonNull(signed, "signed");
        Objects.requireNonNull(signature, "signature");
        Optional<String> digest = Digests.of(digestNumber & 0xff);
        if (digest.isEmpty()) {
            return new SignatureVerdict(Kind.UNSUPPORTED, "digest " + (digestNumber & 0xff) + " is not supported");
        }
        byte[] number = signature.number();
        int length = number.length < 2 ? 0 : (number[0] & 0xff) << 8 | (number[1] & 0xff);
        if (number.length < 2 || length != number.length - 2) {
            return new SignatureVerdict(
                    Kind.MALFORMED, "a signature of " + number.length + " bytes, which says that it has " + length);
        }
        return decide(
                keys.stream()
                        .filter(key -> key.isNamed(signature.signer(), signature.keyIdentifier()))
                        .toList(),
                digest.get() + "withRSA",
                signed,
                signedBytes,
                Arrays.copyOfRange(number, 2, number.length),
                signature.identity());
    }

    private SignatureVerdict decide(
            List<TrustedKey> named,
            String algorithm,
            byte[] signed,
            int signedBytes,
            byte[] signature,
            String identity) {
        List<TrustedKey> candidates =
                named.isEmpty() ? keys.stream().filter(TrustedKey::isNameless).toList() : named;
        for (TrustedKey key : candidates) {
            if (isVerified(key.key(), algorithm, signed, signedBytes, signature)) {
                return new SignatureVerdict(Kind.VERIFIED, algorithm + " by " + key);
            }
        }
        return named.isEmpty()
                ? new SignatureVerdict(Kind.UNKNOWN_KEY, "signed by " + identity + ", which is none of " + this)
                : new SignatureVerdict(
                        Kind.REJECTED,
                        "the module was changed, or signed by another key: " + algorithm + " by " + named.get(0));
    }

    private static boolean isVerified(
            PublicKey key, String algorithm, byte[] signed, int signedBytes, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(signed, 0, signedBytes);
            return verifier.verify(signature);
        } catch (GeneralSecurityException notOfThisKind) {
            return false; // why: a key of another kind, or a signature of another length, verifies nothing
        }
    }

    /** How many keys there are, and the first. */
    @Override
    public String toString() {
        return keys.size()
                + (keys.size() == 1 ? " trusted key" : " trusted keys")
                + (keys.isEmpty() ? "" : ", the first " + keys.get(0));
    }
}
