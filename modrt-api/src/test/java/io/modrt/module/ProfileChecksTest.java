package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.ElfBytes;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which kernel is the first to refuse a file that the one before it takes. */
class ProfileChecksTest {
    private static Arguments row(String what, Consumer<ElfBytes> change, String takes, String refuses, String message) {
        return Arguments.of(Named.of(what, change), takes, refuses, message);
    }

    // spotless:off
    static Stream<Arguments> rules() {
        return Stream.of(
            row("two struct modules", e -> e.section(".gnu.linkonce.this_module", 1, 3, new byte[0]), "6.3.9", "6.4.0",
                "m.ko: 2 sections .gnu.linkonce.this_module, this kernel wants one"),
            row("a struct module without contents", e -> e.part(3).type = 8, "6.1.0", "6.4.0",
                "m.ko: section 3 (.gnu.linkonce.this_module): type 8, flags 0x3: this kernel wants SHF_ALLOC and contents"),
            row("a second struct module that is not loaded", e -> e.section(".gnu.linkonce.this_module", 1, 0, new byte[1]), "6.1.0", "6.4.0",
                "m.ko: section 11 (.gnu.linkonce.this_module): type 1, flags 0x0: this kernel wants SHF_ALLOC and contents"),
            row("two modinfos", e -> e.section(".modinfo", 1, 0, new byte[1]), "6.3.9", "6.4.0",
                "m.ko: 2 sections .modinfo, this kernel wants one"),
            row("a second modinfo without contents", e -> e.section(".modinfo", 8, 0, new byte[0]), "6.12.95", "6.12.117",
                "m.ko: 2 sections .modinfo, this kernel wants one"),
            row("no modinfo", e -> e.part(2).name = ".info", "6.13.7", "6.14.0",
                "m.ko: 0 sections .modinfo, this kernel wants one"),
            row("a modinfo that is not loaded", e -> e.part(2).flags = 0, "6.13.7", "6.14.0",
                "m.ko: section 2 (.modinfo): has no SHF_ALLOC, which this kernel wants"),
            row("two symbol tables", e -> e.section(".symtab2", 2, 0, new byte[0]).link(10), "6.3.9", "6.4.0",
                "m.ko: 2 symbol tables, this kernel wants one"),
            row("symbols named from another type", e -> e.part(10).type = 1, "6.12.95", "6.12.117",
                "m.ko: section 10 (.strtab): the symbol string table: type 1, this kernel wants SHT_STRTAB (3)"),
            row("names that do not start with an empty one", e -> e.part(10).contents = ElfBytes.strings("xgreet\0printk\0maybe\0"), "6.13.7", "6.14.0",
                "m.ko: section 10 (.strtab): its first byte is not NUL"));
    }
    // spotless:on

    private static KernelProfile kernel(String version) {
        return KernelProfile.of(KernelVersion.parse(version)).with(ConfigOption.STRICT_MODULE_RWX, false);
    }

