package io.modrt.testkit.contract;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.RelocationType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * What is checked: an architecture, with all that a contract gives for it.
 *
 * @param contract gives modules, kernels and policies
 * @param arch the contract's architecture, or a changed one in its place
 */
record Subject(ArchContract contract, Arch arch) {

    /** The contract's modules, by name. */
    Map<String, ModuleFile> modules() {
        Map<String, ModuleFile> modules = new LinkedHashMap<>();
        contract.modules().forEach((name, bytes) -> modules.put(name, ModuleFile.open(bytes)));
        return modules;
    }

    ModuleFile anyModule() {
        return ModuleFile.open(contract.modules().values().iterator().next());
    }

    /** The kernel of this profile whose first module is {@code file}. */
    ArchKernel kernel(KernelProfile profile, ModuleFile file) {
        return arch.kernel(
                profile.assuming(arch.usualConfiguration(profile)), file.elf().header());
    }

    /** The kernels of all profiles, one for each kind of module. */
    List<ArchKernel> kernels() {
        Map<List<Object>, ArchKernel> kernels = new LinkedHashMap<>();
        for (KernelProfile profile : contract.profiles()) {
            for (ModuleFile file : modules().values()) {
                ElfHeader header = file.elf().header();
                kernels.computeIfAbsent(
                        List.of(profile, header.flags(), header.isBigEndian()), any -> kernel(profile, file));
            }
        }
        return List.copyOf(kernels.values());
    }

    /** Every type that one of the kernels applies. */
    Set<RelocationType> types() {
        Set<RelocationType> types = new LinkedHashSet<>();
        for (ArchKernel kernel : kernels()) {
            for (AddendKind addends : AddendKind.values()) {
                types.addAll(kernel.relocations(addends).types());
            }
        }
        return types;
    }

    /** Each module on each kernel, with each source of symbols, by each policy. */
    List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        modules().forEach((module, file) -> trials.addAll(trials(module, file)));
        return trials;
    }

    List<Trial> trials(String module, ModuleFile file) {
        List<Trial> trials = new ArrayList<>();
        for (KernelProfile profile : contract.profiles()) {
            for (LoadPolicy policy : contract.policies()) {
                contract.kernels()
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

    /** A test for each trial. */
    Stream<DynamicTest> eachTrial(Consumer<Trial> test) {
        return trials().stream().map(trial -> DynamicTest.dynamicTest(trial.name(), () -> test.accept(trial)));
    }

    /** A module on each kernel, by the first policy and with the first source of symbols. */
    List<Trial> byProfile(String module, ModuleFile file) {
        LoadPolicy policy = contract.policies().get(0);
        KernelSymbols symbols = contract.kernels().values().iterator().next();
        return contract.profiles().stream()
                .map(profile -> new Trial(module + " on " + profile.version(), file, symbols, profile, policy))
                .toList();
    }

    /** A test for each module on each kernel, as {@link #byProfile} has them. */
    Stream<DynamicTest> eachModule(Consumer<Trial> test) {
        return modules().entrySet().stream()
                .flatMap(module -> byProfile(module.getKey(), module.getValue()).stream())
                .map(trial -> DynamicTest.dynamicTest(trial.name(), () -> test.accept(trial)));
    }
}
