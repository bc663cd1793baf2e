package io.modrt.conformance;

import io.modrt.LoadPolicy;
import io.modrt.ModuleFile;
import io.modrt.ModuleRuntime;
import io.modrt.RelocationException;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.LayoutPlan;
import io.modrt.layout.PlacedModule;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.link.RelocatedModule;
import io.modrt.memory.Address;
import io.modrt.memory.AddressRange;
import io.modrt.memory.PerCpuAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One module, loaded by modrt and linked by GNU ld at the same addresses, word by word.
 *
 * <p>modrt chooses the addresses of the sections, the comparison those of the regions, of the per-CPU area and of each external symbol. What
 * a kernel does after relocation is done to ld's words by {@link KernelFinish}.
 */
final class LdComparison {
    /** Externals lie this far apart: no power of two, so that their low and high halves vary. */
    private static final int EXTERNAL_STRIDE_BYTES = 0x1_234c;
    /** Room between regions, so that displacements are not those of one block. */
    private static final long REGION_GAP_BYTES = 0x3_7000;

    private static final int PER_CPU_COOKIE = 0x6000;
    private static final int DIFFERENCES_SHOWN = 3;

    /**
     * Where things are put.
     *
     * @param moduleBase the address of the first region
     * @param externals the address of the first external symbol
     * @param strideBytes how far externals lie apart
     * @param chosen externals that lie elsewhere, by name
     */
    record Addresses(long moduleBase, long externals, int strideBytes, Map<String, Long> chosen) {

        /** For example {@code module at 0xc0123000, externals from 0x80100400 on, every 0x1234c bytes, _printk at 0xc0200000}. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("module at 0x%x, externals from 0x%x on, every 0x%x bytes"
                    .formatted(moduleBase, externals, strideBytes));
            chosen.forEach((name, value) -> text.append(", %s at 0x%x".formatted(name, value)));
            return text.toString();
        }

        /** A kernel's own: modules in the mapped segment, the kernel in the one that is not. */
        static Addresses usual(Target target) {
            return new Addresses(moduleBase(target), target.address(0x8010_0400), EXTERNAL_STRIDE_BYTES, Map.of());
        }

        /** The module as usual, all externals in a row from {@code externals} on. */
        static Addresses row(Target target, long externals) {
            return new Addresses(moduleBase(target), externals, 4, Map.of());
        }

        /** All externals close behind the module, but those that are {@code chosen}. */
        static Addresses near(Target target, Map<String, Long> chosen) {
            return new Addresses(moduleBase(target), moduleBase(target) + 0x1_0000, 4, chosen);
        }

        private static long moduleBase(Target target) {
            return target.address(0xc012_3000);
        }
    }

    /**
     * What came of it.
     *
     * @param sections the number of sections compared
     * @param words the number of words in them
     * @param finished words that what follows relocation changed
     * @param refused whether both refused a relocation; then no words were compared
     * @param differences what is not the same, empty when all is well
     */
    record Outcome(int sections, long words, long finished, boolean refused, List<String> differences) {}

    private final ModuleFile file;
    private final Target target;
    private final Path folder;
    private final Addresses addresses;
    private final Map<String, Long> externals = new LinkedHashMap<>();
    private final List<String> differences = new ArrayList<>();

    LdComparison(ModuleFile file, Target target, Path folder, Addresses addresses) {
        this.file = file;
        this.target = target;
        this.folder = folder;
        this.addresses = addresses;
        file.elf().symbolTable().ifPresent(this::chooseExternals);
    }

    /** Runs it for a kernel of {@code profile}. */
    Outcome run(KernelProfile profile) {
        return run(profile, externals);
    }

    /** Runs it with all externals four bytes further for ld than for modrt: a comparison that must fail. */
    Outcome runAskew(KernelProfile profile) {
        Map<String, Long> askew = new LinkedHashMap<>(externals);
        askew.replaceAll((name, value) -> value + 4);
        return run(profile, askew);
    }

    private Outcome run(KernelProfile profile, Map<String, Long> externalsOfLd) {
        return placed(profile, placed -> {
            GnuLd.Linked linked = link(placed, externalsOfLd);
            Optional<RelocatedModule> relocated = relocate(placed);
            return relocated.isEmpty() || linked.refusedARelocation()
                    ? verdicts(relocated, linked)
                    : compare(relocated.get(), linked);
        });
    }

