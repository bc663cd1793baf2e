package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.tree.ModuleGraph;
import io.modrt.tree.ModuleTree;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Compares the memory that was captured in one boot with its modules as modrt loads them at the addresses of their regions. */
final class BootComparison {
    private final DumpedKernel kernel;
    private final KernelDump dump;
    private final ModuleTree tree;
    private final DumpMemory memory;
    private final Consumer<ModuleComparison> told;
    private String callSites = "";
    private int tamperedWords;

    /** {@code kernel} is the kernel of the dump; {@code told} receives each result as soon as it is known. */
    BootComparison(DumpedKernel kernel, KernelDump dump, ModuleTree tree, Consumer<ModuleComparison> told) {
        this.kernel = kernel;
        this.dump = dump;
        this.tree = tree;
        this.told = told;
        List<DumpMemory.Block> blocks = new ArrayList<>(kernel.memory());
        dump.modules()
                .forEach(module -> module.states().values().stream().findFirst().ifPresent(blocks::addAll));
        this.memory = new DumpMemory(blocks);
    }

    /** The number of call sites of the function tracer that were compared on and off; empty before {@link #run}. */
    String callSites() {
        return callSites;
    }

    /** The number of words of captured memory in which one bit was changed, all of which must be reported. */
    int tamperedWords() {
        return tamperedWords;
    }

    /** Compares the modules, each after those whose exports it uses. */
    void run() throws IOException {
        Map<String, KernelDump.Module> dumped = new HashMap<>();
        Map<String, ModuleFile> files = new TreeMap<>();
        for (KernelDump.Module module : dump.modules()) {
            dumped.put(module.name(), module);
            Optional<Path> file = tree.file(module.name());
            try {
                files.put(
                        module.name(),
                        ModuleFile.open(file.orElseThrow(() -> new IOException("no such module in the tree"))));
            } catch (IOException | RuntimeException failure) {
                told.accept(ModuleComparison.failed(module.name(), failure));
            }
        }
        if (files.isEmpty()) {
            return;
        }
        List<String> order = loadOrder(ModuleGraph.of(files), files.keySet());
        KernelProfile profile =
                kernel.profile(tree.folder(), files.values().iterator().next(), dump);
        SeenPerCpu perCpu = new SeenPerCpu();
        try (ModuleRuntime runtime = runtime(profile, perCpu)) {
            TracedStates tracing = new TracedStates(runtime, kernel.symbols());
            for (String name : order) {
                compare(
                        runtime,
                        tracing,
                        perCpu,
                        Objects.requireNonNull(files.get(name)),
                        Objects.requireNonNull(dumped.get(name)));
            }
            callSites = tracing.counts();
        }
    }

    private ModuleRuntime runtime(KernelProfile profile, SeenPerCpu perCpu) {
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(kernel.symbols())
                .kernelMemory(new DumpMemory(kernel.memory()))
                .perCpu(perCpu)
                .build();
    }

    /**
     * The modules in the order of loading, which matters because what one module freed may be another's memory now. It is the order of the
     * dump or, as in {@code /proc/modules}, its reverse. If in neither every module follows those that it needs, any order in which they do.
     */
    private List<String> loadOrder(ModuleGraph graph, Set<String> names) {
        List<String> order = new ArrayList<>();
        dump.modules().stream()
                .map(KernelDump.Module::name)
                .filter(names::contains)
                .forEach(order::add);
        if (!isLoadOrder(graph, order)) {
            Collections.reverse(order);
        }
        return isLoadOrder(graph, order) ? order : graph.loadOrder();
    }

    private static boolean isLoadOrder(ModuleGraph graph, List<String> order) {
        Set<String> loaded = new HashSet<>();
        for (String name : order) {
            if (!loaded.containsAll(graph.needs(name))) {
                return false;
            }
            loaded.add(name);
        }
        return true;
    }

