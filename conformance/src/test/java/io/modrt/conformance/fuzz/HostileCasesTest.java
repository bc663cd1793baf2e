package io.modrt.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.LayoutException;
import io.modrt.error.StateException;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.memory.MemoryReader;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadLimits;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small inputs that once took gigabytes, minutes or an exception of another kind. */
class HostileCasesTest {
    private static final LoadPolicy EXACT = LoadPolicy.kernelExact();
    private static final LoadPolicy BEST_EFFORT = EXACT.bestEffort();
    private static final MemoryReader OTHER =
            (from, into, offset, length) -> Arrays.fill(into, offset, offset + length, (byte) 0xa5);

    private static ModuleRuntime runtime() {
        return ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build();
    }

    private static LiveModule load(ModuleRuntime runtime, byte[] file, LoadPolicy policy) {
        return runtime.load(runtime.open("evil.ko", file, policy));
    }

    /** Everything that is asked of a module, each within the limits; the outcome of the load. */
    private static String all(byte[] file) throws Exception {
        Within.limits(() -> ModuleFile.open(file).imports().size());
        Within.limits(() -> ModuleFile.open(file).exports().size());
        Within.limits(() -> load(runtime(), file, EXACT));
        ModuleRuntime runtime = runtime();
        String outcome = Within.limits(() -> load(runtime, file, BEST_EFFORT));
        Optional<LiveModule> live = runtime.modules().stream().findFirst();
        if (live.isPresent()) {
            LiveModule module = live.get();
            List<Function<LiveModule, Object>> questions = List.of(
                    each -> each.relocations().count(),
                    LiveModule::reach,
                    each -> each.diagnostics().toString().length(),
                    each -> each.asLoaded().rewrites().size(),
                    each -> Verification.of(each).run(runtime.memory()).isClean(),
                    each -> Verification.of(each).run(OTHER).html().length(),
                    each -> Verification.of(each).run(OTHER).table().length(),
                    each -> Ftrace.attach(runtime).available().size());
            for (Function<LiveModule, Object> question : questions) {
                Within.limits(() -> question.apply(module));
            }
        }
        return outcome;
    }

    @Test
    void twoCallsAtOnePlaceAreRefusedByName() throws Exception {
        byte[] file = HostileFiles.module(module -> {
            module.code(".text.two").instructions(HostileFiles.JAL | 4, 0);
            module.imports("far");
            module.relocation(".text.two", 0, HostileFiles.R_MIPS_26, "far");
            module.relocation(".text.two", 0, HostileFiles.R_MIPS_26, "far");
        });
        for (LoadPolicy policy : List.of(EXACT.stubs(StubPolicy.SHARED), EXACT.stubs(StubPolicy.FURTHER_REACH))) {
            String refused = Within.limits(() -> load(runtime(), file, policy));
            assertTrue(refused.startsWith("RelocationException: evil: .text.two+0x0: R_MIPS_26 against far"), refused);
            assertTrue(refused.contains("another relocation has changed this place"), refused);
            assertTrue(Within.limits(() -> load(runtime(), file, policy.bestEffort()))
                    .startsWith("evil"));
        }
    }

    @Test
    void aSectionNumberInATableThatIsNotThereIsNoSection() throws Exception {
        byte[] file = HostileFiles.module(module -> module.symbol("lost").inReserved(0xffff, 0));
        assertTrue(Within.limits(() -> load(runtime(), file, EXACT)).contains("SHN_XINDEX"));
        String outcome = Within.limits(() -> load(runtime(), file, BEST_EFFORT).diagnostics());
        assertTrue(outcome.contains("is in section 4294967295"), outcome);
        byte[] zero = HostileFiles.module(module -> {});
        ElfEdit edit = ElfEdit.of(zero);
        byte[] first = edit.contents(".symtab", 14, (byte) -1, (byte) -1).build();
        assertTrue(Within.limits(() -> load(runtime(), first, BEST_EFFORT)).startsWith("evil"));
    }

