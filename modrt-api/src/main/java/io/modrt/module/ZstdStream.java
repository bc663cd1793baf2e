package io.modrt.module;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;

/**
 * The only class that uses the optional library io.airlift:aircompressor. The library's module has no fixed name, so io.modrt.api cannot
 * require it, and the decoder is loaded by its class name.
 */
final class ZstdStream extends InputStream {
    /** The artifact to add if the library is missing. */
    static final String ARTIFACT = "io.airlift:aircompressor:2.0.3";

    private static final String DECODER = "io.airlift.compress.zstd.ZstdInputStream";

    private final InputStream decoder;

    private ZstdStream(InputStream decoder) {
        this.decoder = decoder;
    }

    /**
     * The contents of the zstd frames of {@code in}.
     *
     * @throws NoClassDefFoundError without the library
     */
    static InputStream open(InputStream in) throws IOException {
        try {
            Class<?> decoder = Class.forName(DECODER, true, ZstdStream.class.getClassLoader());
            return new ZstdStream(
                    (InputStream) decoder.getConstructor(InputStream.class).newInstance(in));
        } catch (ClassNotFoundException e) {
            throw (Error) new NoClassDefFoundError(DECODER).initCause(e);
        } catch (InvocationTargetException e) {
            throw new IOException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw (Error) new NoClassDefFoundError(DECODER + " of another release").initCause(e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** The library reports damaged data with unchecked exceptions. */
    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        try {
            return decoder.read(b, off, len);
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        decoder.close();
    }
}
