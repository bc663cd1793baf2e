package io.modrt.signature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfBytes;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.signature.SignatureVerdict.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures that OpenSSL made; the README beside them has its commands. */
class TrustedKeysTest {
    private static final byte[] CONTENT = resource("content");
    private static final TrustedKeys RSA = TrustedKeys.certificates(resource("rsa.pem"));
    private static final TrustedKeys CURVE = TrustedKeys.certificates(resource("ec.pem"));
    private static final TrustedKeys BOTH = RSA.and(CURVE);

    private static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(TrustedKeysTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SignatureVerdict verify(TrustedKeys keys, byte[] content, String message) {
        return keys.verify(content, content.length, resource(message));
    }

    private static byte[] changed() {
        byte[] changed = CONTENT.clone();
        changed[4] ^= 0x10;
        return changed;
    }

    @ParameterizedTest
    @CsvSource({
        "rsa-sha1, SHA1withRSA",
        "rsa-sha224, SHA224withRSA",
        "rsa-sha256, SHA256withRSA",
        "rsa-sha384, SHA384withRSA",
        "rsa-sha512, SHA512withRSA",
        "rsa-sha3-256, SHA3-256withRSA",
        "rsa-sha3-384, SHA3-384withRSA",
        "rsa-sha3-512, SHA3-512withRSA",
        "keyid, SHA256withRSA",
        "with-certificate, SHA256withRSA",
        "ec-sha1, SHA1withECDSA",
        "ec-sha224, SHA224withECDSA",
        "ec-sha256, SHA256withECDSA",
        "ec-sha384, SHA384withECDSA",
        "ec-sha512, SHA512withECDSA",
    })
    void aTrustedSignatureIsVerifiedAndAChangedFileRejected(String name, String algorithm) {
        SignatureVerdict verdict = verify(BOTH, CONTENT, name + ".p7s");
        assertTrue(verdict.isVerified(), verdict.text());
        assertTrue(verdict.text().startsWith(algorithm + " by CN=Module signing key"), verdict.text());
        assertEquals(Optional.empty(), verdict.kind().errno());

        SignatureVerdict refused = verify(BOTH, changed(), name + ".p7s");
        assertEquals(Kind.REJECTED, refused.kind());
        assertEquals(Optional.of(Errno.EKEYREJECTED), refused.kind().errno());
        assertTrue(
                refused.text().startsWith("the module was changed, or signed by another key: " + algorithm),
                refused.text());
    }

    @ParameterizedTest
    @CsvSource({
        "attributes, REJECTED, 'the signature has signed attributes, a module''s has none'",
        "content-inside, MALFORMED, no PKCS#7 message: it has the content that it signs",
        "md5, UNSUPPORTED, digest 1.2.840.113549.2.5 with signature algorithm 1.2.840.113549.1.1.1 is not supported",
        "pss, UNSUPPORTED, digest 2.16.840.1.101.3.4.2.1 with signature algorithm 1.2.840.113549.1.1.10 is not supported",
    })
    void aSignatureThatTheKernelDoesNotTakeIsToldFromAWrongOne(String name, Kind kind, String text) {
        assertEquals(new SignatureVerdict(kind, text), verify(BOTH, CONTENT, name + ".p7s"));
    }

    @Test
    void aSignerWhomNoCertificateNamesIsUnknown() {
        SignatureVerdict verdict = verify(CURVE, CONTENT, "rsa-sha256.p7s");
        assertEquals(Kind.UNKNOWN_KEY, verdict.kind());
        assertTrue(
                verdict.text()
                        .matches("signed by serial number [0-9a-f]+, which is none of 1 trusted key, the first .*"),
                verdict.text());
        assertEquals(
                "signed by key identifier daa1f949220f8290191c97d4a858291a6fa58194, which is none of 0 trusted keys",
                verify(TrustedKeys.none(), CONTENT, "keyid.p7s").text());
        assertEquals(
                Kind.UNKNOWN_KEY,
                verify(TrustedKeys.none(), changed(), "rsa-sha256.p7s").kind());
    }

    @Test
    void oneTrustedSignerOfTwoIsEnough() {
        assertTrue(verify(RSA, CONTENT, "two.p7s").isVerified());
        assertTrue(verify(CURVE, CONTENT, "two.p7s").isVerified());
        assertEquals(Kind.REJECTED, verify(BOTH, changed(), "two.p7s").kind());
        assertEquals(
                Kind.UNKNOWN_KEY, verify(TrustedKeys.none(), CONTENT, "two.p7s").kind());
    }

    @Test
    void aKeyWithoutCertificateIsTriedForSignersWhomNoCertificateNames() {
        List<X509Certificate> certificates = BOTH.certificates();
        TrustedKeys bare = TrustedKeys.ofKeys(
                List.of(certificates.get(1).getPublicKey(), certificates.get(0).getPublicKey()));
        assertEquals(
                new SignatureVerdict(Kind.VERIFIED, "SHA256withRSA by RSA key without certificate"),
                verify(bare, CONTENT, "rsa-sha256.p7s"));
        assertEquals(Kind.UNKNOWN_KEY, verify(bare, changed(), "rsa-sha256.p7s").kind());
        assertEquals(List.of(), bare.certificates());
        assertEquals("2 trusted keys, the first EC key without certificate", bare.toString());
    }

    /** The name as kernels before 4.3 make it of the subject, the key identifier of the certificate, and a length in front of the number. */
    @Test
    void aSignatureOfTheOlderFormIsVerifiedByNameAndKeyIdentifier() {
        byte[] id = HexFormat.of().parseHex("daa1f949220f8290191c97d4a858291a6fa58194");
        byte[] name = "Makers: Module signing key".getBytes(StandardCharsets.US_ASCII);
        byte[] number = ElfBytes.join(new byte[] {1, 0}, resource("older.sha256"));
        OlderSignature signature = OlderSignature.of(name, id, number);
        byte sha256 = 4;
        assertEquals(
                Kind.VERIFIED,
                RSA.verify(CONTENT, CONTENT.length, sha256, signature).kind());
        assertEquals(
                Kind.REJECTED,
                RSA.verify(changed(), CONTENT.length, sha256, signature).kind());
        assertEquals(
                Kind.REJECTED,
                RSA.verify(CONTENT, CONTENT.length, (byte) 6, signature).kind());
        assertEquals(
                Kind.UNSUPPORTED,
                RSA.verify(CONTENT, CONTENT.length, (byte) 3, signature).kind());
        assertEquals(
                Kind.UNSUPPORTED,
                RSA.verify(CONTENT, CONTENT.length, (byte) -1, signature).kind());
        assertEquals(
                "signed by Makers: Module signing key, key identifier daa1f949220f8290191c97d4a858291a6fa58194, which is",
                CURVE.verify(CONTENT, CONTENT.length, sha256, signature).text().split(" none")[0]);
        byte[] other = "Module signing key".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                Kind.UNKNOWN_KEY,
                RSA.verify(CONTENT, CONTENT.length, sha256, OlderSignature.of(other, id, number))
                        .kind());
        assertEquals(
                new SignatureVerdict(Kind.MALFORMED, "a signature of 257 bytes, which says that it has 256"),
                RSA.verify(CONTENT, CONTENT.length, sha256, OlderSignature.of(name, id, Arrays.copyOf(number, 257))));
        assertEquals(
                Kind.MALFORMED,
                RSA.verify(CONTENT, CONTENT.length, sha256, OlderSignature.of(name, id, new byte[1]))
                        .kind());
    }

