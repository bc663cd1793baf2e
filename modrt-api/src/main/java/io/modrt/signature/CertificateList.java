package io.modrt.signature;

import io.modrt.bytes.Bytes;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds {@code system_certificate_list} in a kernel image: certificates right behind each other, and not far behind them, at the next
 * multiple of 8 or 256 bytes or behind a few other words, a word with their size.
 */
final class CertificateList {
    /** The word with the size lies at most so far behind the last certificate. */
    private static final int MOST_BYTES_BEHIND = 1024;

    /** The bytes up to the version, 3, and the tag of the serial number: SEQUENCE, SEQUENCE, [0] { INTEGER 2 }, INTEGER. */
    private static final int HEADER_BYTES = 14;

    private static final int LONG_SEQUENCE = 0x3082;
    private static final long VERSION = 0xa003_0201_0202L;

    private final byte[] image;
    private int reached;

    private CertificateList(byte[] image) {
        this.image = image;
    }

    /** The certificates; none if there is no list. */
    static List<X509Certificate> find(byte[] image) {
        CertificateList list = new CertificateList(image);
        for (int at = 0; at + HEADER_BYTES <= image.length; at++) {
            if (image[at] == 0x30 && list.isCertificate(at)) {
                List<X509Certificate> found = list.read(at);
                if (!found.isEmpty()) {
                    return found;
                }
                at = Math.max(at, list.reached - 1);
            }
        }
        return List.of();
    }

    private boolean isCertificate(int at) {
        return at + HEADER_BYTES <= image.length
                && halfword(at) == LONG_SEQUENCE
                && halfword(at + 4) == LONG_SEQUENCE
                && ((long) halfword(at + 8) << 32 | Bytes.getInt(image, at + 10, true) & 0xffff_ffffL) == VERSION
                && sizeBytes(at) <= image.length - at;
    }

    private int halfword(int at) {
        return Bytes.getShort(image, at, true) & 0xffff;
    }

    private int sizeBytes(int at) {
        return 4 + halfword(at + 2);
    }

    /** The certificates from {@code start} on, if a word with their size follows. */
    private List<X509Certificate> read(int start) {
        List<X509Certificate> found = new ArrayList<>();
        int at = start;
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            while (isCertificate(at)) {
                found.add((X509Certificate)
                        factory.generateCertificate(new ByteArrayInputStream(image, at, sizeBytes(at))));
                at += sizeBytes(at);
                reached = at;
            }
        } catch (CertificateException other) {
            return List.of(); // why: these bytes only begin as a certificate does
        }
        return isSizeBehind(at, at - start) ? found : List.of();
    }

    /** Whether a word behind {@code end} is {@code size}, in either order. */
    private boolean isSizeBehind(int end, int size) {
        int first = end + Integer.BYTES - 1 & -Integer.BYTES;
        for (int word = first; word <= image.length - Integer.BYTES && word < end + MOST_BYTES_BEHIND; word += 4) {
            if (Bytes.getInt(image, word, false) == size || Bytes.getInt(image, word, true) == size) {
                return true;
            }
        }
        return false;
    }
}
