package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.error.FormatException;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelProfileTest {

    private static final String CONFIG = """
            #
            # Automatically generated file; DO NOT EDIT.
            # Linux/mips 6.1.176 Kernel Configuration
            #
            CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"
            # CONFIG_PREEMPT is not set
            CONFIG_SMP=y
            CONFIG_SMP_UP=y
            CONFIG_KALLSYMS=y
            # CONFIG_KALLSYMS_ALL is not set
            # CONFIG_PAGE_SIZE_4KB is not set
            CONFIG_PAGE_SIZE_16KB=y
            CONFIG_PAGE_SIZE_LESS_THAN_64KB=y
            CONFIG_MODULE_UNLOAD=y
            CONFIG_LIVEPATCH=m
            """;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
    # vermagic                                                        | version  | SMP  | PREEMPT | RT    | UNLOAD | VERSIONS
    6.1.0-50-4kc-malta SMP mod_unload modversions MIPS32_R2 32BIT     | 6.1.192  | true | false   | false | true   | true
    6.1.0-50-loongson-3 SMP preempt mod_unload modversions LOONGSON64 64BIT | 6.1.192 | true | true | false | true  | true
    6.12.95+deb13-5kc-malta SMP preempt_rt mod_unload MIPS64_R2 64BIT | 6.12.95  | true | false   | true  | true   | false
    6.1.192-32bit SMP mod_unload modversions                          | 6.1.192  | true | false   | false | true   | true
    2.6.26-2-parisc mod_unload                                        | 2.6.26   | false | false  | false | true   | false
    5.10.0-30-4kc-malta                                               | 5.10.262   | false | false  | false | false  | false
    """)
    void aVermagicStatesWhatItsWordsSay(
            String vermagic,
            String version,
            boolean smp,
            boolean preempt,
            boolean realTime,
            boolean unload,
            boolean versions) {
        KernelProfile profile = KernelProfile.ofVermagic(vermagic + " ");

        assertEquals(version, profile.version().toString());
        assertEquals(smp, profile.has(ConfigOption.SMP));
        assertEquals(preempt, profile.has(ConfigOption.PREEMPT));
        assertEquals(realTime, profile.has(ConfigOption.PREEMPT_RT));
        assertEquals(unload, profile.has(ConfigOption.MODULE_UNLOAD));
        assertEquals(versions, profile.has(ConfigOption.MODVERSIONS));
        assertTrue(profile.isStated(ConfigOption.SMP));
        assertFalse(profile.isStated(ConfigOption.KALLSYMS));
        assertEquals(Optional.of(vermagic + " "), profile.vermagic(), "the space at the end is kept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "SMP mod_unload", "garbage"})
    void aVermagicWithoutReleaseIsRefused(String vermagic) {
        FormatException refusal = assertThrows(FormatException.class, () -> KernelProfile.ofVermagic(vermagic));

        assertTrue(refusal.getMessage().startsWith("vermagic \"" + vermagic + "\": "), refusal.getMessage());
    }

    @Test
    void aPatchLevelThatTheReleaseDoesNotTellIsAnAssumptionUntilItIsStated() {
        KernelProfile profile = KernelProfile.ofVermagic("6.1.0-50-4kc-malta SMP ");

        assertEquals(
                "version 6.1.192: 6.1.0-50-4kc-malta names the series alone; the newest patch level with known rules",
                profile.assumptions().get(0));
        KernelProfile stated = profile.withVersion(new KernelVersion(6, 1, 176));
        assertEquals("6.1.176", stated.version().toString());
        assertFalse(
                stated.assumptions().get(0).startsWith("version"),
                stated.assumptions().toString());
    }

    @Test
    void aConfigFileStatesEveryOption() throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path config = files.getPath("/config-6.1.0-50-4kc-malta");
            Files.writeString(config, CONFIG);

            KernelProfile profile = KernelProfile.ofConfig(config);

            assertEquals("6.1.176", profile.version().toString());
            assertEquals(LayoutRules.CORE_AND_INIT, profile.layoutRules());
            assertTrue(profile.has(ConfigOption.SMP));
            assertTrue(profile.has(ConfigOption.KALLSYMS));
            assertFalse(profile.has(ConfigOption.KALLSYMS_ALL));
            assertFalse(profile.has(ConfigOption.JUMP_LABEL), "an option that is not in the file is off");
            assertFalse(profile.has(ConfigOption.LIVEPATCH), "m is not y");
            assertEquals(16_384, profile.pageBytes());
            assertEquals(
                    List.of("machine unknown: code that is rewritten for some machines stays as it was compiled"),
                    profile.assumptions());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    CONFIG_PAGE_SIZE_4KB=y         | 4096
    CONFIG_PAGE_SIZE_64KB=y        | 65536
    CONFIG_PARISC_PAGE_SIZE_16KB=y | 16384
    CONFIG_HAVE_PAGE_SIZE_64KB=y   | 4096
    CONFIG_PAGE_SIZE_64KB=n        | 4096
    """)
    void thePageSizeIsTheChosenOne(String line, int bytes) throws IOException {
        assertEquals(
                bytes,
                KernelProfile.ofConfig(
                                new StringReader("# Linux/parisc 6.12.1 Kernel Configuration\nCONFIG_X=y\n" + line))
                        .pageBytes());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    CONFIG_DEBUG_SET_MODULE_RONX=y | STRICT_MODULE_RWX
    CONFIG_STRICT_MODULE_RWX=y     | STRICT_MODULE_RWX
    CONFIG_PREEMPT_BUILD=y         | PREEMPT
    """)
    void anOptionIsKnownByItsOtherNames(String line, ConfigOption option) throws IOException {
        String old = "# Linux kernel version: 2.6.26\n";

        assertTrue(KernelProfile.ofConfig(new StringReader(old + line)).has(option));
        assertFalse(KernelProfile.ofConfig(new StringReader(old + "CONFIG_MODULES=y"))
                .has(option));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CONFIG_SMP=y\n", "# Linux/mips 6.1.176 Kernel Configuration\n", "\0\0\0\0"})
    void whatIsNoConfigFileIsRefused(String text) {
        FormatException refusal =
                assertThrows(FormatException.class, () -> KernelProfile.ofConfig(new StringReader(text)));

        assertTrue(
                refusal.getMessage().endsWith("; give the config-* file that the kernel was built with"),
                refusal.getMessage());
    }

    @Test
    void aFileThatCannotBeReadIsAnInputError() throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            assertThrows(UncheckedIOException.class, () -> KernelProfile.ofConfig(files.getPath("/none")));
        }
    }

    @Test
    void whatNobodyStatedComesFromTheArchitectureThenFromTheTable() {
        KernelProfile bare = KernelProfile.of(new KernelVersion(6, 1, 192));
        KernelProfile stated = bare.with(ConfigOption.KALLSYMS_ALL, false)
                .assuming(Map.of("CONFIG_KALLSYMS_ALL", true, "CONFIG_STRICT_MODULE_RWX", true));

        assertTrue(stated.has(ConfigOption.STRICT_MODULE_RWX), "the architecture's");
        assertFalse(stated.has(ConfigOption.KALLSYMS_ALL), "stated");
        assertTrue(stated.has(ConfigOption.KALLSYMS), "the table's");
        assertTrue(stated.assumptions().contains("CONFIG_STRICT_MODULE_RWX=y: usual for the architecture"));
        assertTrue(stated.assumptions().contains("CONFIG_KALLSYMS=y: usual for distributions' kernels"));
        assertTrue(stated.assumptions().stream().noneMatch(line -> line.startsWith("CONFIG_KALLSYMS_ALL")));
        assertFalse(bare.has(ConfigOption.STRICT_MODULE_RWX), "the profile that it came from is as before");
    }

    @Test
    void whatWasAssumedFirstStays() {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 192))
                .assuming(Map.of("CONFIG_SMP", false))
                .assuming(Map.of("CONFIG_SMP", true, "CONFIG_JUMP_LABEL", false));

        assertFalse(profile.has(ConfigOption.SMP));
        assertFalse(profile.has(ConfigOption.JUMP_LABEL));
    }

    @Test
    void aVermagicDoesNotOverruleWhatIsStated() {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 176))
                .with(ConfigOption.MODVERSIONS, false)
                .withVermagic("6.1.0-50-4kc-malta SMP mod_unload modversions MIPS32_R2 32BIT ");

        assertFalse(profile.has(ConfigOption.MODVERSIONS));
        assertTrue(profile.has(ConfigOption.MODULE_UNLOAD));
        assertEquals("6.1.176", profile.version().toString());
        assertEquals(
                "Linux 6.1.176 (6.1.0-50-4kc-malta SMP mod_unload modversions MIPS32_R2 32BIT)", profile.toString());
    }

    @Test
    void allCanBeStatedUntilNothingIsAssumed() {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 192))
                .withPageBytes(65_536)
                .withMachine(MachineFacts.of(1).withFeatures("emulated"));
        for (ConfigOption option : ConfigOption.values()) {
            profile = profile.with(option, true);
        }

        assertEquals(List.of(), profile.assumptions());
        assertEquals(65_536, profile.pageBytes());
        assertTrue(profile.machine().isUniprocessor());
        assertTrue(profile.machine().hasFeature("emulated"));
        assertFalse(profile.machine().hasFeature("combined-tlb"));
    }

    @Test
    void anOptionWithoutAConstantIsYesNoOrNotSaid() throws IOException {
        KernelProfile bare = KernelProfile.of(new KernelVersion(6, 12, 117));
        KernelProfile said = bare.with("CONFIG_RANDOMIZE_BASE", true).with("CONFIG_MODULE_FULL_REGION", false);
        KernelProfile file = KernelProfile.ofConfig(new StringReader(CONFIG));

        assertEquals(Optional.empty(), bare.option("CONFIG_RANDOMIZE_BASE"));
        assertFalse(bare.has("CONFIG_RANDOMIZE_BASE"), "what nobody says is off");
        assertFalse(bare.isStated("CONFIG_RANDOMIZE_BASE"));
        assertEquals(Optional.of(true), said.option("CONFIG_RANDOMIZE_BASE"));
        assertTrue(said.has("CONFIG_RANDOMIZE_BASE"));
        assertTrue(said.isStated("CONFIG_RANDOMIZE_BASE"));
        assertEquals(Optional.of(false), said.option("CONFIG_MODULE_FULL_REGION"));
        assertEquals(Optional.of(true), file.option("CONFIG_SMP_UP"));
        assertEquals(Optional.of(false), file.option("CONFIG_LIVEPATCH_EXTRA"), "a file states every option");
        assertEquals(Optional.of(true), file.with("CONFIG_X", true).option("CONFIG_X"));
    }

    @Test
    void whatIsUsualForTheArchitectureMayHaveAnyName() {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 12, 117))
                .assuming(Map.of("CONFIG_SHADOW_STACK", true, "CONFIG_CALL_OPS", false, "CONFIG_PADDING", true))
                .with("CONFIG_PADDING", false);

        assertTrue(profile.has("CONFIG_SHADOW_STACK"));
        assertEquals(Optional.of(false), profile.option("CONFIG_CALL_OPS"));
        assertFalse(profile.has("CONFIG_PADDING"), "stated");
        assertFalse(profile.isStated("CONFIG_SHADOW_STACK"));
        List<String> lines = profile.assumptions();
        assertEquals(
                List.of(
                        "CONFIG_DYNAMIC_DEBUG=y: usual for distributions' kernels",
                        "CONFIG_CALL_OPS=n: usual for the architecture",
                        "CONFIG_SHADOW_STACK=y: usual for the architecture",
                        "page size 4096: usual for distributions' kernels",
                        "size of struct module unknown: the kernel refuses modules whose size is another"),
                lines.subList(lines.size() - 6, lines.size() - 1));
    }

    @Test
    void anOptionWithAConstantIsTheSameByItsName() {
        KernelProfile bare = KernelProfile.of(new KernelVersion(6, 12, 117));

        assertTrue(bare.has("CONFIG_JUMP_LABEL"), "as assumed by the constant");
        assertEquals(Optional.empty(), bare.option("CONFIG_JUMP_LABEL"));
        assertFalse(bare.with(ConfigOption.JUMP_LABEL, false).has("CONFIG_JUMP_LABEL"));
        assertFalse(bare.with("CONFIG_JUMP_LABEL", false).has(ConfigOption.JUMP_LABEL));
        assertTrue(bare.with("CONFIG_JUMP_LABEL", false).isStated(ConfigOption.JUMP_LABEL));
        assertTrue(bare.with("CONFIG_PREEMPT_BUILD", true).has(ConfigOption.PREEMPT));
        KernelProfile off = bare.with("CONFIG_PREEMPT_BUILD", true).with(ConfigOption.PREEMPT, false);
        assertFalse(off.has(ConfigOption.PREEMPT), "the constant stands for all its names");
        assertFalse(off.has("CONFIG_PREEMPT_BUILD"));
        assertFalse(
                bare.assuming(Map.of("CONFIG_PREEMPT_BUILD", true))
                        .with("CONFIG_PREEMPT", false)
                        .has(ConfigOption.PREEMPT),
                "a statement goes before what is usual, whatever the names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SMP", "config_smp", "CONFIG_", "CONFIG_SMP=y", "CONFIG_SMP "})
    void whatIsNoNameOfAnOptionIsRefused(String name) {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 12, 117));

        assertThrows(IllegalArgumentException.class, () -> profile.with(name, true));
        assertThrows(IllegalArgumentException.class, () -> profile.has(name));
        assertThrows(IllegalArgumentException.class, () -> profile.option(name));
        assertThrows(IllegalArgumentException.class, () -> profile.isStated(name));
        assertThrows(IllegalArgumentException.class, () -> profile.assuming(Map.of(name, true)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -4096, 512, 4097, Integer.MIN_VALUE})
    void aPageSizeIsAPowerOfTwo(int bytes) {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 192));

        assertThrows(IllegalArgumentException.class, () -> profile.withPageBytes(bytes));
    }

    @Test
    void ofAnUnknownMachineNothingHolds() {
        MachineFacts unknown = KernelProfile.of(new KernelVersion(6, 1, 192)).machine();

        assertEquals(MachineFacts.unknown(), unknown);
        assertFalse(unknown.isUniprocessor());
        assertFalse(unknown.hasCapability(0));
        assertThrows(IllegalArgumentException.class, () -> MachineFacts.of(0));
    }

    @Test
    void anOptionHasTheNameOfTheConfigFile() {
        assertEquals("CONFIG_SMP", ConfigOption.SMP.configName());
        assertEquals(List.of("CONFIG_PREEMPT", "CONFIG_PREEMPT_BUILD"), ConfigOption.PREEMPT.configNames());
    }
}
