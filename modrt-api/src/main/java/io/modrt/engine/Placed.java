package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Printable;
import io.modrt.elf.Section;
import io.modrt.engine.layout.Protection;
import io.modrt.engine.layout.SectionAddresses;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.engine.resolution.Names;
import io.modrt.engine.resolution.SymbolResolution;
import io.modrt.engine.resolution.SymbolUses;
import io.modrt.engine.resolution.Symbols;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolUse;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.memory.Permission;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A module with addresses, and the reservations of these addresses. */
final class Placed implements PlacedModule {
    private enum State {
        OPEN,
        CLOSED,
        COMMITTED
    }

    private final Planned plan;
    private final SectionAddresses addresses;
    private final Reservations reservations;
    private final Findings findings;
    private final Map<String, Address> anchors = new HashMap<>();
    private final List<String> madeUp = new ArrayList<>();

    private volatile State state = State.OPEN;

    private Placed(Planned plan, SectionAddresses addresses, Reservations reservations, Findings findings) {
        this.plan = plan;
        this.findings = findings;
        this.addresses = addresses;
        this.reservations = reservations;
        KernelSymbols symbols = plan.target().symbols();
        // why: a set has another order in each process, and made-up addresses are given in this one
        for (String name : new TreeSet<>(plan.target().kernel().anchors())) {
            Optional<KernelSymbol> known = symbols.find(name);
            if (known.isEmpty()) {
                known = symbols.placeholder(name, plan.target().symbolArea(), SymbolUse::unknown);
                known.ifPresent(symbol -> madeUp.add(name));
            }
            known.ifPresent(symbol -> anchors.put(name, symbol.value()));
        }
        for (String name : plan.target().tables().tracing().kernelEntries()) {
            symbols.find(name)
                    .ifPresent(symbol -> anchors.put(name, symbol.code().orElse(symbol.value())));
        }
    }

    static Placed at(Planned plan, Placement placement) {
        Findings findings = plan.findings().fork();
        Reservations reservations =
                new Reservations(plan.target(), plan.profile().pageBytes());
        try {
            SectionAddresses addresses = addresses(plan, placement, reservations);
            Section perCpu = perCpuSection(plan);
            if (perCpu != null && addresses.perCpu().isEmpty()) {
                long alignment = Math.min(perCpu.alignment(), plan.profile().pageBytes());
                if (alignment < perCpu.alignment()) {
                    findings.warn("per-CPU alignment " + perCpu.alignment() + " is cut to a page");
                }
                reservations.takePerCpu(perCpu.sizeBytes(), alignment);
            }
            return new Placed(plan, addresses, reservations, findings);
        } catch (RuntimeException | Error failure) {
            Failures failures = new Failures();
            failures.guard(reservations::close);
            failures.addTo(failure);
            throw failure;
        }
    }

    private static SectionAddresses addresses(Planned plan, Placement placement, Reservations reservations) {
        SectionLayout layout = plan.layout();
        if (placement instanceof Placement.AtSections observed) {
            return SectionAddresses.at(layout, canonical(observed, plan.archKernel()));
        }
        if (placement instanceof Placement.AtRegions given) {
            return SectionAddresses.at(layout, canonical(given, plan.archKernel()));
        }
        Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
        for (RegionKind kind : layout.regions()) {
            bases.put(
                    kind,
                    reservations
                            .take(kind, layout.sizeBytes(kind), plan.kernel().list())
                            .start());
        }
        return SectionAddresses.at(layout, new Placement.AtRegions(bases));
    }

    private static Placement.AtSections canonical(Placement.AtSections observed, ArchKernel kernel) {
        Map<Integer, Address> sections = new HashMap<>(observed.sections());
        sections.replaceAll((section, address) -> kernel.canonical(address));
        Map<RegionKind, AddressRange> regions = new HashMap<>(observed.regions());
        regions.replaceAll((kind, range) -> canonical(range, kernel));
        return new Placement.AtSections(sections, regions);
    }

    private static Placement.AtRegions canonical(Placement.AtRegions given, ArchKernel kernel) {
        Map<RegionKind, Address> bases = new HashMap<>(given.bases());
        bases.replaceAll((kind, base) -> kernel.canonical(base));
        return new Placement.AtRegions(bases);
    }

