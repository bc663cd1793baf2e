package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.ModrtException;
import io.modrt.image.FoundModule;
import io.modrt.image.KnownAddresses;
import io.modrt.image.MemoryImage;
import io.modrt.image.ObservedPlacement;
import io.modrt.image.PlacementEvidence.Source;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks where single modules of an image are found to be: by the image alone, by text of sysfs, by kallsyms, and by their code. */
final class PlacementsInImage {
    private static final int MODULES = 3;

    private final MemoryImage image;
    private final KernelDump guest;
    private final SymbolMap symbols;
    private final PrintStream out;
    private final Map<Source, Integer> sources = new EnumMap<>(Source.class);
    private int faults;

    PlacementsInImage(MemoryImage image, KernelDump guest, PrintStream out) {
        this.image = image;
        this.guest = guest;
        this.symbols = KernelSymbols.kallsyms(guest.symbols());
        this.out = out;
    }

    /**
     * Whether the first few of these modules are where the guest has them, however they are found.
     *
     * @param wiped the same image with the {@code struct module} of a module overwritten
     */
    boolean check(List<FoundModule> modules, Function<FoundModule, MemoryImage> wiped) {
        List<FoundModule> few = modules.stream()
                .filter(module -> module.file().isPresent()
                        && module.isListed()
                        && !module.sections().isEmpty())
                .sorted(Comparator.comparingLong(FoundModule::sizeBytes).reversed())
                .skip(2)
                .limit(MODULES)
                .toList();
        for (FoundModule module : few) {
            KernelDump.Module told = told(module);
            KnownAddresses sections = KnownAddresses.sysText(told.sections().entrySet().stream()
                    .map(section -> "/sys/module/" + module.name() + "/sections/" + section.getKey() + ":"
                            + section.getValue() + "\n")
                    .collect(Collectors.joining()));
            compare("by the image alone", module, image, KnownAddresses.none());
            compare("by sysfs", module, image, sections);
            compare("by kallsyms", module, image, KnownAddresses.symbols(symbols.ownedBy(module.name())));
            compare("without its struct module", module, wiped.apply(module), KnownAddresses.none());
        }
        out.println("conformance: " + few.size() + " modules placed in 4 ways each, faults " + faults + ", parts found "
                + sources);
        return faults == 0 && !few.isEmpty();
    }

    private KernelDump.Module told(FoundModule module) {
        return guest.modules().stream()
                .filter(one -> one.name().equals(module.name()))
                .findFirst()
                .orElseThrow();
    }

    private void compare(String how, FoundModule module, MemoryImage memory, KnownAddresses known) {
        ModuleFile file = module.file().orElseThrow();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(memory.profile())
                .kernelSymbols(memory.symbols())
                .kernelMemory(memory.memory())
                .build()) {
            ObservedPlacement seen = ObservedPlacement.of(file, memory, known);
            seen.evidence().forEach(one -> sources.merge(one.source(), 1, Integer::sum));
            PlacedModule placed = runtime.plan(file, LoadPolicy.kernelExact()).place(seen.placement());
            file.elf().sections().forEach(section -> {
                Address told = told(module).sections().get(section.name());
                boolean isKnown = placed.region(section)
                        .filter(kind -> isFound(seen, kind))
                        .isPresent();
                boolean isOnly = file.elf().sections().stream()
                                .filter(other -> other.name().equals(section.name()))
                                .count()
                        == 1;
                if (told != null
                        && isOnly
                        && isKnown
                        && placed.address(section)
                                .filter(address -> !address.equals(told))
                                .isPresent()) {
                    fault(how, module, section.name() + " is at " + told + ", not at " + placed.address(section));
                }
            });
        } catch (ModrtException refused) {
            fault(how, module, String.valueOf(refused.getMessage()));
        }
    }

    private static boolean isFound(ObservedPlacement seen, RegionKind kind) {
        return seen.evidence().stream()
                .anyMatch(one ->
                        one.part().equals(kind.toString()) && one.address().isPresent());
    }

    private void fault(String how, FoundModule module, String text) {
        faults++;
        if (faults < 20) {
            out.println("  FAILED " + module.name() + " " + how + ": " + text);
        }
    }
}
