package io.modrt.image;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.image.MemoryImage.Progress;
import io.modrt.image.ShapeEvidence.Voter;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.tree.ModuleGraph;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The modules of an image, each loaded again where it lies. */
final class ImageModules {

    /** One module. What is not known of it, since it has no file or its file does not suit, is missing. */
    static final class Entry {
        private final StructModule module;
        private final boolean isListed;
        private final List<String> problems = new ArrayList<>();
        private @Nullable Voter voter;
        private @Nullable Observation observation;
        private @Nullable Placement placement;
        private @Nullable RelocatedModule relocated;
        private @Nullable LiveModule live;

        Entry(StructModule module, boolean isListed) {
            this.module = module;
            this.isListed = isListed;
        }

        StructModule module() {
            return module;
        }

        boolean isListed() {
            return isListed;
        }

        /** Why it could not be compared, or what else is wrong with it. */
        List<String> problems() {
            return problems;
        }

        Optional<RelocatedModule> relocated() {
            return Optional.ofNullable(relocated);
        }

        Optional<LiveModule> live() {
            return Optional.ofNullable(live);
        }

        boolean isInitGone() {
            return module.state() == 0;
        }
    }

    /** No region of a module is larger than this. */
    private static final long MOST_REGION_BYTES = 1L << 28;

    private final MemoryImage image;
    private final KernelMemory memory;
    private final Consumer<Progress> told;
    private final ModuleRuntime runtime;
    private final List<Entry> entries = new ArrayList<>();
    private final ModuleChain chain;
    private final StructModuleShape shape;
    private final Map<Address, AddressRange> taken = new TreeMap<>();
    private final @Nullable ModuleFile wanted;
    private final KnownAddresses known;
    private int done;

    /** All modules of the image, loaded. */
    ImageModules(MemoryImage image, KernelProfile profile, Consumer<Progress> told) {
        this(image, profile, told, null, KnownAddresses.none());
    }

    /**
     * The same, or one module with those that it needs.
     *
     * @param wanted its file; null for all modules
     * @param known what something besides the image tells of it
     */
    ImageModules(
            MemoryImage image,
            KernelProfile profile,
            Consumer<Progress> told,
            @Nullable ModuleFile wanted,
            KnownAddresses known) {
        this.wanted = wanted;
        this.known = known;
        this.image = image;
        this.memory = image.kernelMemory();
        this.told = told;
        this.runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(image.symbols())
                .kernelMemory(memory)
                .memory(new Discarded())
                .build();
        List<StructModule> found = new ModuleSearch(memory).in(image.arch().moduleAreas(image.symbols()));
        this.chain = ModuleChain.of(memory, found, image.symbols());
        Set<Address> listed = new HashSet<>();
        for (StructModule module : chain.listed()) {
            listed.add(module.at());
            entries.add(new Entry(module, true));
        }
        found.stream()
                .filter(module -> !listed.contains(module.at()))
                .forEach(module -> entries.add(new Entry(module, false)));
        entries.forEach(this::open);
        List<Voter> voters = entries.stream()
                .map(entry -> entry.voter)
                .filter(Objects::nonNull)
                .map(Voter.class::cast)
                .toList();
        this.shape = new ShapeEvidence(memory, found).of(voters);
        loadAll();
    }

