package io.modrt.signature;

import java.util.Arrays;

/** Reads values of DER (X.690) one after the other, with lengths that are checked against the bytes that are there. */
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int MOST_LENGTH_BYTES = 4;

    private final byte[] bytes;
    private final int end;
    private int at;

    private Der(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    /** The bytes are no DER, or not of the values that are asked for. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String what) {
            super(what);
        }
    }

    static Der of(byte[] bytes) {
        return new Der(bytes, 0, bytes.length);
    }

    /** The constructed tag [number] that is specific to its context. */
    static int context(int number) {
        return 0xa0 | number;
    }

    /** The primitive tag [number] that is specific to its context. */
    static int primitive(int number) {
        return 0x80 | number;
    }

    boolean isAtEnd() {
        return at == end;
    }

    /** Whether a value of this tag comes next. */
    boolean isNext(int tag) {
        return at < end && (bytes[at] & 0xff) == tag;
    }

    /** Passes over a value of {@code tag}, and returns a reader of its contents. */
    Der enter(int tag) throws MalformedException {
        require(tag);
        int contents = pass();
        return new Der(bytes, contents, at);
    }

    /** Passes over a value of {@code tag}; returns a copy of its contents. */
    byte[] contents(int tag) throws MalformedException {
        require(tag);
        int contents = pass();
        return Arrays.copyOfRange(bytes, contents, at);
    }

    /** Passes over a value of any tag; returns a copy of its contents. */
    byte[] anyContents() throws MalformedException {
        int contents = pass();
        return Arrays.copyOfRange(bytes, contents, at);
    }

    /** Passes over a value of {@code tag}; returns a copy of it with its tag and length. */
    byte[] whole(int tag) throws MalformedException {
        require(tag);
        int start = at;
        pass();
        return Arrays.copyOfRange(bytes, start, at);
    }

    /** Passes over an object identifier; returns it with dots. */
    String objectIdentifier() throws MalformedException {
        byte[] contents = contents(OBJECT_IDENTIFIER);
        StringBuilder dotted = new StringBuilder();
        long arc = 0;
        for (byte each : contents) {
            if (arc >>> (Integer.SIZE - 1) != 0) {
                throw new MalformedException("an object identifier with an arc above 32 bits");
            }
            arc = arc << 7 | (each & 0x7f);
            if ((each & 0x80) == 0) {
                if (dotted.length() == 0) {
                    long first = Math.min(arc / 40, 2);
                    dotted.append(first).append('.').append(arc - 40 * first);
                } else {
                    dotted.append('.').append(arc);
                }
                arc = 0;
            }
        }
        return dotted.toString();
    }

    private void require(int tag) throws MalformedException {
        if (!isNext(tag)) {
            throw new MalformedException(
                    at >= end
                            ? "it ends at 0x" + Integer.toHexString(at) + ", where tag 0x" + Integer.toHexString(tag)
                                    + " should be"
                            : "tag 0x" + Integer.toHexString(bytes[at] & 0xff) + " at 0x" + Integer.toHexString(at)
                                    + ", not 0x" + Integer.toHexString(tag));
        }
    }

    /** Passes over a value; returns where its contents start. */
    private int pass() throws MalformedException {
        int first = at + 1 < end ? bytes[at + 1] & 0xff : -1;
        int more = first < 0x80 ? 0 : first & 0x7f;
        int contents = at + 2 + more;
        if (first < 0 || first == 0x80 || more > MOST_LENGTH_BYTES || contents > end) {
            throw new MalformedException("no length at 0x" + Integer.toHexString(at + 1));
        }
        long length = more == 0 ? first : 0;
        for (int i = 0; i < more; i++) {
            length = length << 8 | (bytes[at + 2 + i] & 0xff);
        }
        if (length > end - contents) {
            throw new MalformedException("the length 0x" + Long.toHexString(length) + " at 0x"
                    + Integer.toHexString(at + 1) + ", there are 0x" + Integer.toHexString(end - contents) + " bytes");
        }
        at = contents + (int) length;
        return contents;
    }
}