    private static AddressRange canonical(AddressRange range, ArchKernel kernel) {
        return new AddressRange(kernel.canonical(range.start()), range.sizeBytes());
    }

    private static @Nullable Section perCpuSection(Planned plan) {
        int index = plan.layout().perCpuSection();
        return index == 0 ? null : plan.file().elf().section(index);
    }

    /** The memory that a placement took from the allocators. It is given back once. */
    static final class Reservations {
        private final ModuleAllocator allocator;
        private final PerCpuAllocator perCpu;
        private final ArchKernel kernel;
        private final int pageBytes;
        private final Map<RegionKind, AddressRange> ranges = new EnumMap<>(RegionKind.class);
        private final List<AddressRange> texts = new ArrayList<>();
        private Optional<Address> perCpuBase = Optional.empty();

        Reservations(Target target, int pageBytes) {
            this.pageBytes = pageBytes;
            this.allocator = target.allocator();
            this.perCpu = target.perCpu();
            this.kernel = target.kernel();
        }

        /**
         * Allocates memory that no module occupies. A module that the caller placed may lie in the allocator's area without its knowledge.
         */
        AddressRange take(RegionKind kind, long sizeBytes, ModuleList modules) {
            Permission permission = kind.isExecutable() ? Permission.READ_WRITE_EXECUTE : Permission.READ_WRITE;
            List<AddressRange> occupied = new ArrayList<>();
            try {
                AddressRange range = allocate(sizeBytes, permission, occupied);
                while (modules.occupant(canonical(range, kernel)).isPresent()) {
                    occupied.add(range);
                    range = allocate(sizeBytes, permission, occupied);
                }
                ranges.put(kind, range);
                return canonical(range, kernel);
            } finally {
                Failures failures = new Failures();
                occupied.forEach(range -> failures.guard(() -> allocator.free(range)));
                failures.rethrow();
            }
        }

        /** Raises a MemoryException if the allocator does not give new memory of that size. */
        private AddressRange allocate(long sizeBytes, Permission permission, List<AddressRange> taken) {
            @Nullable AddressRange range = allocator.allocate(sizeBytes, permission);
            String slip = null;
            if (range == null) {
                slip = "null";
            } else if (range.sizeBytes() < sizeBytes) {
                allocator.free(range);
                slip = range + ", which is too little";
            } else if (!range.start().isAligned(pageBytes)) {
                allocator.free(range);
                slip = range + ", which does not start on a page of " + pageBytes + " bytes";
            } else if (isAnyOverlapping(range, taken) || isAnyOverlapping(range, ranges.values())) {
                slip = range
                        + ", which it has given before"; // why: it is not given back, since whoever has it gives it
                // back
            }
            if (range == null || slip != null) {
                throw new MemoryException(Refusal.of(
                        Errno.ENOMEM,
                        "the module allocator " + allocator.getClass().getName() + " was asked for " + sizeBytes
                                + " bytes and gave " + slip));
            }
            return range;
        }

        private static boolean isAnyOverlapping(AddressRange range, Collection<AddressRange> others) {
            for (AddressRange other : others) {
                if (range.overlaps(other)) {
                    return true;
                }
            }
            return false;
        }

        /** Allocates memory for a text that a parameter points to; the kernel has it on its heap. */
        Address takeText(int sizeBytes, ModuleList modules) {
            AddressRange range = allocate(sizeBytes, Permission.READ_WRITE, texts);
            texts.add(range);
            modules.requireFree(canonical(range, kernel));
            return kernel.canonical(range.start());
        }

        /** The memory of texts that parameters point to. */
        List<AddressRange> texts() {
            return texts.stream().map(range -> canonical(range, kernel)).toList();
        }

        void takePerCpu(long sizeBytes, long alignment) {
            @Nullable Address base = perCpu.allocate(sizeBytes, alignment);
            if (base != null && !base.isAligned(alignment)) {
                perCpu.free(base);
            }
            if (base == null || !base.isAligned(alignment)) {
                throw new MemoryException(Refusal.of(
                        Errno.ENOMEM,
                        "the per-CPU allocator " + perCpu.getClass().getName() + " was asked for " + sizeBytes
                                + " bytes aligned to " + alignment + " and gave " + base));
            }
            perCpuBase = Optional.of(base);
        }

