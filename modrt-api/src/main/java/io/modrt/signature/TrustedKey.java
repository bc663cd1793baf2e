package io.modrt.signature;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A key of which modules may be signed; with the certificate that names it, if there is one. */
final class TrustedKey {
    private static final String KEY_IDENTIFIER = "2.5.29.14";
    private static final int SAME_START = 7;

    private final PublicKey key;
    private final @Nullable X509Certificate certificate;

    TrustedKey(PublicKey key, @Nullable X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    PublicKey key() {
        return key;
    }

    @Nullable
    X509Certificate certificate() {
        return certificate;
    }

    /** Whether nothing says whose it is, so that it is tried for every signer. */
    boolean isNameless() {
        return certificate == null;
    }

    /** Whether its certificate is the one that {@code signer} names. */
    boolean isOf(SignerInfo signer) {
        X509Certificate known = certificate;
        if (known == null) {
            return false;
        }
        byte[] issuer = signer.issuer();
        return issuer == null
                ? Arrays.equals(signer.serial(), keyIdentifier(known))
                : new BigInteger(1, signer.serial()).equals(known.getSerialNumber())
                        && Arrays.equals(issuer, known.getIssuerX500Principal().getEncoded());
    }

    /** Whether a kernel before 4.3 has it under this name and key identifier. */
    boolean isNamed(byte[] signer, byte[] keyIdentifier) {
        X509Certificate known = certificate;
        return known != null
                && Arrays.equals(keyIdentifier, keyIdentifier(known))
                && Arrays.equals(signer, description(known).getBytes(StandardCharsets.UTF_8));
    }

    /** The key identifier in the certificate; empty if it has none. */
    private static byte[] keyIdentifier(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(KEY_IDENTIFIER);
        try {
            return extension == null
                    ? new byte[0]
                    : Der.of(Der.of(extension).contents(Der.OCTET_STRING)).contents(Der.OCTET_STRING);
        } catch (Der.MalformedException malformed) {
            return new byte[0];
        }
    }

    /**
     * The name that kernels make of a subject, {@code x509_fabricate_name}: organisation and common name with a colon between, or the common
     * name alone if it begins as the organisation does; or the only one of both that is there, or the electronic mail address.
     */
    private static String description(X509Certificate certificate) {
        Map<String, String> parts = new HashMap<>();
        try {
            Der name =
                    Der.of(certificate.getSubjectX500Principal().getEncoded()).enter(Der.SEQUENCE);
            while (!name.isAtEnd()) {
                Der set = name.enter(Der.SET);
                Der attribute = set.enter(Der.SEQUENCE);
                String type = attribute.objectIdentifier();
                parts.put(type, new String(attribute.anyContents(), StandardCharsets.UTF_8));
            }
        } catch (Der.MalformedException malformed) {
            return "";
        }
        String common = parts.getOrDefault("2.5.4.3", "");
        String organisation = parts.getOrDefault("2.5.4.10", "");
        if (common.isEmpty() || organisation.isEmpty()) {
            String only = common + organisation;
            return only.isEmpty() ? parts.getOrDefault("1.2.840.113549.1.9.1", "") : only;
        }
        boolean isSameStart = common.startsWith(organisation)
                || (organisation.length() >= SAME_START && common.startsWith(organisation.substring(0, SAME_START)));
        return isSameStart ? common : organisation + ": " + common;
    }

    /** The subject of its certificate, or the kind of key. */
    @Override
    public String toString() {
        return certificate == null
                ? key.getAlgorithm().toUpperCase(Locale.ROOT) + " key without certificate"
                : certificate.getSubjectX500Principal().getName() + ", serial number "
                        + certificate.getSerialNumber().toString(16);
    }
}