    @Test
    void manyNamesAreNotMadeOfFewBytes() throws Exception {
        for (boolean undefined : new boolean[] {true, false}) {
            String refused = all(HostileFiles.suffixes(5000, undefined));
            assertTrue(refused.contains("the names of its symbols add up to more than"), refused);
        }
        String refused = all(HostileFiles.sections(3000));
        assertTrue(refused.contains("the names of its sections add up to more than"), refused);
    }

    @ParameterizedTest
    @ValueSource(ints = {HostileFiles.R_MIPS_32, HostileFiles.R_MIPS_26, 99})
    void aLongNameIsOneStringHoweverManyRelocationsReferToIt(int type) throws Exception {
        assertTrue(all(HostileFiles.relocations(20_000, type)).startsWith("evil"));
    }

    @Test
    void aLongNameOfASectionIsShortenedInWhatIsSaidOfEachWord() throws Exception {
        byte[] file = HostileFiles.module(
                module -> module.readOnly("z".repeat(HostileFiles.LONG_NAME)).zeros(20_000));
        assertTrue(all(file).startsWith("evil"));
        try (ModuleRuntime runtime = runtime()) {
            VerificationResult result =
                    Verification.of(load(runtime, file, EXACT)).run(OTHER);
            assertTrue(result.differences().stream()
                    .allMatch(difference -> difference.toString().length() < 700));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyExportsTakeNoMoreThanTheirNames(boolean sameName) throws Exception {
        assertTrue(all(HostileFiles.exports(5000, sameName)).startsWith("evil"));
    }

    @Test
    void aSiteThatATableRepeatsIsLookedAtOnce() throws Exception {
        byte[] file = HostileFiles.sites(150_000);
        try (ModuleRuntime runtime = runtime()) {
            load(runtime, file, BEST_EFFORT);
            String count =
                    Within.limits(() -> Ftrace.attach(runtime).available().size());
            // why: the site lies in the table, and switching it off changes entries
            assertTrue(Integer.parseInt(count) > 149_990, count);
        }
        assertTrue(all(file).startsWith("evil"));
    }

    @Test
    void theStructModuleIsTheOneThatIsLoaded() throws Exception {
        byte[] file = HostileFiles.module(
                module -> module.elf().notLoaded(".gnu.linkonce.this_module").zeros(64));
        try (ModuleRuntime runtime = runtime()) {
            LiveModule module = load(runtime, file, EXACT);
            assertFalse(Verification.of(module).run(OTHER).isClean());
            assertTrue(Verification.of(module).run(runtime.memory()).isClean());
        }
    }

    @Test
    void zerosThatTheFileDoesNotHaveAreLimited() throws Exception {
        byte[] file = HostileFiles.module(module -> module.elf().zeroed(".bss.large", 17 << 20));
        String refused = Within.limits(() -> load(runtime(), file, EXACT));
        assertTrue(refused.startsWith("LayoutException: evil: asks for"), refused);
        assertTrue(refused.endsWith("raise LoadLimits.imageBytes"), refused);
        LoadPolicy more = EXACT.limits(LoadLimits.standard().withImageBytes(32 << 20));
        try (ModuleRuntime runtime = runtime()) {
            assertEquals("evil (LOADED)", load(runtime, file, more).toString());
        }
        assertThrows(
                LayoutException.class,
                () -> load(
                        runtime(),
                        BundledModules.file("mips-o32-le-r2/greeter.ko"),
                        EXACT.limits(LoadLimits.standard().withImageBytes(0).withDiagnostics(0))
                                .trampolines(65_536)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "3", "9999"})
    void aSizeThatNoPageHasIsRefused(String kilobytes) throws Exception {
        String text =
                "# Linux/mips 6.1.176 Kernel Configuration\nCONFIG_PAGE_SIZE_" + kilobytes + "KB=y\nCONFIG_SMP=y\n";
        String refused = Within.limits(() -> KernelProfile.ofConfig(new StringReader(text)));
        assertTrue(refused.startsWith("FormatException: kernel configuration: CONFIG_PAGE_SIZE_" + kilobytes), refused);
    }

    @Test
    void namesAreEscapedInAllThatIsPrinted() throws Exception {
        String name = "a\u001b[31m\nb";
        byte[] file = HostileFiles.module(module -> {
            module.readOnly(name).zeros(16);
            module.function(name, ".text", 0);
            module.exports(name);
            module.imports("i" + name);
            module.info("author", name);
            module.code(".text.x").zeros(8);
            module.relocation(".text.x", 0, HostileFiles.R_MIPS_32, name);
        });
        try (ModuleRuntime runtime = runtime()) {
            LiveModule module = load(runtime, file, BEST_EFFORT);
            LinkedModule loaded = module.asLoaded();
            StringBuilder said = new StringBuilder();
            List.of(
                            module,
                            module.file(),
                            module.placed(),
                            loaded,
                            module.placed().plan(),
                            module.exports(),
                            module.imports(),
                            module.file().imports(),
                            module.file().exports(),
                            module.file().info().entries(),
                            module.diagnostics(),
                            module.relocations().toList(),
                            module.file().elf().sections(),
                            module.symbol(name).orElseThrow(),
                            module.symbolAt(module.symbol(name).orElseThrow().address()),
                            Verification.of(module).run(OTHER).spans(),
                            Verification.of(module).run(OTHER).differences())
                    .forEach(said::append);
            for (String line : Verification.of(module).run(OTHER).table().split("\n", -1)) {
                said.append(line);
            }
            assertEquals(-1, said.toString().indexOf('\u001b'));
            assertEquals(-1, said.toString().indexOf('\n'));
            assertTrue(said.toString().contains("a\\u001b[31m\\u000ab"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a*b*c", "*a*b*c*d*e*f*g*h*i*", "?*?*?*?*?*?*?*?*z"})
    void aFilterWithManyStarsIsMatchedInLinearTime(String filter) throws Exception {
        byte[] file = HostileFiles.module(module -> {
            module.function("ab".repeat(25_000), ".text", 0);
            module.writable("__mcount_loc").words(0xc000_0000);
        });
        try (ModuleRuntime runtime = runtime()) {
            load(runtime, file, BEST_EFFORT);
            Ftrace ftrace = Ftrace.attach(runtime);
            String outcome = Within.limits(() -> ftrace.trace(filter, Address.of(0x8011_3020L)));
            assertTrue(outcome.startsWith("PatchException: "), outcome);
            assertTrue(Within.limits(() -> ftrace.trace("a" + "?".repeat(20_000), Address.of(0x8011_3020L)))
                    .contains("a pattern of 20001 characters"));
        }
    }

    @Test
    void filesTooLargeToReadAreRefused(@TempDir Path folder) throws Exception {
        Path large = folder.resolve("large");
        try (FileChannel file = FileChannel.open(
                large, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.write(ByteBuffer.allocate(1), 3L << 30);
        }
        List<Callable<?>> entries = List.of(
                () -> ModuleFile.open(large),
                () -> KernelSymbols.systemMap(large),
                () -> KernelSymbols.kallsyms(large),
                () -> KernelSymbols.vmlinux(large),
                () -> KernelSymbols.moduleSymvers(large),
                () -> KernelProfile.ofConfig(large));
        for (Callable<?> entry : entries) {
            String refused = Within.limits(entry);
            assertTrue(
                    refused.startsWith("FormatException: ")
                            && refused.contains("3221225473 bytes, the limit is 1073741824 bytes"),
                    refused);
        }
    }

    @Test
    void relocatedSectionsAreAskedForOneByOne() throws Exception {
        byte[] file = HostileFiles.module(module -> {
            module.function("f", ".text", 0);
            for (int i = 0; i < 1000; i++) {
                var section = i % 2 == 0 ? module.elf().notLoaded(".debug" + i) : module.readOnly(".r" + i);
                section.zeros(64);
                for (int at = 0; at < 64; at += 4) {
                    section.relocation(at, HostileFiles.R_MIPS_32, module.symbol("f"));
                }
            }
        });
        try (ModuleRuntime runtime = runtime()) {
            LiveModule module = load(runtime, file, BEST_EFFORT);
            String sum = Within.limits(() -> module.file().elf().sections().stream()
                    .mapToInt(section -> module.relocated(section).length)
                    .sum());
            assertTrue(Integer.parseInt(sum) > 64_000, sum);
        }
    }

    @Test
    void eachLimitIsKept() throws Exception {
        byte[] greeter = BundledModules.file("mips-o32-le-r2/greeter.ko");
        LoadLimits limits = LoadLimits.standard();
        for (LoadLimits tight : List.of(
                limits.withFileBytes(100), limits.withSections(5), limits.withSymbols(5), limits.withRelocations(1))) {
            String refused = Within.limits(() -> load(runtime(), greeter, EXACT.limits(tight)));
            assertTrue(refused.startsWith("FormatException: ") && refused.contains("; raise LoadLimits."), refused);
        }
        byte[] faulty = HostileFiles.relocations(100, 99);
        try (ModuleRuntime runtime = runtime()) {
            LiveModule module = load(
                    runtime,
                    faulty,
                    BEST_EFFORT.limits(limits.withDiagnostics(10).withDifferences(7)));
            assertEquals(11, module.diagnostics().size());
            assertTrue(module.diagnostics().get(10).text().contains("more of the like"));
            VerificationResult result = Verification.of(module).run(OTHER);
            assertEquals(
                    7,
                    result.differences().stream()
                            .filter(difference -> !difference.area().contains("this_module"))
                            .count());
            assertTrue(result.differenceCount() > 100);
            assertTrue(result.table().contains("unexplained: "));
        }
        assertThrows(IllegalArgumentException.class, () -> limits.withSymbols(-1));
        assertEquals(limits, limits.withSymbols(limits.symbols()));
    }

    @Test
    void aModuleThatWasJustLoadedIsCleanWhateverWasInMemory() {
        for (byte[] file : FuzzTargets.modules()) {
            ModuleRuns.load(file, ModuleRuns.BEST_EFFORT);
        }
    }

    @Test
    void theSecondRuntimeOfAMemoryIsToldOfTheFirst() {
        byte[] greeter = BundledModules.file("mips-o32-le-r2/greeter.ko");
        TargetMemory memory = TargetMemory.heap();
        ModuleRuntime first = ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.synthetic())
                .memory(memory)
                .build();
        ModuleRuntime second = ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.synthetic())
                .memory(memory)
                .build();
        first.load(greeter);
        StateException told = assertThrows(StateException.class, () -> second.load(greeter));
        assertTrue(told.getMessage().contains("another runtime has modules in [0xc0000000,"), told.getMessage());
        first.close();
        assertEquals("greeter (LOADED)", second.load(greeter).toString());
    }

    @Test
    void aFileOfManySectionsIsReadAsAKernelInLinearTime() throws Exception {
        byte[] file = HostileFiles.module(module -> {
            module.function("f", ".text", 0);
            for (int i = 0; i < 10_000; i++) {
                module.readOnly(".r" + i).address(0x8010_0000L + 16L * i).zeros(16);
            }
            var records = module.readOnly("__ksymtab");
            for (int i = 0; i < 10_000; i++) {
                records.words(0x8010_0000 + 16 * i, 0x8010_0000, 0);
            }
        });
        byte[] kernel = ElfEdit.of(file).header(ElfField.E_TYPE, 2).build();
        Section text = io.modrt.elf.ElfFile.view(kernel).section(".r0").orElseThrow();
        kernel[(int) text.fileOffset()] = 'f';
        assertEquals(
                "1 kernel symbols",
                Within.limits(() -> KernelSymbols.vmlinux(kernel)).replaceAll("^\\d+", "1"));
    }
}