    private static ModuleFile open(byte[] bytes, LoadPolicy policy) {
        return ModuleFile.open("m.ko", bytes, policy);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aRuleHoldsFromItsVersionOn(Consumer<ElfBytes> change, String takes, String refuses, String message) {
        byte[] bytes = ModuleBytes.with(change);
        ModuleFile module = open(bytes, LoadPolicy.kernelExact());
        assertDoesNotThrow(() -> module.checkFor(kernel(takes)));
        FormatException refusal = assertThrows(FormatException.class, () -> module.checkFor(kernel(refuses)));
        assertEquals(message, refusal.getMessage());
        assertEquals(Errno.ENOEXEC, refusal.errno());
        assertFalse(refusal.beyondKernel());
    }

    // spotless:off
    static Stream<Arguments> lines() {
        Consumer<ElfBytes> twoModules = e -> e.section(".gnu.linkonce.this_module", 1, 3, new byte[0]);
        Consumer<ElfBytes> noContents = e -> {
            e.part(2).contents = ElfBytes.strings("name=greeter\0license=GPL\0");
            e.part(3).type = 8;
        };
        return Stream.of(
            Arguments.of("6.12.95", twoModules, "module greeter: Only one .gnu.linkonce.this_module section must exist."),
            Arguments.of("6.12.117", twoModules, "module greeter: Exactly one .gnu.linkonce.this_module section must exist."),
            Arguments.of("6.12.95", noContents, "module greeter: Only one .gnu.linkonce.this_module section must exist."),
            Arguments.of("6.12.117", noContents, "module greeter: .gnu.linkonce.this_module section must have a size set"),
            Arguments.of("6.12.117", (Consumer<ElfBytes>) e -> e.section(".gnu.linkonce.this_module", 1, 0, new byte[1]),
                "module greeter: .gnu.linkonce.this_module must occupy memory during process execution"),
            Arguments.of("6.12.117", (Consumer<ElfBytes>) e -> e.section(".modinfo", 1, 0, new byte[1]),
                "Only one .modinfo section must exist."),
            Arguments.of("6.12.95", (Consumer<ElfBytes>) e -> e.section(".symtab2", 2, 0, new byte[0]).link(10),
                "greeter: module has no symbols (stripped?)"),
            Arguments.of("6.12.117", (Consumer<ElfBytes>) e -> e.part(10).type = 1, "Invalid ELF symbol string table type: 1"),
            Arguments.of("6.12.117", (Consumer<ElfBytes>) e -> e.section(".text", 1, 6, new byte[4]),
                "sysfs: cannot create duplicate filename '/module/greeter/sections/.text'"));
    }
    // spotless:on

    /** As live kernels of 6.12.95 for MIPS and of 6.12.117 for arm64 logged it. */
    @ParameterizedTest
    @MethodSource("lines")
    void theLineIsThatOfTheKernelsLog(String version, Consumer<ElfBytes> change, String line) {
        ModuleFile module = open(ModuleBytes.with(change), LoadPolicy.kernelExact());
        FormatException refusal = assertThrows(FormatException.class, () -> module.checkFor(kernel(version)));
        assertEquals(line, refusal.kernelMessage().orElseThrow());
    }

    @Test
    void anOrdinaryModuleIsForEveryKernel() {
        ModuleFile module = open(ModuleBytes.with(e -> {}), LoadPolicy.kernelExact());
        for (String version : new String[] {"2.6.20", "4.19.0", "6.1.0", "6.12.0", "6.12.117", "6.14.0", "7.0.0"}) {
            assertDoesNotThrow(() -> module.checkFor(kernel(version).with(ConfigOption.STRICT_MODULE_RWX, true)));
        }
    }

    @Test
    void loadedSectionsOfOneNameExistAlreadyForNewKernels() {
        byte[] twins = ModuleBytes.with(e -> {
            e.section("__versions", 1, 2, new byte[0]);
            e.section(".text", 1, 6, new byte[0]);
            e.section(".data..percpu", 1, 3, new byte[4]);
            e.section(".data..percpu", 1, 3, new byte[4]);
        });
        open(twins, LoadPolicy.kernelExact()).checkFor(kernel("6.12.0"));
        ModuleFile module =
                open(ModuleBytes.with(e -> e.section(".text", 1, 6, new byte[4])), LoadPolicy.kernelExact());
        module.checkFor(kernel("6.1.0"));
        FormatException refusal = assertThrows(FormatException.class, () -> module.checkFor(kernel("6.12.0")));
        assertEquals(
                "m.ko: section 11 (.text): another loaded section has this name, which kernels from 6.12 refuse",
                refusal.getMessage());
        assertEquals(Errno.EEXIST, refusal.errno());
    }

    /** Debian's 6.12.117 for arm64 said so of a section that was renamed to {@code .symtab}. */
    @Test
    void symbolTablesAreLoadedSectionsToo() {
        ModuleFile module =
                open(ModuleBytes.with(e -> e.section(".symtab", 1, 2, new byte[4])), LoadPolicy.kernelExact());
        assertDoesNotThrow(() -> module.checkFor(kernel("6.12.0").with(ConfigOption.KALLSYMS, false)));
        FormatException refusal = assertThrows(FormatException.class, () -> module.checkFor(kernel("6.12.0")));
        assertEquals(Errno.EEXIST, refusal.errno());
        assertEquals(
                "sysfs: cannot create duplicate filename '/module/greeter/sections/.symtab'",
                refusal.kernelMessage().orElseThrow());
    }

    @Test
    void structModuleHasTheSizeThatTheProfileStates() {
        ModuleFile module = open(ModuleBytes.with(e -> {}), LoadPolicy.kernelExact());
        int bytes = (int) module.thisModule().orElseThrow().sizeBytes();
        assertDoesNotThrow(() -> module.checkFor(kernel("6.12.0").withStructModuleBytes(bytes)));
        assertDoesNotThrow(() -> module.checkFor(kernel("6.3.9").withStructModuleBytes(bytes + 8)));
        KernelProfile other = kernel("6.4.0").withStructModuleBytes(bytes + 8);
        FormatException refusal = assertThrows(FormatException.class, () -> module.checkFor(other));
        assertEquals(Errno.ENOEXEC, refusal.errno());
        assertEquals(
                "module greeter: .gnu.linkonce.this_module section size must match the kernel's built struct module size"
                        + " at run time",
                refusal.kernelMessage().orElseThrow());
    }

    @Test
    void aPlainObjectThatPassedByNamePassesHereToo() {
        byte[] bytes = ModuleBytes.with(e -> e.part(3).name = ".data");
        ModuleFile object = open(bytes, LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS));
        assertDoesNotThrow(() -> object.checkFor(kernel("6.14.0")));
    }
}
