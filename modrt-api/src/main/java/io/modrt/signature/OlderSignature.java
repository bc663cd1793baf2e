package io.modrt.signature;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apiguardian.api.API;

/** A signature of 3.7 to 4.2: what the trailer gives the lengths of. The arrays are viewed. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class OlderSignature {
    private final byte[] signer;
    private final byte[] keyIdentifier;
    private final byte[] number;

    private OlderSignature(byte[] signer, byte[] keyIdentifier, byte[] number) {
        this.signer = signer;
        this.keyIdentifier = keyIdentifier;
        this.number = number;
    }

    /**
     * Puts the three parts together.
     *
     * @param signer the signer's name
     * @param keyIdentifier the identifier of the signer's key
     * @param number two bytes with the length of the RSA signature, most significant first, and the signature
     */
    public static OlderSignature of(byte[] signer, byte[] keyIdentifier, byte[] number) {
        return new OlderSignature(signer, keyIdentifier, number);
    }

    byte[] signer() {
        return signer;
    }

    byte[] keyIdentifier() {
        return keyIdentifier;
    }

    byte[] number() {
        return number;
    }

    /** The signer's name and key identifier, for messages. */
    String identity() {
        return new String(signer, StandardCharsets.UTF_8) + ", key identifier "
                + HexFormat.of().formatHex(keyIdentifier);
    }
}
