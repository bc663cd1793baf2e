package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.RelocationSection;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.kernel.ExportKind;
import io.modrt.module.Compression;
import io.modrt.module.Export;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.module.ModuleSignature;
import io.modrt.policy.LoadPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the bundled modules say of themselves. Expected values are those of readelf, modinfo and modprobe, and {@code greeter.c}. */
class BundledFilesTest {
    private static final long SEED = 20090519;
    private static final String O32 = "mips-o32-le-r2";

    private static byte[] bytes(String target, String file) throws IOException {
        try (InputStream in = BundledFilesTest.class.getResourceAsStream("modules/" + target + "/" + file)) {
            return in.readAllBytes();
        }
    }

    private static ModuleFile open(String target, String file) throws IOException {
        return ModuleFile.open(file, bytes(target, file), LoadPolicy.kernelExact());
    }

    /** {@code readelf -hW}, {@code -sW}, {@code -rW}; the symbols' numbers are those of the four exported ones. */
    @ParameterizedTest
    @CsvSource({
        // target, e_flags, symbols, relocations, greet, greeter_count, greet_alloc, greet_secretly
        "mips-n64-be-r2, 0x80000001,  98, 156, 83,  89,  91,  94",
        "mips-n64-be-r6, 0xa0000401, 111, 169, 96, 102, 104, 107",
        "mips-n64-le-r2, 0x80000001,  98, 156, 83,  89,  91,  94",
        "mips-n64-le-r6, 0xa0000401, 111, 169, 96, 102, 104, 107",
        "mips-o32-be-r2, 0x70001001,  93, 157, 78,  84,  86,  89",
        "mips-o32-be-r6, 0x90001401, 106, 169, 91,  97,  99, 102",
        "mips-o32-le-r2, 0x70001001,  93, 157, 78,  84,  86,  89",
        "mips-o32-le-r6, 0x90001401, 106, 169, 91,  97,  99, 102",
    })
    void greeterIsReadForEveryTarget(
            String target, String flags, int symbols, int relocations, int greet, int count, int alloc, int secretly)
            throws IOException {
        ModuleFile greeter = open(target, "greeter.ko");
        long entryBytes = target.contains("n64") ? 24 : 12;

        assertEquals("greeter", greeter.name());
        assertEquals(target.contains("be"), greeter.elf().isBigEndian());
        assertEquals(Long.decode(flags).intValue(), greeter.elf().header().flags());
        assertEquals(51, greeter.elf().sectionCount());
        assertEquals(symbols, greeter.symbols().count());
        assertEquals(
                relocations,
                greeter.elf().relocationSections().stream()
                        .mapToInt(RelocationSection::count)
                        .sum());
        assertEquals(
                List.of(
                        new Export("greet", "", ExportKind.PLAIN, OptionalInt.of(0x2df8175b), greet, 0, 11, 0),
                        new Export(
                                "greeter_count",
                                "",
                                ExportKind.PLAIN,
                                OptionalInt.of(0x525884f8),
                                count,
                                0,
                                11,
                                entryBytes),
                        new Export("greet_alloc", "", ExportKind.GPL, OptionalInt.of(0x29652054), alloc, 0, 13, 0),
                        new Export(
                                "greet_secretly",
                                "GREETER",
                                ExportKind.GPL,
                                OptionalInt.of(0x688a0e22),
                                secretly,
                                0,
                                13,
                                entryBytes)),
                greeter.exports());
        assertEquals(
                List.of(
                        "parm=loudness:How loud to greet",
                        "parmtype=name:charp",
                        "parmtype=loudness:int",
                        "alias=modrt-greeter",
                        "version=1.0",
                        "description=Greets, and exports its greetings",
                        "license=GPL",
                        "depends=",
                        "name=greeter"),
                greeter.info().entries().subList(0, 9).stream()
                        .map(Object::toString)
                        .toList());
        assertEquals(10, greeter.info().entries().size());
        assertTrue(greeter.info().vermagic().orElseThrow().startsWith("6.1.0-modrt SMP mod_unload modversions MIPS"));
    }

