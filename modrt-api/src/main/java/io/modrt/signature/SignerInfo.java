package io.modrt.signature;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One signer of a PKCS#7 message.
 *
 * @param issuer the DER of the name of whoever issued the signer's certificate; null if the signer is named by a key identifier
 * @param serial that certificate's serial number, in the bytes of the message; or the key identifier
 * @param digest the object identifier of the digest
 * @param algorithm the object identifier of the signature algorithm
 * @param hasAttributes whether it signs attributes too
 * @param signature the signature
 */
@SuppressWarnings("ArrayRecordComponent") // why: never compared
record SignerInfo(
        byte @Nullable [] issuer,
        byte[] serial,
        String digest,
        String algorithm,
        boolean hasAttributes,
        byte[] signature) {
    private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
    private static final String DATA = "1.2.840.113549.1.7.1";

    /** The signers of {@code message}, which has no content of its own. */
    static List<SignerInfo> of(byte[] message) throws Der.MalformedException {
        Der info = Der.of(message).enter(Der.SEQUENCE);
        requireIdentifier(info, SIGNED_DATA);
        Der data = info.enter(Der.context(0)).enter(Der.SEQUENCE);
        data.contents(Der.INTEGER);
        data.contents(Der.SET);
        Der content = data.enter(Der.SEQUENCE);
        requireIdentifier(content, DATA);
        if (!content.isAtEnd()) {
            throw new Der.MalformedException("it has the content that it signs");
        }
        for (int optional = 0; optional <= 1; optional++) { // certificates and revocation lists
            if (data.isNext(Der.context(optional))) {
                data.contents(Der.context(optional));
            }
        }
        Der signers = data.enter(Der.SET);
        List<SignerInfo> all = new ArrayList<>();
        while (!signers.isAtEnd()) {
            all.add(read(signers.enter(Der.SEQUENCE)));
        }
        if (all.isEmpty()) {
            throw new Der.MalformedException("it has no signer");
        }
        return all;
    }

    private static void requireIdentifier(Der der, String wanted) throws Der.MalformedException {
        String found = der.objectIdentifier();
        if (!found.equals(wanted)) {
            throw new Der.MalformedException("object identifier " + found + ", not " + wanted);
        }
    }

    private static SignerInfo read(Der info) throws Der.MalformedException {
        info.contents(Der.INTEGER);
        byte[] issuer = null;
        byte[] serial;
        if (info.isNext(Der.primitive(0))) {
            serial = info.contents(Der.primitive(0));
        } else {
            Der name = info.enter(Der.SEQUENCE);
            issuer = name.whole(Der.SEQUENCE);
            serial = name.contents(Der.INTEGER);
        }
        String digest = info.enter(Der.SEQUENCE).objectIdentifier();
        boolean hasAttributes = info.isNext(Der.context(0));
        if (hasAttributes) {
            info.contents(Der.context(0));
        }
        String algorithm = info.enter(Der.SEQUENCE).objectIdentifier();
        return new SignerInfo(issuer, serial, digest, algorithm, hasAttributes, info.contents(Der.OCTET_STRING));
    }

    /** The signer's serial number or key identifier in hexadecimal, for messages. */
    String identity() {
        return (issuer == null ? "key identifier " : "serial number ")
                + HexFormat.of().formatHex(serial);
    }
}
