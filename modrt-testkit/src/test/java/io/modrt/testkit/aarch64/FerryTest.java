package io.modrt.testkit.aarch64;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Stub;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A compiled module of an architecture that the engine does not know of; the words are GNU ld's (see the script {@code build}). */
class FerryTest {
    private static final ElfEncoding LITTLE_ENDIAN_64 = new ElfEncoding(ElfClass.ELF64, ByteOrder.LITTLE_ENDIAN);

    /** All within 128 MB of the code, as in the script {@code build}. */
    private static final Map<String, Address> NEAR = Map.of(
            "_printk", Address.of(0xffff_8000_0765_4320L),
            "jiffies", Address.of(0xffff_8000_0654_3218L),
            "ferry_elsewhere", Address.of(0xffff_8000_07ff_0ffcL),
            "ferry_small", Address.of(0x1234_5678L));

    private final FakeMemory memory = FakeMemory.zeroed();

    /** Where GNU ld was told to put a section, and its words in hexadecimal digits. */
    private record Golden(Address address, List<String> words) {}

    static byte[] ferry() {
        try (InputStream in = FerryTest.class.getResourceAsStream("ferry.ko")) {
            return Objects.requireNonNull(in, "ferry.ko").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Golden> golden() {
        Map<String, Golden> golden = new LinkedHashMap<>();
        InputStream in = Objects.requireNonNull(FerryTest.class.getResourceAsStream("ferry.words"), "ferry.words");
        new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> List.of(line.split(" ")))
                .forEach(columns -> golden.put(
                        columns.get(0), new Golden(Address.parse(columns.get(1)), columns.subList(2, columns.size()))));
        return golden;
    }

    private ModuleRuntime runtime(Map<String, Address> symbols) {
        return ModuleRuntime.builder()
                .arch(new Aarch64Arch())
                .kernelSymbols(KernelSymbols.of(symbols))
                .memory(memory)
                .build();
    }

    private LiveModule load(Map<String, Address> symbols, Placement placement) {
        return runtime(symbols).load(ModuleFile.open(ferry()), placement, LoadPolicy.kernelExact());
    }

    private LiveModule loadNear() {
        ModuleFile file = ModuleFile.open(ferry());
        Map<Integer, Address> addresses = new HashMap<>();
        golden().forEach((name, section) ->
                addresses.put(file.elf().section(name).orElseThrow().index(), section.address()));
        return load(NEAR, Placement.sections(addresses, Map.of()));
    }

    private static int[] words(byte[] bytes) {
        int[] words = new int[bytes.length / Integer.BYTES];
        for (int i = 0; i < words.length; i++) {
            words[i] = LITTLE_ENDIAN_64.word(bytes, i * Integer.BYTES);
        }
        return words;
    }

    private static int[] words(LiveModule module, String section) {
        Section named = module.file().elf().section(section).orElseThrow();
        return words(module.relocated(named));
    }

    private static List<String> hex(int[] words) {
        return Arrays.stream(words).mapToObj(HexFormat.of()::toHexDigits).toList();
    }

    @TestFactory
    List<DynamicTest> everyWordOfEverySectionIsThatOfGnuLd() {
        LiveModule ferry = loadNear();
        return golden().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> assertEquals(entry.getValue().words(), hex(words(ferry, entry.getKey())))))
                .toList();
    }

    @Test
    void whatReachesGoesWithoutStubs() {
        assertEquals(List.of(), loadNear().stubs());
    }

    /**
     * With kernel code 256 MB away. .text has room for one callee (ferry_elsewhere) in front: 20 bytes, so it starts at 0x20. It has
     * 0x34 bytes; with 20 more for _printk .exit.text would start at 0x68, and starts at 0x70, the stub at 0x70 - 20 = 0x5c.
     * .init.text has room for two (ferry_cross, _printk): it starts at 0x30, its first stub at 0x30 - 40 = 0x8.
     */
    @Test
    void farCallsGoThroughStubsInFrontOfTheirSection() {
        Map<String, Address> far = new HashMap<>(NEAR);
        far.put("_printk", Address.of(0xffff_8000_1000_0000L));
        Address core = Address.of(0xffff_8000_0001_0000L);
        Address init = Address.of(0xffff_8000_0002_0000L);
        LiveModule ferry = load(far, Placement.regions(Map.of(RegionKind.CORE, core, RegionKind.INIT, init)));

        assertEquals(
                List.of(core.plus(0x5c), init.plus(0x8)),
                ferry.stubs().stream().map(Stub::address).sorted().toList());
        int[] exit = words(ferry, ".exit.text");
        assertEquals(0x17ff_fff9, exit[2], "b from 0x78 to 0x5c: -0x1c, -7 words");
        int[] start = words(ferry, ".init.text");
        assertEquals(0x97ff_ffef, start[7], "bl from 0x30 + 0x1c to 0x8: -0x44, -17 words");
        assertArrayEquals(
                new int[] {
                    0xd280_0010, // movz x16, #0x0
                    0xf2a2_0010, // movk x16, #0x1000, lsl #16
                    0xf2d0_0010, // movk x16, #0x8000, lsl #32
                    0xf2ff_fff0, // movk x16, #0xffff, lsl #48
                    0xd61f_0200 // br x16
                },
                words(memory.bytes(core.plus(0x5c), 20)));
    }

    @Test
    void explainsTheBranchOfAStub() {
        Map<String, Address> far = new HashMap<>(NEAR);
        far.put("ferry_elsewhere", Address.of(0xffff_8000_2000_0000L));
        LiveModule ferry = load(far, Placement.allocated());
        Address branch = ferry.address(".text").orElseThrow().plus(0x30);
        Relocation relocation = ferry.relocationsAt(branch).get(0);

        assertEquals("R_AARCH64_JUMP26", relocation.site().type());
        assertEquals("ferry_elsewhere", relocation.site().symbol());
        assertEquals(0x1400_0000L, relocation.before());
        assertEquals(far.get("ferry_elsewhere"), relocation.stub().orElseThrow().target());
        assertEquals(relocation.after(), Integer.toUnsignedLong(LITTLE_ENDIAN_64.word(memory.bytes(branch, 4), 0)));
    }

    /** First its own entry, whose instruction is {@code first} at .text + 0x28; relative fields move with it, the third does not. */
    @Test
    void sortsItsExceptionTableByTheSpiShapes() {
        LiveModule ferry = loadNear();
        int[] table = words(memory.bytes(ferry.address("__ex_table").orElseThrow(), 24));

        assertArrayEquals(
                new int[] {
                    0xfffd_f024, // .text + 0x28 = 0x10028, from 0x31004
                    0xfffd_f024, // .text + 0x2c = 0x1002c, from 0x31008
                    0x1111_1111,
                    0xfffd_f01c, // .text + 0x2c = 0x1002c, from 0x31010
                    0xfffd_f014, // .text + 0x28 = 0x10028, from 0x31014
                    0x2222_2222
                },
                table);
    }

    @Test
    void aBranchThatIsNeitherInReachNorCountedIsRefused() {
        ModuleFile file = ModuleFile.open(KernelModuleBuilder.of(Aarch64.TARGET, "near")
                .text(0x9400_0000)
                .relocation(".text", 0, Aarch64Reloc.CALL26.number(), "within", 1L << 28)
                .function("within", ".text", 0)
                .build());
        RelocationException refused =
                assertThrows(RelocationException.class, () -> runtime(NEAR).load(file));

        assertEquals(
                "near: .text+0x0: R_AARCH64_CALL26 against within+0x10000000: value 0x10000000 outside [-0x8000000, 0x7fffffc]",
                refused.getMessage());
    }
}
