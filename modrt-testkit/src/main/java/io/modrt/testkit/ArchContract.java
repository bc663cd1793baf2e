package io.modrt.testkit;

import io.modrt.ModuleRuntime;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.error.MemoryException;
import io.modrt.error.ModrtException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.KernelVersion;
import io.modrt.layout.Region;
import io.modrt.load.LiveModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every architecture must pass. A subclass in the architecture's tests gives the architecture and modules that use all of
 * its relocation types; each module is loaded on every kernel of {@link #profiles()}, with every source of {@link #kernels()}, by
 * every policy of {@link #policies()}. A load may be refused; then nothing may have changed. At least one load of each module
 * must succeed, and where the table has routed types at least one load must make a stub.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public abstract class ArchContract {
    private static final int MOST_INTERRUPTIONS = 64;
    private static final int MOST_WRITES = 32;
    private static final int SLOT_BYTES = 64;
    private static final long LATE_BYTES = 1 << 20;

    /** For subclasses. */
    protected ArchContract() {}

    /** The architecture, a new instance or not. */
    protected abstract Arch arch();

    /** Modules for it by name; the names are for messages. */
    protected abstract Map<String, byte[]> modules();

    /**
     * What kernels export, by a name for messages. By default made-up symbols in two places: those of
     * {@link KernelSymbols#synthetic()}, and the last but one megabyte of the architecture's {@linkplain ArchKernel#kernelArea kernel area}.
     */
    protected Map<String, KernelSymbols> kernels() {
        AddressRange area = kernel(profiles().get(0)).kernelArea();
        AddressRange late = new AddressRange(area.end().plus(-2 * LATE_BYTES), LATE_BYTES);
        return Map.of(
                "early addresses",
                KernelSymbols.synthetic(),
                "late addresses",
                KernelSymbols.synthetic(late, SLOT_BYTES));
    }

    /** The kernel of this profile whose modules are like the first of {@link #modules()}. */
    private ArchKernel kernel(KernelProfile profile) {
        ElfHeader header =
                ModuleFile.open(modules().values().iterator().next()).elf().header();
        return arch().kernel(profile.assuming(arch().usualConfiguration()), header);
    }

    /** The kernels: by default one with core and init, one with regions by memory type. */
    protected List<KernelProfile> profiles() {
        return List.of(KernelProfile.of(new KernelVersion(6, 1, 0)), KernelProfile.of(new KernelVersion(6, 12, 0)));
    }

    /** The policies: by default as the kernel does it, and with shared stubs. */
    protected List<LoadPolicy> policies() {
        return List.of(LoadPolicy.kernelExact(), LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
    }

    private List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        modules().forEach((module, bytes) -> trials.addAll(trials(module, ModuleFile.open(bytes))));
        return trials;
    }

    private List<Trial> trials(String module, ModuleFile file) {
        List<Trial> trials = new ArrayList<>();
        for (KernelProfile profile : profiles()) {
            for (LoadPolicy policy : policies()) {
                kernels()
                        .forEach((source, symbols) -> trials.add(new Trial(
                                module + " on " + profile.version() + ", " + source + ", stubs " + policy.stubs(),
                                file,
                                symbols,
                                profile,
                                policy)));
            }
        }
        return trials;
    }

    private Stream<DynamicTest> eachTrial(Consumer<Trial> test) {
        return trials().stream().map(trial -> DynamicTest.dynamicTest(trial.name(), () -> test.accept(trial)));
    }

    private Set<RelocationType> types() {
        Set<RelocationType> types = new LinkedHashSet<>();
        for (KernelProfile profile : profiles()) {
            for (AddendKind addends : AddendKind.values()) {
                types.addAll(kernel(profile).relocations(addends).types());
            }
        }
        return types;
    }

    @Test
    void saysWhatItIs() {
        Arch arch = arch();
        Assertions.assertFalse(arch.name().isBlank(), "name");
        Assertions.assertEquals(Arch.SPI_VERSION, arch.spiVersion(), "version of the SPI");
        Assertions.assertFalse(arch.usualConfiguration().isEmpty(), "usual configuration");
        for (KernelProfile profile : profiles()) {
            ArchKernel kernel = kernel(profile);
            List<AddressRange> areas = new ArrayList<>(kernel.moduleAreas());
            Assertions.assertFalse(areas.isEmpty(), "module areas");
            areas.forEach(area -> Assertions.assertFalse(
                    area.overlaps(kernel.kernelArea()), () -> "module area " + area + " overlaps the kernel area"));
            areas.add(kernel.kernelArea());
            for (AddressRange area : areas) {
                long start = area.start().value();
                Assertions.assertTrue(area.sizeBytes() > 0, () -> "size of " + area);
                Assertions.assertEquals(kernel.width().wrap(start), start, () -> "width of the start of " + area);
            }
        }
    }

    @Test
    void takesItsModulesAndNoOtherMachines() {
        modules().forEach((name, bytes) -> {
            ElfHeader header = ModuleFile.open(bytes).elf().header();
            byte[] other = ElfEdit.of(bytes)
                    .header(ElfField.E_MACHINE, header.machine() ^ 0x7fff)
                    .build();
            Assertions.assertTrue(arch().accepts(header), name);
            Assertions.assertFalse(arch().accepts(ModuleFile.open(other).elf().header()), name + ", another machine");
        });
    }

    @Test
    void isRefusedByNameWhereItWasWrittenForAnotherVersionOfTheSpi() {
        Arch older = new WatchedArch(arch(), () -> {}) {
            @Override
            public int spiVersion() {
                return Arch.SPI_VERSION - 1;
            }
        };
        ModuleRuntime.Builder builder = ModuleRuntime.builder().arch(older);
        IllegalStateException refused = Assertions.assertThrows(IllegalStateException.class, builder::build);
        assertNames(refused, older.name());
    }

    @Test
    void isRefusedBesideAnotherProviderOfItsMachineNamingBoth() {
        Arch other = new WatchedArch(arch(), () -> {});
        ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(arch())
                .arch(other)
                .kernelSymbols(KernelSymbols.synthetic())
                .build();
        ModuleFile file = ModuleFile.open(modules().values().iterator().next());
        IllegalStateException refused = Assertions.assertThrows(IllegalStateException.class, () -> runtime.load(file));
        assertNames(refused, arch().name() + " (");
        assertNames(refused, other.name() + " (");
    }

    private static void assertNames(RuntimeException refused, String name) {
        String message = String.valueOf(refused.getMessage());
        Assertions.assertTrue(message.contains(name), () -> message + " does not name " + name);
    }

    @Test
    void describesEachTypeOnceAndSoundly() {
        for (KernelProfile profile : profiles()) {
            for (AddendKind addends : AddendKind.values()) {
                Set<String> names = new HashSet<>();
                for (RelocationType type : kernel(profile).relocations(addends).types()) {
                    String name = type.psabiName();
                    Assertions.assertTrue(names.add(name), () -> name + " twice");
                    Assertions.assertEquals(1, Integer.bitCount(type.targetAlignment()), () -> name + ": alignment");
                    Assertions.assertTrue(
                            type.field().bytes() <= kernel(profile).width().bytes() || !type.routed(),
                            () -> name + ": routed");
                    Assertions.assertTrue(
                            type.formula() != Formula.NONE || !type.routed(), () -> name + ": routed, stores nothing");
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> fieldsGiveBackWhatTheyTakeAndTouchNoOtherBit() {
        Set<String> seen = new HashSet<>();
        return types().stream()
                .map(RelocationType::field)
                .filter(field -> field.bytes() == Integer.BYTES && seen.add(field.toString()))
                .map(field -> DynamicTest.dynamicTest(field.toString(), () -> FieldCheck.check(field)));
    }

    @TestFactory
    Stream<DynamicTest> explainsEveryByteThatItChanged() {
        return eachTrial(
                trial -> trial.load(trial.kernel(arch())).ifPresent(module -> trial.checkExplanation(arch(), module)));
    }

    @TestFactory
    Stream<DynamicTest> countsAndReservesWhatItRoutesToStubs() {
        return eachTrial(trial -> {
            WatchedArch watched = new WatchedArch(arch(), () -> {});
            FakeKernel kernel = trial.kernel(watched);
            Optional<LiveModule> module = trial.load(kernel);
            Assertions.assertEquals(List.of(), watched.faults());
            module.ifPresent(live -> trial.checkStubs(live, kernel.memory()));
        });
    }

    @Test
    void loadsEachModuleSomehowAndMakesStubsForRoutedTypes() {
        int stubs = 0;
        for (Map.Entry<String, byte[]> module : modules().entrySet()) {
            List<Trial> trials = trials(module.getKey(), ModuleFile.open(module.getValue()));
            List<LiveModule> loaded = trials.stream()
                    .flatMap(trial -> trial.load(trial.kernel(arch())).stream())
                    .toList();
            Assertions.assertFalse(
                    loaded.isEmpty(),
                    () -> module.getKey() + " is refused whatever the kernel and policy: "
                            + trials.stream()
                                    .map(trial -> trial.refusal(arch()))
                                    .toList());
            stubs += loaded.stream().mapToInt(live -> live.stubs().size()).sum();
        }
        boolean routes = types().stream().anyMatch(RelocationType::routed);
        Assertions.assertEquals(
                routes, stubs > 0, stubs + " stubs were made; the contract needs a module that wants one");
    }

    @TestFactory
    Stream<DynamicTest> interleavedLoadsDoNotSeeEachOther() {
        List<Trial> trials = trials();
        return trials.stream().map(trial -> {
            Trial other = trials.stream()
                    .filter(t -> t.file() != trial.file() && t.profile() == trial.profile())
                    .findFirst()
                    .orElse(trial);
            return DynamicTest.dynamicTest(
                    trial.name() + " with " + other.file(), () -> interleave(trial, other.file()));
        });
    }

    /** Relocates a module that is interrupted again and again by another one's relocation. */
    private void interleave(Trial trial, ModuleFile other) {
        List<@Nullable ResolvedModule> interrupting = new ArrayList<>();
        List<List<String>> during = new ArrayList<>();
        Runnable interruption = () -> {
            if (!interrupting.isEmpty() && during.size() < MOST_INTERRUPTIONS) {
                ResolvedModule next = interrupting.remove(0);
                during.add(outcome(next));
                interrupting.add(next);
            }
        };
        WatchedArch watched = new WatchedArch(arch(), interruption);
        FakeKernel kernel = trial.kernel(watched);
        ResolvedModule one = kernel.runtime().plan(trial.file()).place().resolve();
        ResolvedModule two = kernel.runtime().plan(other).place().resolve();
        List<String> oneAlone = outcome(one);
        List<String> twoAlone = outcome(two);
        interrupting.add(two);
        Assertions.assertEquals(oneAlone, outcome(one), () -> trial + " while " + other + " was relocated");
        Assertions.assertEquals(List.of(), watched.faults());
        Assertions.assertFalse(during.isEmpty(), "the load was never interrupted");
        during.forEach(outcome -> Assertions.assertEquals(twoAlone, outcome, () -> other + " while " + trial + " was"));
    }

    /** The bytes of each region, or why the module was refused. */
    private static List<String> outcome(ResolvedModule resolved) {
        try {
            RelocatedModule relocated = resolved.relocate();
            List<String> bytes = new ArrayList<>();
            for (Region region : resolved.placed().plan().regions()) {
                bytes.add(region.kind() + " " + HexFormat.of().formatHex(relocated.bytes(region.kind())));
            }
            return bytes;
        } catch (ModrtException refused) {
            return List.of(refused.toString());
        }
    }

    @TestFactory
    Stream<DynamicTest> anUnknownSymbolChangesNothingAndAllAreNamed() {
        return modules().entrySet().stream()
                .map(module -> DynamicTest.dynamicTest(module.getKey(), () -> {
                    ModuleFile file = ModuleFile.open(module.getValue());
                    List<String> strong = file.imports().stream()
                            .filter(wanted -> !wanted.weak())
                            .map(Import::name)
                            .toList();
                    FakeKernel kernel = FakeKernel.of(
                            arch(),
                            name -> Optional.empty(),
                            profiles().get(0),
                            policies().get(0));
                    FakeKernel.State before = kernel.state();
                    if (!strong.isEmpty()) {
                        UnresolvedSymbolsException refused = Assertions.assertThrows(
                                UnresolvedSymbolsException.class,
                                () -> kernel.runtime().load(file));
                        Assertions.assertEquals(strong, refused.names());
                    }
                    Assertions.assertEquals(before, kernel.state());
                }));
    }

    @TestFactory
    Stream<DynamicTest> aFailingWriteChangesNothing() {
        return eachTrial(trial -> {
            boolean failed = true;
            for (int write = 1; failed && write < MOST_WRITES; write++) {
                FakeKernel kernel = trial.kernel(arch());
                if (trial.load(kernel).isEmpty()) {
                    return;
                }
                FakeKernel failing = trial.kernel(arch());
                failing.memory().failWrite(write);
                FakeKernel.State before = failing.state();
                failed = write <= kernel.memory().writes().size();
                if (failed) {
                    Assertions.assertThrows(
                            MemoryException.class, () -> failing.runtime().load(trial.file()));
                    Assertions.assertEquals(before, failing.state());
                }
            }
        });
    }
}
