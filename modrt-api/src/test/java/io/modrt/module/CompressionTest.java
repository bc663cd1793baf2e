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
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
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

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "XZ", "ZSTD"})
    void aCompressedFileMayBePartOfABuffer(Compression compression) throws IOException {
        byte[] file = compress(compression, MODULE);
        ModuleFile module = ModuleFile.open(ElfBytes.join(file, new byte[] {1, 2, 3, 4}), file.length);

        assertEquals(compression, module.compression());
        assertArrayEquals(MODULE, module.elf().array());
        assertEquals(List.of(), module.diagnostics());
        assertThrows(FormatException.class, () -> ModuleFile.open(file, 5), "a magic number that is cut is none");
    }

    /** Parallel compressors write several streams; {@code cat} of two files does too. */
    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aFileInTwoStreamsIsReadToItsEnd(Compression compression) throws IOException {
        byte[] file = ElfBytes.join(
                compress(compression, Arrays.copyOf(MODULE, 1000)),
                compress(compression, Arrays.copyOfRange(MODULE, 1000, MODULE.length)));
        assertArrayEquals(MODULE, ModuleFile.open(file).elf().array());
    }

    @Test
    void paddingIsPassedOverAndOtherBytesBehindAStreamAreTold() throws IOException {
        byte[] padded = ElfBytes.join(
                compress(Compression.XZ, Arrays.copyOf(MODULE, 1000)),
                new byte[8],
                compress(Compression.XZ, Arrays.copyOfRange(MODULE, 1000, MODULE.length)),
                new byte[4]);
        ModuleFile module = ModuleFile.open(padded);
        assertArrayEquals(MODULE, module.elf().array());
        assertEquals(List.of(), module.diagnostics());

        ModuleFile followed =
                ModuleFile.open(ElfBytes.join(compress(Compression.XZ, MODULE), ElfBytes.strings("garbage")));
        assertArrayEquals(MODULE, followed.elf().array());
        assertEquals(
                List.of("7 bytes behind the XZ data are left out"),
                followed.diagnostics().stream().map(Diagnostic::text).toList());
    }

    /** {@code zstd --ultra -22} declares a window of 128 MiB if it does not know the size. */
    @Test
    void aZstdWindowOf128MebibytesIsNoMatter() throws IOException {
        byte[] sized = compress(Compression.ZSTD, MODULE);
        assertEquals(0x64, sized[4], "a single segment with a checksum, and a size in two bytes");
        byte[] file = ElfBytes.join(
                Arrays.copyOf(sized, 4),
                new byte[] {0x04, (byte) (17 << 3)}, // a checksum; a window of 2 to the power of 10 + 17
                Arrays.copyOfRange(sized, 7, sized.length));
        byte[] before = file.clone();
        assertArrayEquals(MODULE, ModuleFile.open(file).elf().array());
        assertArrayEquals(before, file, "the caller's bytes stay");
    }

    /** Longer than the 8 MiB of the library's greatest window. */
    @Test
    void aZstdFrameLongerThanTheLibrarysWindowIsRead() throws IOException {
        byte[] noise = new byte[9 << 20];
        new Random(1).nextBytes(noise);
        byte[] large = ElfBytes.join(MODULE, noise);
        assertArrayEquals(
                large, ModuleFile.open(compress(Compression.ZSTD, large)).elf().array());
    }

    @Test
    void skippableZstdFramesAreLeftOut() throws IOException {
        byte[] skippable = ElfBytes.join(HexFormat.of().parseHex("502a4d1804000000"), ElfBytes.strings("abcd"));
        byte[] file = ElfBytes.join(compress(Compression.ZSTD, MODULE), skippable);
        assertArrayEquals(MODULE, ModuleFile.open(file).elf().array());

        FormatException refusal = assertThrows(
                FormatException.class,
                () -> ModuleFile.open(ElfBytes.join(compress(Compression.ZSTD, MODULE), new byte[4])));
        assertEquals(Errno.EINVAL, refusal.errno());
        assertTrue(
                refusal.getMessage().startsWith("ZSTD data is damaged: no frame begins at 0x"), refusal.getMessage());
    }

    // spotless:off
    /** What a kernel with MODULE_DECOMPRESS says, by its version, to a file of one compression. */
    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource({
        "5.16.0,  xz of CRC64,        takes",
        "5.17.0,  xz of CRC64,        EINVAL decompression failed with status 6",
        "6.12.95, xz of CRC64,        EINVAL decompression failed with status 6",
        "6.1.0,   xz of CRC32,        takes",
        "6.1.0,   xz of two streams,  ENOEXEC",
        "6.1.0,   xz and more behind, takes",
        "6.1.0,   gzip of a name,     takes",
        "6.1.0,   gzip of a comment,  EINVAL",
        "6.1.0,   gzip of two,        ENOEXEC",
        "6.1.0,   zstd of two,        takes",
        "6.2.0,   zstd of two,        ENOEXEC",
        "6.2.0,   zstd,               takes",
    })
    // spotless:on
    void aKernelThatDecompressesItselfTakesLess(String version, String what, String answer) throws IOException {
        byte[] head = Arrays.copyOf(MODULE, 1000);
        byte[] tail = Arrays.copyOfRange(MODULE, 1000, MODULE.length);
        byte[] file = switch (what) {
            case "xz of CRC64" -> xz(MODULE, XZ.CHECK_CRC64);
            case "xz of CRC32" -> xz(MODULE, XZ.CHECK_CRC32);
            case "xz of two streams" -> ElfBytes.join(xz(head, XZ.CHECK_CRC32), xz(tail, XZ.CHECK_CRC32));
            case "xz and more behind" -> ElfBytes.join(xz(MODULE, XZ.CHECK_CRC32), xz(tail, XZ.CHECK_CRC32));
            case "gzip of a name" -> gzip(MODULE, 0x08);
            case "gzip of a comment" -> gzip(MODULE, 0x10);
            case "gzip of two" -> ElfBytes.join(gzip(head, 0), gzip(tail, 0));
            case "zstd" -> compress(Compression.ZSTD, MODULE);
            default -> ElfBytes.join(compress(Compression.ZSTD, head), compress(Compression.ZSTD, tail));
        };
        ModuleFile module = ModuleFile.open(file);
        KernelProfile kernel =
                KernelProfile.of(KernelVersion.parse(version)).with(ConfigOption.MODULE_DECOMPRESS, true);
        assertEquals(answer, answer(module, kernel));
        assertEquals("takes", answer(module, kernel.with(ConfigOption.MODULE_DECOMPRESS, false)));
        String other = module.compression() == Compression.XZ ? "GZIP" : "XZ";
        KernelProfile otherKernel = kernel.with("CONFIG_MODULE_COMPRESS_" + other, true)
                .with("CONFIG_MODULE_COMPRESS_" + module.compression(), false);
        assertEquals("takes", answer(module, otherKernel), "kmod decompresses what the kernel cannot");
    }

    private static String answer(ModuleFile module, KernelProfile kernel) {
        try {
            module.checkFor(kernel);
            return "takes";
        } catch (FormatException refused) {
            return refused.errno()
                    + refused.kernelMessage().map(line -> " " + line).orElse("");
        }
    }

    private static byte[] xz(byte[] bytes, int check) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (OutputStream out = new XZOutputStream(to, new LZMA2Options(0), check)) {
            out.write(bytes);
        }
        return to.toByteArray();
    }

    /** A member whose header has a text if {@code flags} say so, as a name and as a comment. */
    private static byte[] gzip(byte[] bytes, int flags) throws IOException {
        byte[] member = compress(Compression.GZIP, bytes);
        byte[] header = Arrays.copyOf(member, 10);
        header[3] = (byte) flags;
        byte[] text = flags == 0 ? new byte[0] : ElfBytes.strings("m.ko\0");
        return ElfBytes.join(header, text, Arrays.copyOfRange(member, 10, member.length));
    }

    /** 9 MiB of zeros become a few thousand bytes; 64 times that is less than the 8 MiB that any file may grow to. */
    @ParameterizedTest
    @CsvSource({"GZIP", "XZ", "ZSTD"})
    void whatGrowsOutOfProportionIsRefused(Compression compression) throws IOException {
        byte[] bomb = compress(compression, new byte[9 << 20]);
        assertTrue(bomb.length * 64 < 8 << 20, "the bomb has " + bomb.length + " bytes");
        FormatException refusal =
                assertThrows(FormatException.class, () -> ModuleFile.open("b.ko", bomb, LoadPolicy.kernelExact()));
        assertEquals(
                "b.ko: " + compression + " data of " + bomb.length
                        + " bytes grows past 8388608 bytes; decompress it first",
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
