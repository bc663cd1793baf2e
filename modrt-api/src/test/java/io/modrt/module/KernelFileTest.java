package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.modrt.elf.ElfBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** Kernels that unpack themselves: code, a compressed stream, and more data. */
class KernelFileTest {
    private static final byte[] KERNEL = new byte[100_000];

    static {
        new Random(1).nextBytes(KERNEL);
        System.arraycopy(new byte[60_000], 0, KERNEL, 20_000, 60_000);
    }

    private static byte[] gzip(byte[] contents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(contents);
        }
        return bytes.toByteArray();
    }

    private static byte[] xz(byte[] contents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new XZOutputStream(bytes, new LZMA2Options(), XZ.CHECK_CRC32)) {
            out.write(contents);
        }
        return bytes.toByteArray();
    }

    @Test
    void theLargeStreamIsUnpackedWhateverLiesAroundIt() throws IOException {
        byte[] config = gzip(new byte[500]);
        byte[] start = ElfBytes.join(new byte[77], new byte[] {0x1f, (byte) 0x8b, 8, 0, 1, 2, 3}, config);
        assertArrayEquals(KERNEL, KernelFile.unpack(ElfBytes.join(start, gzip(KERNEL), new byte[300])));
        assertArrayEquals(KERNEL, KernelFile.unpack(ElfBytes.join(start, xz(KERNEL), new byte[] {1, 2, 3})));
    }

    @Test
    void aKernelThatIsNotCompressedIsReturnedItself() throws IOException {
        byte[] image = ElfBytes.join(KERNEL, gzip(new byte[5_000]), KERNEL);
        assertSame(image, KernelFile.unpack(image));
        byte[] none = {0x1f};
        assertSame(none, KernelFile.unpack(none));
    }
}
