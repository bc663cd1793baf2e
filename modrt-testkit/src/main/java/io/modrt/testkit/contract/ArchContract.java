package io.modrt.testkit.contract;

import io.modrt.address.AddressRange;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.version.KernelVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every architecture must pass. A subclass in the architecture's tests gives
 *
 * <ul>
 *   <li>{@link #arch()}, the architecture;
 *   <li>{@link #modules()}: modules that have all of its relocation types, exports, exceptions, jump labels and traced functions, import from
 *       each other, and call what is far, one of them in every load: an absolute symbol;
 *   <li>{@link #linkerWords()}: what an independent linker makes of modules with each type, and what it refuses;
 *   <li>{@link #assemblerWords()}: stubs, static branches and call sites as an independent assembler makes them;
 *   <li>{@link #stubTarget}, where it has stubs: a few lines that read from memory where a stub leads.
 * </ul>
 *
 * <p>Each module is loaded on every kernel of {@link #profiles()}, with every source of {@link #kernels()}, by every policy of
 * {@link #policies()}. A load may be refused; then nothing may have changed. At least one load of each module must succeed. What fails says
 * which part of the architecture to mend. {@link MutantsContract} shows whether all this finds faults.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public abstract class ArchContract {
    private static final int SLOT_BYTES = 64;
    private static final long LATE_BYTES = 1 << 20;
    private static final long PER_CPU_BYTES = 1 << 24;

    /** For subclasses. */
    protected ArchContract() {}

    /** The architecture, a new instance or not. */
    protected abstract Arch arch();

    /** Modules for it by name; the names are for messages. */
    protected abstract Map<String, byte[]> modules();

    /** What an independent linker makes of modules: those that are bundled, or one's own. */
    protected abstract List<LinkerWords> linkerWords();

    /** Code as an independent assembler makes it. */
    protected abstract AssemblerWords assemblerWords();

    /**
     * Where the code of a stub leads: the address to which it jumps, or, where it jumps through a function descriptor, the descriptor's.
     * Written from the architecture's manual, without the code under test.
     *
     * @param stub the address of the stub's first instruction
     * @param memory the code, and what it loads
     */
    protected long stubTarget(long stub, ModuleMemory memory) {
        throw new AssertionError("a stub at 0x" + Long.toHexString(stub) + " in "
                + memory.placed().file() + ": an architecture with stubs overrides ArchContract.stubTarget");
    }

    /** Names of types that no linker applies as the kernel does, so that {@link #linkerWords()} has none of them. */
    protected Set<String> typesWithoutLinkerWords() {
        return Set.of();
    }

    /** Modules that every kernel refuses for what they relocate, by name. */
    protected Map<String, byte[]> refusedModules() {
        return Map.of();
    }

    /**
     * The offsets of some sections' relocations in the order in which the kernel applies them, where it does not take the file's: by
     * {@code MODULE SECTION}, names of {@link #modules()} and of the section that is relocated. If there are none, the order of every section
     * must be the file's.
     */
    protected Map<String, List<Long>> sortedOffsets() {
        return Map.of();
    }

    /**
     * What kernels export, by a name for messages. By default made-up symbols in two places: those of
     * {@link KernelSymbols#synthetic()}, and a megabyte near the end of the architecture's {@linkplain ArchKernel#kernelArea kernel area},
     * in front of what is for per-CPU data.
     */
    protected Map<String, KernelSymbols> kernels() {
        ModuleFile file = ModuleFile.open(modules().values().iterator().next());
        ElfHeader header = file.elf().header();
        KernelProfile bare = profiles().get(0);
        KernelProfile profile = bare.assuming(arch().usualConfiguration(bare));
        AddressRange area = arch().kernel(profile, header).kernelArea();
        AddressRange late = new AddressRange(area.end().plus(-PER_CPU_BYTES - LATE_BYTES), LATE_BYTES);
        Map<String, KernelSymbols> kernels = new LinkedHashMap<>();
        kernels.put("early addresses", KernelSymbols.synthetic());
        kernels.put("late addresses", KernelSymbols.synthetic(late, SLOT_BYTES));
        return kernels;
    }

    /** The kernels: by default one with core and init, one with regions by memory type. */
    protected List<KernelProfile> profiles() {
        return List.of(KernelProfile.of(new KernelVersion(6, 1, 0)), KernelProfile.of(new KernelVersion(6, 12, 0)));
    }

    /** The policies: by default as the kernel does it, and with shared stubs. */
    protected List<LoadPolicy> policies() {
        return List.of(LoadPolicy.kernelExact(), LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
    }

    private Subject subject() {
        return new Subject(this, arch());
    }

    @TestFactory
    Stream<DynamicTest> saysWhatItIs() {
        return DescriptionChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> fieldsGiveBackWhatTheyTakeAndTouchNoOtherBit() {
        return DescriptionChecks.fields(subject());
    }

    @TestFactory
    Stream<DynamicTest> everyByteIsTheLinkers() {
        return LinkerChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> appliesRelocationsInTheKernelsOrder() {
        return OrderChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> explainsEveryByteThatItChanged() {
        return ExplanationChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> stubsAreCountedAndLeadToTheirTargets() {
        return StubChecks.of(subject());
    }

    @Test
    void loadsEachModuleSomehowAndMakesStubsForRoutedTypes() {
        StubChecks.checkThatModulesLoad(subject());
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatTheKernelRefuses() {
        return LoadChecks.refusals(subject());
    }

    @TestFactory
    Stream<DynamicTest> importsAreTheExportersValues() {
        return ImportChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> tablesAreAsTheKernelReadsThem() {
        return TableChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> staticBranchesAreAsTheirKeysSay() {
        return BranchChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> callSitesAreOffAndCanBeSwitched() {
        return TracingChecks.of(subject());
    }

    @TestFactory
    Stream<DynamicTest> interleavedLoadsDoNotSeeEachOther() {
        return LoadChecks.interleaved(subject());
    }

    @TestFactory
    Stream<DynamicTest> anUnknownSymbolChangesNothingAndAllAreNamed() {
        return LoadChecks.unresolved(subject());
    }

    @TestFactory
    Stream<DynamicTest> aFailingWriteChangesNothing() {
        return LoadChecks.failingWrites(subject());
    }
}
