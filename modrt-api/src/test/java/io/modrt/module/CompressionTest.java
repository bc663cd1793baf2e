package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.policy.LoadPolicy;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CompressionTest {
    private static final byte[] MODULE = ModuleBytes.module(ElfClass.ELF64, false);

    private static byte[] compress(Compression compression, byte[] bytes) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (OutputStream out = switch (compression) {
            case NONE -> to;
            case GZIP -> new GZIPOutputStream(to);
            case XZ -> new XZOutputStream(to, new LZMA2Options(0));
            case ZSTD -> new ZstdOutputStream(to);
        }) {
            out.write(bytes);
        }
        return to.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aCompressedModuleIsTheModule(Compression compression) throws IOException {
        ModuleFile module = ModuleFile.open(compress(compression, MODULE));
        assertEquals(compression, module.compression());
        assertArrayEquals(MODULE, module.elf().array());
        assertEquals("greeter", module.name());
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aDamagedStreamIsRefusedWhereverItEnds(Compression compression) throws IOException {
        byte[] file = compress(compression, MODULE);
        for (int length = 0; length < file.length - 12; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            FormatException refusal = assertThrows(FormatException.class, () -> ModuleFile.open(cut));
            assertEquals(length < 6 ? Errno.ENOEXEC : Errno.EINVAL, refusal.errno(), refusal.getMessage());
            assertFalse(String.valueOf(refusal.getMessage()).contains("null"), refusal::getMessage);
        }
    }

    /** 8 MiB of zeros become a few hundred or thousand bytes; 1,024 times that and 64 KiB is less than 8 MiB with xz and zstd. */
    @ParameterizedTest
    @CsvSource({"XZ", "ZSTD"})
    void whatGrowsOutOfProportionIsRefused(Compression compression) throws IOException {
        byte[] bomb = compress(compression, new byte[8 << 20]);
        long most = bomb.length * 1024L + 65536;
        assertTrue(most < 8 << 20, "the bomb has " + bomb.length + " bytes");
        FormatException refusal =
                assertThrows(FormatException.class, () -> ModuleFile.open("b.ko", bomb, LoadPolicy.kernelExact()));
        assertEquals(
                "b.ko: " + compression + " data of " + bomb.length + " bytes grows past " + most + " bytes",
                refusal.getMessage());
        assertTrue(refusal.beyondKernel());
    }

    /** All 64 KiB are free: a module that compresses far below a thousandth is still read. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void aSmallFileMayGrowMore(Compression compression) throws IOException {
        byte[] zeros = ElfBytes.join(MODULE, new byte[60 << 10]);
        assertArrayEquals(
                zeros, ModuleFile.open(compress(compression, zeros)).elf().array());
    }

    @ParameterizedTest
    @CsvSource({
        "XZ, XZ needs a library: add org.tukaani:xz to the class path or module path",
        "ZSTD, ZSTD needs a library: add io.airlift:aircompressor:2.0.3 to the class path or module path"
    })
    void aMissingLibraryIsNamed(Compression compression, String message) throws Exception {
        List<URL> withoutLibraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            String file = new File(entry).getName();
            if (!file.startsWith("xz") && !file.startsWith("aircompressor")) {
                withoutLibraries.add(new File(entry).toURI().toURL());
            }
        }
        byte[] file = compress(compression, MODULE);
        try (URLClassLoader loader =
                new URLClassLoader(withoutLibraries.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Method open = loader.loadClass("io.modrt.module.ModuleFile").getMethod("open", byte[].class);
            InvocationTargetException thrown =
                    assertThrows(InvocationTargetException.class, () -> open.invoke(null, (Object) file));
            assertEquals(
                    "io.modrt.error.FormatException",
                    thrown.getCause().getClass().getName());
            assertEquals(message, thrown.getCause().getMessage());
        }
    }
}