    /** Does {@code what} with the module while it is placed, and takes it away again. */
    <T> T placed(KernelProfile profile, Function<PlacedModule, T> what) {
        KernelSymbols kernel =
                name -> Optional.ofNullable(externals.get(name)).map(value -> KernelSymbol.of(name, Address.of(value)));
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(kernel)
                .perCpu(PerCpuAllocator.over(new AddressRange(Address.of(PER_CPU_COOKIE), 1 << 20)))
                .build()) {
            LayoutPlan plan = runtime.plan(file, LoadPolicy.kernelExact());
            try (PlacedModule placed = plan.place(Placement.regions(bases(plan)))) {
                return what.apply(placed);
            }
        }
    }

    /** All but weak symbols get a value; a weak one that nobody has is 0 for the kernel and for ld. */
    private void chooseExternals(SymbolTable symbols) {
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF && symbols.binding(i) == Symbol.STB_GLOBAL) {
                String name = symbols.name(i);
                long next = addresses.externals() + (long) externals.size() * addresses.strideBytes();
                externals.putIfAbsent(name, addresses.chosen().getOrDefault(name, next));
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

    private static Optional<RelocatedModule> relocate(PlacedModule placed) {
        try {
            return Optional.of(placed.resolve().relocate());
        } catch (RelocationException refused) {
            return Optional.empty();
        }
    }

    /** The sections to compare: loaded, and not symbol or string table, which no relocation touches. */
    private List<Section> sections(PlacedModule placed) {
        return file.elf().sections().stream()
                .filter(s -> placed.address(s).isPresent())
                .filter(s -> s.type() != Section.SHT_SYMTAB && s.type() != Section.SHT_STRTAB)
                .toList();
    }

    private GnuLd.Linked link(PlacedModule placed, Map<String, Long> values) {
        TreeMap<Integer, Long> where = new TreeMap<>();
        for (Section section : sections(placed)) {
            where.put(section.index(), placed.address(section).orElseThrow().value());
        }
        Set<Integer> relocated = new HashSet<>(where.keySet());
        for (Section section : file.elf().sections()) {
            if (section.name().equals(".data..percpu")
                    && section.isAllocated()
                    && !where.containsKey(section.index())) {
                where.put(
                        section.index(),
                        (long) PER_CPU_COOKIE); // its symbols have values; the kernel does not relocate it
            }
        }
        return new GnuLd(folder, target).link(LdInput.of(file.elf(), where.keySet(), relocated), where, values);
    }

    private Outcome verdicts(Optional<RelocatedModule> relocated, GnuLd.Linked linked) {
        if (relocated.isPresent() || !linked.refusedARelocation()) {
            differences.add("modrt " + (relocated.isPresent() ? "relocates it" : "refuses a relocation") + ", ld says: "
                    + linked.log().strip());
        }
        return new Outcome(0, 0, 0, true, differences);
    }

    private Outcome compare(RelocatedModule relocated, GnuLd.Linked linked) {
        if (!linked.log().isBlank()) {
            differences.add("ld says: " + linked.log().strip());
        }
        PlacedModule placed = relocated.resolved().placed();
        Words words = new Words(target.isBigEndian(), target.is64Bit());
        List<byte[]> asLinked = new ArrayList<>();
        for (Section section : sections(placed)) {
            if (section.sizeBytes() == 0) {
                continue; // has no words, and no place in ld's output; what refers to it is compared where it does
            }
            long address = placed.address(section).orElseThrow().value();
            Optional<Section> made = linked.section(section.index())
                    .filter(m -> m.address() == address && m.sizeBytes() == section.sizeBytes());
            if (made.isEmpty()) {
                differences.add("ld has no section " + section + " of " + section.sizeBytes() + " bytes at "
                        + Address.of(address));
                continue;
            }
            byte[] bytes = linked.bytes(made.get());
            asLinked.add(bytes.clone());
            boolean init = placed.plan().region(section).orElseThrow().isInit();
            words.add(section.index(), section.name(), address, init, bytes);
        }
        new KernelFinish(words, target).apply();
        long compared = 0;
        long finished = 0;
        for (int i = 0; i < asLinked.size(); i++) {
            Words.Placed section = words.sections().get(i);
            byte[] kernel = section.bytes().array();
            compared += (kernel.length + 3) / 4;
            finished += differing(kernel, asLinked.get(i)).size();
            byte[] modrt = relocated.bytes(file.elf().section(section.index()));
            for (int at : differing(kernel, modrt)) {
                differences.add(
                        "%s+0x%x: modrt %s, ld %s".formatted(section.name(), at, hex(modrt, at), hex(kernel, at)));
            }
        }
        int all = differences.size();
        if (all > DIFFERENCES_SHOWN) {
            differences.subList(DIFFERENCES_SHOWN, all).clear();
            differences.add("and " + (all - DIFFERENCES_SHOWN) + " more");
        }
        return new Outcome(asLinked.size(), compared, finished, false, differences);
    }

    /** Offsets of the words that differ; where lengths differ, also those that one of them lacks. */
    private static List<Integer> differing(byte[] one, byte[] other) {
        List<Integer> offsets = new ArrayList<>();
        for (int at = 0; at < Math.max(one.length, other.length); at += 4) {
            int end = at + 4;
            if (!Arrays.equals(
                    one,
                    Math.min(at, one.length),
                    Math.min(end, one.length),
                    other,
                    Math.min(at, other.length),
                    Math.min(end, other.length))) {
                offsets.add(at);
            }
        }
        return offsets;
    }

    /** The bytes of a word in file order. */
    private static String hex(byte[] bytes, int at) {
        int end = Math.min(at + 4, bytes.length);
        return at >= end ? "none" : HexFormat.of().formatHex(bytes, at, end);
    }
}
