package io.modrt.signature;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The digests and kinds of keys that a signature names, as {@code java.security} calls them. */
final class Digests {
    private static final String SHA1 = "SHA1";
    private static final String SHA224 = "SHA224";
    private static final String SHA256 = "SHA256";
    private static final String SHA384 = "SHA384";
    private static final String SHA512 = "SHA512";

    // spotless:off
    /** Object identifiers of digests. */
    private static final Map<String, String> BY_IDENTIFIER = Map.of(
            "1.3.14.3.2.26",           SHA1,
            "2.16.840.1.101.3.4.2.4",  SHA224,
            "2.16.840.1.101.3.4.2.1",  SHA256,
            "2.16.840.1.101.3.4.2.2",  SHA384,
            "2.16.840.1.101.3.4.2.3",  SHA512,
            "2.16.840.1.101.3.4.2.8",  "SHA3-256",
            "2.16.840.1.101.3.4.2.9",  "SHA3-384",
            "2.16.840.1.101.3.4.2.10", "SHA3-512");
    // spotless:on

    /** The numbers from 3.7 to 4.2, {@code enum pkey_hash_algo}; MD4, MD5 and RIPEMD-160 are no digests that modules are signed with. */
    private static final List<String> BY_NUMBER = List.of("", "", SHA1, "", SHA256, SHA384, SHA512, SHA224);

    private Digests() {}

    /** The digest of this object identifier. */
    static Optional<String> of(String identifier) {
        return Optional.ofNullable(BY_IDENTIFIER.get(identifier));
    }

    /** The digest of this number in a trailer. */
    static Optional<String> of(int number) {
        return number < BY_NUMBER.size() && !BY_NUMBER.get(number).isEmpty()
                ? Optional.of(BY_NUMBER.get(number))
                : Optional.empty();
    }

    /** The kind of key of a signature algorithm: RSA with PKCS #1 v1.5 padding, or ECDSA. */
    static Optional<String> keyKind(String identifier) {
        return identifier.equals("1.2.840.113549.1.1.1")
                ? Optional.of("RSA")
                : identifier.startsWith("1.2.840.10045.4.") || isEcdsaWithSha3(identifier)
                        ? Optional.of("ECDSA")
                        : Optional.empty();
    }

    private static boolean isEcdsaWithSha3(String identifier) {
        return List.of("2.16.840.1.101.3.4.3.10", "2.16.840.1.101.3.4.3.11", "2.16.840.1.101.3.4.3.12")
                .contains(identifier);
    }
}
