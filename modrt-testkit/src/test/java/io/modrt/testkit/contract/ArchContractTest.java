package io.modrt.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Field;
import io.modrt.spi.Fixup;
import io.modrt.spi.RelocationType;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.sample.SampleArch;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract says what to give where it gets too little; what makes architectures wrong for it leaves the rest as it is. */
class ArchContractTest {
    private static final int CALL26 = 283;

    /** One module with a far call, and no words. */
    private static final class Meagre extends ArchContract {
        @Override
        protected Arch arch() {
            return new SampleArch();
        }

        @Override
        protected Map<String, byte[]> modules() {
            return Map.of(
                    "one",
                    KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "one")
                            .text(0x9400_0000)
                            .relocation(".text", 0, CALL26, "far")
                            .build());
        }

        @Override
        protected List<LinkerWords> linkerWords() {
            return List.of();
        }

        @Override
        protected AssemblerWords assemblerWords() {
            return AssemblerWords.none();
        }

        @Override
        protected Map<String, List<Long>> sortedOffsets() {
            return Map.of("one .data", List.of(0L));
        }
    }

    private static List<String> failures(Stream<DynamicTest> tests) {
        return tests.flatMap(test -> {
                    try {
                        test.getExecutable().execute();
                        return Stream.of();
                    } catch (Throwable failure) {
                        return Stream.of(String.valueOf(failure.getMessage()));
                    }
                })
                .toList();
    }

    private static void assertSays(String what, Stream<DynamicTest> tests) {
        List<String> failures = failures(tests);
        assertTrue(failures.stream().anyMatch(failure -> failure.startsWith(what)), failures::toString);
    }

    @Test
    void aContractThatGivesTooLittleSaysWhatToGive() {
        ArchContract contract = new Meagre();
        assertSays("types that no link in linkerWords() has", contract.everyByteIsTheLinkers());
        assertSays("assemblerWords() has 0 stubs; types are routed", contract.stubsAreCountedAndLeadToTheirTargets());
        assertSays("assemblerWords() has nop and jump", contract.staticBranchesAreAsTheirKeysSay());
        assertSays("assemblerWords() has a site", contract.callSitesAreOffAndCanBeSwitched());
        assertSays("assemblerWords() has no call", contract.callSitesAreOffAndCanBeSwitched());
        assertSays("modules() has no module that imports", contract.importsAreTheExportersValues());
        assertSays("tables that no module of modules() has", contract.tablesAreAsTheKernelReadsThem());
        assertSays("sortedOffsets() names sections that no module has", contract.appliesRelocationsInTheKernelsOrder());
    }

    static List<Arguments> forwarders() {
        return List.of(
                Arguments.of(Arch.class, ForwardingArch.class),
                Arguments.of(ArchKernel.class, ForwardingKernel.class),
                Arguments.of(ArchPlan.class, ForwardingPlan.class),
                Arguments.of(ArchLoad.class, ForwardingLoad.class),
                Arguments.of(TracingSites.class, ForwardingTracing.class),
                Arguments.of(RelocationType.class, ForwardingType.class));
    }

    /** Else a default method of the SPI would answer in the place of the architecture. */
    @ParameterizedTest
    @MethodSource("forwarders")
    void everyMethodIsForwarded(Class<?> spi, Class<?> forwarder) {
        List<String> missing = Arrays.stream(spi.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !isDeclared(forwarder, method))
                .map(Method::getName)
                .toList();
        assertEquals(List.of(), missing);
    }

    private static boolean isDeclared(Class<?> type, Method method) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(own -> own.getName().equals(method.getName())
                        && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }

    @Test
    void aFixupKeepsAllButItsTypeAndSymbolsValue() {
        List<String> missing = Arrays.stream(Fixup.class.getMethods())
                .filter(method -> !method.isDefault() && !isDeclared(OwnFixup.class, method))
                .map(Method::getName)
                .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void findsAFieldThatDropsABit() {
        Field sound = Field.scattered("sound", 0xff, 8, v -> v & 0xff);
        Field swapped = Field.scattered("two values in one bit", 0x7, 3, v -> (v & 0x7) ^ (v & 0x1) << 1);
        FieldCheck.check(sound);
        AssertionError found = assertThrows(AssertionError.class, () -> FieldCheck.check(swapped));
        assertTrue(String.valueOf(found.getMessage()).contains("two values in one bit"), found.getMessage());
    }

    @Test
    void fieldsOfOtherSizesGiveBackWhatTheyTake() {
        FieldCheck.checkBytes(Field.data("halfword", 2));
        FieldCheck.checkBytes(Field.WORD64);
        FieldCheck.checkBytes(Field.pair("pair", Field.run("upper", 20, 12).from(12), Field.run("lower", 12, 20)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stub 0x1000 : 00000000", "jmp 0x1000 0x2000 : 00000000", "nop 00000000"})
    void aLineThatIsNoAssemblersIsRefused(String line) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> AssemblerWords.of(line));
        assertEquals("not a line of an assembler's words: " + line, refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "symbol far 1000",
                "case early",
                "module one.ko\ncase odd\nverdicts ok",
                "module one.ko\ncase odd\nverdict refused",
                "module one.ko\ncase odd\nrefused .text reloc",
                "module one.ko\ncase odd\nrefused .text+0xyz reloc",
                "module one.ko\ncase odd\nrefused 1+0 reloc"
            })
    void aLineThatIsNoLinkersIsRefused(String text) {
        byte[] file = new Meagre().modules().get("one");
        assertThrows(IllegalArgumentException.class, () -> LinkerWords.of(text, name -> file));
    }

    @ParameterizedTest
    @ValueSource(strings = {".text+0", ".text+0x0", ".text+00"})
    void theOffsetOfARefusedPlaceIsHexadecimalWithOrWithout0x(String place) {
        byte[] file = new Meagre().modules().get("one");
        LinkerWords words = LinkerWords.of("module one.ko\ncase odd\nrefused " + place + " far away", name -> file);
        assertEquals(
                Map.of(".text+0x0", place + " far away"), words.links().get(0).refused());
    }
}