    private void compare(
            ModuleRuntime runtime, TracedStates tracing, SeenPerCpu perCpu, ModuleFile file, KernelDump.Module module) {
        try {
            LayoutPlan plan = runtime.plan(file, LoadPolicy.kernelExact());
            Map<RegionKind, Address> bases = bases(plan, module);
            List<String> faults = new ArrayList<>();
            int sections = checkLayout(plan, module, bases, faults);
            List<Address> cookies = perCpu.candidates(plan, module, kernel.moduleSymbols(dump, module.name()), memory);
            for (Address cookie : cookies) {
                perCpu.next(cookie);
                PlacedModule placed = plan.place(Placement.regions(bases));
                boolean isLast = cookie.equals(cookies.get(cookies.size() - 1));
                RelocatedModule relocated;
                try {
                    relocated = placed.resolve().relocate();
                } catch (RelocationException outOfReach) {
                    placed.close();
                    if (isLast) {
                        throw outOfReach;
                    }
                    continue; // why: a guess that the code does not reach is wrong, as one whose words differ is
                }
                Verification verification =
                        module.isLive() ? Verification.of(relocated).withoutInit() : Verification.of(relocated);
                List<VerificationResult> results = new ArrayList<>();
                module.states().values().forEach(blocks -> results.add(verification.run(memory.with(blocks))));
                if (isLast || results.stream().allMatch(VerificationResult::isClean)) {
                    LiveModule live = relocated.commit();
                    if (module.isLive()) {
                        live.dropInit();
                    }
                    faults.addAll(tracing.faults(live, module, memory));
                    faults.addAll(tamper(verification, file, module, results.get(0)));
                    told.accept(new ModuleComparison(module.name(), sections, results, faults));
                    return;
                }
                placed.close();
            }
        } catch (ModrtException | IllegalArgumentException | AssertionError failure) {
            told.accept(ModuleComparison.failed(module.name(), failure));
        }
    }

    /** If the first state has no difference, changes bits of it; returns those that the verification then fails to report. */
    private List<String> tamper(
            Verification verification, ModuleFile file, KernelDump.Module module, VerificationResult clean) {
        if (!clean.isClean()) {
            return List.of();
        }
        DumpMemory first = memory.with(module.states().values().iterator().next());
        TamperedMemory tampered =
                new TamperedMemory(first, file.elf(), clean, module.name().hashCode());
        tamperedWords += tampered.count();
        return tampered.faults(verification.run(tampered));
    }

    /** The address of each region: {@code /proc/modules} has that of the first; that of another follows from its first section. */
    private static Map<RegionKind, Address> bases(LayoutPlan plan, KernelDump.Module module) {
        Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
        for (Region region : plan.regions()) {
            RegionKind kind = region.kind();
            if (kind == RegionKind.CORE || kind == RegionKind.TEXT) {
                bases.put(kind, module.base());
            } else {
                bases.put(
                        kind,
                        plan.file().elf().sections().stream()
                                .filter(section -> plan.region(section)
                                        .filter(kind::equals)
                                        .isPresent())
                                .filter(section -> module.sections().containsKey(section.name()))
                                .map(section -> address(module, section)
                                        .plus(-plan.regionOffset(section).orElseThrow()))
                                .findFirst()
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "where region " + kind + " is, no section tells")));
            }
        }
        return bases;
    }

    private static Address address(KernelDump.Module module, Section section) {
        return Objects.requireNonNull(module.sections().get(section.name()));
    }

    /** The number of sections at their predicted addresses; others go to {@code faults}. */
    private static int checkLayout(
            LayoutPlan plan, KernelDump.Module module, Map<RegionKind, Address> bases, List<String> faults) {
        int predicted = 0;
        Map<String, Address> unseen = new TreeMap<>(module.sections());
        for (Section section : plan.file().elf().sections()) {
            Optional<RegionKind> region = plan.region(section);
            if (region.isEmpty() || section.sizeBytes() == 0) {
                if (section.sizeBytes() == 0) {
                    unseen.remove(section.name()); // until 2.6.31 sysfs shows empty sections too
                }
                continue;
            }
            Address expected = Objects.requireNonNull(bases.get(region.get()))
                    .plus(plan.regionOffset(section).orElseThrow());
            Address seen = unseen.remove(section.name());
            if (expected.equals(seen)) {
                predicted++;
            } else if (!module.sections().isEmpty()) {
                faults.add(section.name() + " should be at " + expected + ", and is "
                        + (seen == null ? "not told of" : "at " + seen));
            }
        }
        unseen.forEach((name, address) -> faults.add(name + " at " + address + " should not be loaded"));
        long size = plan.regions().stream()
                .filter(region -> !(module.isLive() && region.kind().isInit()))
                .mapToLong(Region::sizeBytes)
                .sum();
        if (size != module.sizeBytes()) {
            faults.add("should have " + size + " bytes, and has " + module.sizeBytes());
        }
        return predicted;
    }
}