    /** {@code readelf -sW} and {@code modprobe --dump-modversions}. */
    @Test
    void importsHaveTheCrcsThatTheModuleWasBuiltAgainst() throws IOException {
        ModuleFile greeter = open(O32, "greeter.ko");
        assertEquals(OptionalLong.of(0x90392bcdL), greeter.expectedCrc("module_layout"));
        assertEquals(
                List.of(
                        new Import(73, "kfree", OptionalLong.of(0x44aaaf95L), false),
                        new Import(76, "_printk", OptionalLong.of(0x5595a2cfL), false),
                        new Import(79, "param_ops_charp", OptionalLong.of(0x5196ee19L), false),
                        new Import(81, "greeter_absent", OptionalLong.empty(), true),
                        new Import(82, "jiffies", OptionalLong.of(0x03eef7beL), false),
                        new Import(90, "param_ops_int", OptionalLong.of(0x0fe6ae01L), false),
                        new Import(91, "_mcount", OptionalLong.of(0xbf60e9dbL), false),
                        new Import(92, "__kmalloc", OptionalLong.of(0x588e1c70L), false)),
                greeter.imports());
    }

    @ParameterizedTest
    @CsvSource({"gz, GZIP", "xz, XZ", "zst, ZSTD"})
    void whatOtherToolsCompressedIsReadBack(String suffix, Compression compression) throws IOException {
        for (String name : List.of("greeter.ko", "visitor.ko")) {
            ModuleFile module = open(O32, name + "." + suffix);
            assertEquals(compression, module.compression());
            assertArrayEquals(bytes(O32, name), module.elf().array());
        }
    }

    /** The file of 9,268 bytes, DER (30 82 LENGTH LENGTH), 12 bytes of trailer and 28 of marker: 9,713 bytes. */
    @Test
    void theSignatureOfSignFileIsFound() throws IOException {
        ModuleFile signed = open(O32, "greeter-signed.ko");
        ModuleSignature signature = signed.signature().orElseThrow();
        assertEquals(9268, signature.fileOffset());
        assertEquals(9713 - 9268 - 12 - 28, signature.sizeBytes());
        byte[] der = signature.der();
        assertEquals(0x30, der[0]);
        assertEquals(der.length - 4, (der[2] & 0xff) * 256 + (der[3] & 0xff));
        assertEquals(9268, signed.elf().lengthBytes());
        assertEquals("greeter", signed.name());
        assertFalse(open(O32, "greeter.ko").signature().isPresent());
    }

    /** Section headers stand last in these files. */
    @ParameterizedTest
    @ValueSource(strings = {"mips-o32-le-r2", "mips-n64-be-r6"})
    void aRealModuleMayBeCutAnywhere(String target) throws IOException {
        byte[] module = bytes(target, "greeter.ko");
        for (int length = 0; length < module.length; length++) {
            byte[] cut = Arrays.copyOf(module, length);
            assertThrows(FormatException.class, () -> ModuleFile.open(cut), () -> "cut at " + cut.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeter.ko", "greeter-signed.ko", "greeter.ko.gz", "greeter.ko.xz", "greeter.ko.zst"})
    void aRealModuleMayHaveAnyOfItsBytesChanged(String file) throws IOException {
        byte[] module = bytes(O32, file);
        Random random = new Random(SEED);
        for (int round = 0; round < 1_000; round++) {
            byte[] changed = module.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? 0xff : 0);
            try {
                ModuleFile opened =
                        ModuleFile.open(changed, LoadPolicy.kernelExact().bestEffort());
                opened.imports();
                opened.exports();
            } catch (ModrtException refused) {
                assertTrue(refused.getMessage() != null);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + ", round " + round, e);
            }
        }
    }
}