    /** Memory to which modules are loaded that are looked at elsewhere. */
    private static final class Discarded implements TargetMemory {
        @Override
        public void read(Address from, byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) 0);
        }

        @Override
        public void write(Address to, byte[] bytes, int offset, int length) {
            // nobody reads it
        }
    }

    /** All, those on the kernel's list first. */
    List<Entry> entries() {
        return entries;
    }

    /** The offsets of fields that the modules show. */
    StructModuleShape shape() {
        return shape;
    }

    /** The kernel's list. */
    ModuleChain chain() {
        return chain;
    }

    /** The runtime that has them. */
    ModuleRuntime runtime() {
        return runtime;
    }

    /** The facts for an embedder. */
    List<FoundModule> modules() {
        ModuleFacts facts = new ModuleFacts(image, this);
        return entries.stream().map(facts::of).toList();
    }

    private void open(Entry entry) {
        String name = entry.module.name();
        Optional<Path> path = image.tree().file(name);
        if (path.isEmpty() && !isWanted(entry)) {
            entry.problems.add("the tree has no file of it");
            return;
        }
        try {
            ModuleFile file = wanted != null && isWanted(entry) ? wanted : ModuleFile.open(path.orElseThrow());
            LayoutPlan plan = runtime.plan(file, LoadPolicy.kernelExact());
            int sizeBytes =
                    file.thisModule().map(section -> (int) section.sizeBytes()).orElse(0);
            Optional<byte[]> bytes = memory.bytes(entry.module.at(), sizeBytes);
            if (bytes.isEmpty()) {
                entry.problems.add("its struct module cannot be read to its end");
                return;
            }
            entry.voter = new Voter(entry.module, plan, bytes.get());
        } catch (ModrtException | UncheckedIOException refused) {
            entry.problems.add(String.valueOf(refused.getMessage()));
        }
    }

    private boolean isWanted(Entry entry) {
        return wanted != null && wanted.name().equals(entry.module.name());
    }

    private void loadAll() {
        for (Entry entry : entries) {
            if (entry.voter != null) {
                entry.observation =
                        new Observation(memory, entry.voter, shape, isWanted(entry) ? known : KnownAddresses.none());
                entry.observation.findKept().values().forEach(range -> taken.put(range.start(), range));
            }
        }
        for (Entry entry : order()) {
            load(entry);
            told.accept(new Progress("loaded", entry.module.name(), ++done, entries.size()));
        }
    }

    /**
     * The modules in the order in which they were loaded: the reverse of the list, with those that are not on it before those
     * that use them.
     */
    private List<Entry> order() {
        Map<String, Entry> byName = new HashMap<>();
        Map<String, ModuleFile> files = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.voter != null && byName.putIfAbsent(entry.module.name(), entry) == null) {
                files.put(entry.module.name(), entry.voter.plan().file());
            }
        }
        ModuleGraph graph = ModuleGraph.of(files);
        List<Entry> order = new ArrayList<>();
        Set<Entry> placed = new HashSet<>();
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (!placed.contains(entries.get(i)) && (wanted == null || isWanted(entries.get(i)))) {
                place(entries.get(i), graph, byName, order, placed);
            }
        }
        return order;
    }

    /** Puts a module behind those that it needs, which the graph names in an order in which they can be loaded. */
    private static void place(
            Entry entry, ModuleGraph graph, Map<String, Entry> byName, List<Entry> order, Set<Entry> placed) {
        if (entry.voter != null && entry.equals(byName.get(entry.module.name()))) {
            for (String name : graph.loadOrder(List.of(entry.module.name()))) {
                Entry needed = byName.get(name);
                if (needed != null && placed.add(needed)) {
                    order.add(needed);
                }
            }
        } else if (placed.add(entry)) {
            order.add(entry);
        }
    }

    private void load(Entry entry) {
        Observation observation = entry.observation;
        Voter voter = entry.voter;
        if (observation == null || voter == null) {
            return;
        }
        if (runtime.module(entry.module.name()).isPresent()) {
            entry.problems.add("another module has the same name");
            return;
        }
        try {
            Placement placement = observation.placement();
            entry.placement = placement;
            PlacedModule placed = voter.plan().place(placement);
            entry.relocated = placed.resolve().relocate();
            entry.live = commit(entry.relocated, voter, observation);
            if (entry.isInitGone()) {
                entry.live.dropInit();
            }
        } catch (ModrtException failure) {
            entry.problems.add(String.valueOf(failure.getMessage()));
        }
    }

    /**
     * Makes the module one of the runtime, so that others find its exports. Its init region may be another module's by now; since nobody
     * asks for its bytes, it is put elsewhere then.
     */
    private LiveModule commit(RelocatedModule relocated, Voter voter, Observation observation) {
        if (relocated.resolved().placed().plan().regions().stream()
                .noneMatch(region -> region.kind().isInit() && isTaken(relocated, region.kind()))) {
            return relocated.commit();
        }
        relocated.resolved().placed().close();
        PlacedModule elsewhere = voter.plan().place(observation.placement(free()));
        return elsewhere.resolve().relocate().commit();
    }

    private boolean isTaken(RelocatedModule relocated, RegionKind kind) {
        return relocated
                .resolved()
                .placed()
                .range(kind)
                .filter(range -> taken.values().stream().anyMatch(range::overlaps))
                .isPresent();
    }

    private Address free() {
        Address last = taken.values().stream()
                .map(AddressRange::end)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        int pageBytes = image.profile().pageBytes();
        return last.plus(pageBytes + (-last.value() & pageBytes - 1));
    }

    /** Where the one module that is wanted lies. */
    ObservedPlacement observed() {
        Entry entry = entries.stream()
                .filter(this::isWanted)
                .filter(found -> found.placement != null)
                .findFirst()
                .orElseGet(this::searched);
        Placement placement = entry.placement;
        if (placement == null) {
            throw new FormatException(Refusal.beyondKernel(Objects.requireNonNull(wanted)
                            .name() + ": the image has no struct module of this name, and its code was not found"));
        }
        return new ObservedPlacement(placement, entry.isInitGone(), evidence(entry));
    }

    /** The wanted module where it has no {@code struct module} that can be used: by what is known of it, or by its code. */
    private Entry searched() {
        ModuleFile file = Objects.requireNonNull(wanted);
        LayoutPlan plan = runtime.plan(file, LoadPolicy.kernelExact());
        Entry entry = new Entry(new StructModule(Address.of(0), file.name(), 0), false);
        entry.voter = new Voter(entry.module, plan, new byte[0]);
        entry.observation = new Observation(memory, entry.voter, shape, known);
        if (entry.observation.findSearched(image.arch().moduleAreas(image.symbols()))) {
            loadNeeded(file);
            entry.placement = entry.observation.placement();
        }
        return entry;
    }

    /** Loads the modules that the wanted one needs, which is none of the entries. */
    private void loadNeeded(ModuleFile file) {
        Map<String, Entry> byName = new HashMap<>();
        Map<String, ModuleFile> files = new TreeMap<>(Map.of(file.name(), file));
        for (Entry entry : entries) {
            if (entry.voter != null && byName.putIfAbsent(entry.module.name(), entry) == null) {
                files.putIfAbsent(entry.module.name(), entry.voter.plan().file());
            }
        }
        for (String name : ModuleGraph.of(files).loadOrder(List.of(file.name()))) {
            Entry needed = byName.get(name);
            if (needed != null && needed.relocated == null) {
                load(needed);
            }
        }
    }

    /**
     * Where the regions of a module are that the kernel has not freed; without a file of it, those of which {@code struct module} tells.
     */
    Map<RegionKind, AddressRange> regions(Entry entry) {
        Map<RegionKind, AddressRange> regions = new EnumMap<>(RegionKind.class);
        if (entry.voter == null) {
            for (RegionKind kind : RegionKind.values()) {
                told(entry.module, kind).ifPresent(range -> regions.put(kind, range));
            }
            return regions;
        }
        if (entry.relocated != null) {
            PlacedModule placed = entry.relocated.resolved().placed();
            for (RegionKind kind : RegionKind.values()) {
                if (!kind.isInit() || !entry.isInitGone()) {
                    placed.range(kind).ifPresent(range -> regions.put(kind, range));
                }
            }
        }
        return regions;
    }

    private Optional<AddressRange> told(StructModule module, RegionKind kind) {
        OptionalInt base = shape.offset(ShapeEvidence.baseOf(kind));
        OptionalInt size = shape.offset(ShapeEvidence.sizeOf(kind));
        if (base.isEmpty() || size.isEmpty()) {
            return Optional.empty();
        }
        long sizeBytes = memory.number(module.at().plus(size.getAsInt())).orElse(0);
        return memory.pointer(module.at().plus(base.getAsInt()))
                .filter(start -> start.value() != 0 && sizeBytes > 0 && sizeBytes <= MOST_REGION_BYTES)
                .map(start -> new AddressRange(start, sizeBytes))
                .filter(range -> memory.bytes(range.start(), 1).isPresent());
    }

    /** What of a module was found how. */
    List<PlacementEvidence> evidence(Entry entry) {
        return entry.observation == null ? List.of() : List.copyOf(entry.observation.evidence());
    }

    /** The file of a module. */
    Optional<ModuleFile> file(Entry entry) {
        return Optional.ofNullable(entry.voter).map(voter -> voter.plan().file());
    }

    /** The bytes of a module's {@code struct module} as the image has them. */
    Optional<byte[]> structBytes(Entry entry) {
        return Optional.ofNullable(entry.voter).map(Voter::bytes);
    }
}
