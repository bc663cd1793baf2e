package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.port.LinkerInput;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One module at the addresses that a comparison chooses for its regions, the per-CPU area and each external symbol. modrt chooses the addresses
 * of the sections.
 */
final class Setting {
    /** The distance between regions, so that displacements differ from those in one block. */
    private static final long REGION_GAP_BYTES = 0x3_7000;

    private static final Set<String> PLACEHOLDERS =
            Set.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline");

    private final ModuleFile file;
    private final Addresses addresses;
    private final Map<String, Long> externals = new LinkedHashMap<>();

    Setting(ModuleFile file, Addresses addresses) {
        this.file = file;
        this.addresses = addresses;
        file.elf().symbolTable().ifPresent(this::chooseExternals);
        addresses.chosen().forEach(externals::putIfAbsent);
    }

    /** Gives all external symbols but weak ones a value; an unresolved weak symbol is 0 for the kernel and for ld. */
    private void chooseExternals(SymbolTable symbols) {
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF && symbols.binding(i) == Symbol.STB_GLOBAL) {
                String name = symbols.name(i);
                long next = addresses.externals() + (long) externals.size() * addresses.strideBytes();
                externals.putIfAbsent(name, addresses.chosen().getOrDefault(name, next));
            }
        }
    }

    /** The value of each external symbol. */
    Map<String, Long> externals() {
        return Collections.unmodifiableMap(externals);
    }

    /** The same with all of them 16 bytes further, which keeps them aligned: a link with these must differ. */
    Map<String, Long> askew() {
        Map<String, Long> askew = new LinkedHashMap<>(externals);
        askew.replaceAll((name, value) -> value + 16);
        return askew;
    }

    /** Places the module for a kernel of {@code profile}, does {@code what} with it, and closes it. */
    <T> T placed(KernelProfile profile, Function<PlacedModule, T> what) {
        KernelSymbols kernel =
                name -> Optional.ofNullable(externals.get(name)).map(value -> KernelSymbol.of(name, Address.of(value)));
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(kernel)
                .perCpu(PerCpuAllocator.over(new AddressRange(Address.of(addresses.perCpu()), 1 << 20)))
                .build()) {
            LayoutPlan plan = runtime.plan(file, LoadPolicy.kernelExact());
            try (PlacedModule placed = plan.place(Placement.regions(bases(plan)))) {
                return what.apply(placed);
            }
        }
    }

    private Map<RegionKind, Address> bases(LayoutPlan plan) {
        Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
        long next = addresses.moduleBase();
        for (Region region : plan.regions()) {
            bases.put(region.kind(), Address.of(next));
            next += (region.sizeBytes() + 0xfff & -0x1000L) + REGION_GAP_BYTES;
        }
        return bases;
    }

    /** The sections to compare: loaded, and not symbol or string table, which no relocation touches, nor {@link #placeholders}. */
    List<Section> sections(PlacedModule placed) {
        return file.elf().sections().stream()
                .filter(s -> placed.address(s).isPresent())
                .filter(s -> s.type() != Section.SHT_SYMTAB && s.type() != Section.SHT_STRTAB)
                .filter(s -> !PLACEHOLDERS.contains(s.name()))
                .toList();
    }

    /** The sections of which the file has one byte, and the loader, which resizes them, the contents. */
    List<Section> placeholders(PlacedModule placed) {
        return file.elf().sections().stream()
                .filter(s -> PLACEHOLDERS.contains(s.name()))
                .filter(s -> placed.address(s).isPresent())
                .toList();
    }

    /** The address that a link gives to each section, by number: those to compare, and the per-CPU one that no kernel relocates. */
    SortedMap<Integer, Long> sectionAddresses(PlacedModule placed) {
        SortedMap<Integer, Long> where = new TreeMap<>();
        for (Section section : sections(placed)) {
            where.put(section.index(), placed.address(section).orElseThrow().value());
        }
        for (Section section : file.elf().sections()) {
            if (section.name().equals(".data..percpu") && section.isAllocated()) {
                where.putIfAbsent(section.index(), addresses.perCpu()); // its symbols have values
            }
        }
        return where;
    }

    /** The input for ld: a copy of the module whose sections a script can place at {@code where}. */
    byte[] ldInput(PlacedModule placed, SortedMap<Integer, Long> where) {
        Set<Integer> relocated = new HashSet<>();
        sections(placed).forEach(section -> relocated.add(section.index()));
        return LinkerInput.of(file.elf(), where.keySet(), relocated);
    }
}