    /** No cut and no changed byte of a message makes anything else of it than an answer, and no changed one verifies another content. */
    @Test
    void aDamagedMessageHasAnAnswer() {
        byte[] message = resource("two.p7s");
        for (int length = 0; length < message.length; length++) {
            SignatureVerdict cut = BOTH.verify(CONTENT, CONTENT.length, Arrays.copyOf(message, length));
            assertEquals(Kind.MALFORMED, cut.kind(), "cut to " + length);
        }
        for (int at = 0; at < message.length; at++) {
            for (byte value : new byte[] {0, 0x30, 0x7f, (byte) 0x80, (byte) 0x84, (byte) 0xff}) {
                byte[] damaged = message.clone();
                damaged[at] = value;
                SignatureVerdict verdict = BOTH.verify(changed(), CONTENT.length, damaged);
                assertTrue(!verdict.isVerified(), "0x" + Integer.toHexString(at) + ": " + verdict);
            }
        }
    }

    /** As in an arm64 kernel: two certificates, zeros up to a multiple of 256, their size in a word of 8 bytes. */
    @Test
    void theCertificatesOfAKernelImageAreFoundByTheirSize() throws Exception {
        byte[] first = RSA.certificates().get(0).getEncoded();
        byte[] second = CURVE.certificates().get(0).getEncoded();
        int size = first.length + second.length;
        byte[] image = new byte[0x2000];
        byte[] signatureOfImage = CURVE.certificates().get(0).getEncoded();
        System.arraycopy(signatureOfImage, 0, image, 0x80, signatureOfImage.length);
        System.arraycopy(first, 0, image, 0x1000, first.length);
        System.arraycopy(second, 0, image, 0x1000 + first.length, second.length);
        int word = 0x1000 + size + 255 & -256;
        image[word] = (byte) size;
        image[word + 1] = (byte) (size >> 8);
        assertEquals(BOTH.certificates(), TrustedKeys.inImage(image).certificates());

        byte[] big = image.clone();
        big[word] = 0;
        big[word + 1] = 0;
        big[word + 6] = (byte) (size >> 8);
        big[word + 7] = (byte) size;
        assertEquals(BOTH.certificates(), TrustedKeys.inImage(big).certificates());

        image[word]++;
        FormatException none = assertThrows(FormatException.class, () -> TrustedKeys.inImage(image));
        assertEquals(
                "no list of certificates in a kernel image of 8192 bytes; a compressed one must be unpacked first",
                none.getMessage());
    }

    @Test
    void aFileWithoutCertificatesIsRefused() {
        FormatException refused = assertThrows(
                FormatException.class,
                () -> TrustedKeys.certificates("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                        .getBytes(StandardCharsets.US_ASCII)));
        assertEquals("no X.509 certificates in 59 bytes", refused.getMessage());
    }
}