        /** Whether this region's memory came from an allocator whose memory holds nothing worth keeping. */
        boolean isFresh(RegionKind kind) {
            return ranges.containsKey(kind) && allocator.fresh();
        }

        void release(RegionKind kind) {
            AddressRange range = ranges.remove(kind);
            if (range != null) {
                allocator.free(range);
            }
        }

        void close() {
            Failures failures = new Failures();
            for (RegionKind kind : RegionKind.values()) {
                failures.guard(() -> release(kind));
            }
            texts.forEach(range -> failures.guard(() -> allocator.free(range)));
            texts.clear();
            perCpuBase.ifPresent(base -> failures.guard(() -> perCpu.free(base)));
            perCpuBase = Optional.empty();
            failures.rethrow();
        }
    }

    SectionAddresses addresses() {
        return addresses;
    }

    Reservations reservations() {
        return reservations;
    }

    /** The findings of planning and placing. */
    Findings findings() {
        return findings;
    }

    /** The base of the module's per-CPU data; 0 if it has none. */
    long perCpuBase() {
        Optional<Address> taken = reservations.perCpuBase;
        Optional<Address> base = addresses.perCpu().isPresent() ? addresses.perCpu() : taken;
        return base.isPresent() ? plan.archKernel().canonical(base.get().value()) : 0;
    }

    @Override
    public Planned plan() {
        return plan;
    }

    @Override
    public ModuleFile file() {
        return plan.file();
    }

    @Override
    public KernelProfile profile() {
        return plan.profile();
    }

    @Override
    public LoadPolicy policy() {
        return plan.policy();
    }

    @Override
    public ArchPlan archPlan() {
        return plan.archPlan();
    }

    @Override
    public Section shape(Section section) {
        return plan.shape(section);
    }

    @Override
    public Optional<RegionKind> region(Section section) {
        return plan.region(section);
    }

    @Override
    public Optional<AddressRange> range(RegionKind region) {
        return addresses.range(Objects.requireNonNull(region, "region"));
    }

    @Override
    public Optional<Address> address(Section section) {
        plan.requireOwn(section);
        return plan.layout().isLoaded(section.index())
                ? Optional.of(Address.of(addresses.address(section.index())))
                : Optional.empty();
    }

    @Override
    public Optional<Address> anchor(String name) {
        return Optional.ofNullable(anchors.get(Objects.requireNonNull(name, "name")));
    }

    @Override
    public ResolvedModule resolve() {
        Target target = plan.target();
        Findings found = findings.fork();
        Names<Live> names =
                new Names<>(target.symbols(), plan.kernel().list().exports(), target.symbolArea(), target.width());
        Symbols<Live> symbols = new SymbolResolution<>(
                        addresses, names, new SymbolUses(plan.file(), target.kernel()), madeUp, found)
                .resolve(perCpuBase());
        return new Resolved(this, symbols, found);
    }

    @Override
    public void close() {
        if (state == State.OPEN) {
            state = State.CLOSED;
            reservations.close();
        }
    }

    /** Tells the memory what may be done with the module's pages. */
    void protect(TargetMemory memory, boolean isInitialised) {
        for (Protection part : Protection.of(plan.layout(), plan.archKernel(), isInitialised)) {
            Address start = range(part.region()).orElseThrow().start().plus(part.regionOffset());
            memory.protect(new AddressRange(start, part.sizeBytes()), part.permission());
        }
    }

    /** Tells the memory that a region, which is given back, is no longer protected. */
    void unprotect(TargetMemory memory, RegionKind kind) {
        range(kind).ifPresent(range -> memory.protect(range, Permission.READ_WRITE));
    }

    /** Leaves the reservations to the live module, so that {@link #close} no longer gives them back. */
    void handOver() {
        state = State.COMMITTED;
    }

    /** Raises IllegalStateException if the addresses were given back, or committed already. */
    void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException(plan.file().name() + ": this placement is " + state + "; place it again");
        }
    }

    @Override
    public String toString() {
        return Printable.name(plan.file().name()) + " at "
                + plan.layout().regions().stream()
                        .map(kind -> kind + " " + range(kind).orElseThrow())
                        .collect(Collectors.joining(", "));
    }
}
