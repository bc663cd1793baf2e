package io.modrt.testkit;

import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.layout.RegionKind;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Addends;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.SectionImage;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.Stub;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An architecture that does what another one does, and tells a test whenever it is asked for something during a load. */
class WatchedArch implements Arch {
    private final Arch arch;
    private final Runnable interruption;
    private final Set<String> faults = new LinkedHashSet<>();

    /** Runs {@code interruption} before each answer of a load. */
    WatchedArch(Arch arch, Runnable interruption) {
        this.arch = arch;
        this.interruption = interruption;
    }

    /** What went wrong when branches were routed to stubs. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public String name() {
        return "watched " + arch.name();
    }

    @Override
    public int spiVersion() {
        return arch.spiVersion();
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return arch.accepts(header);
    }

    @Override
    public Map<String, Boolean> usualConfiguration() {
        return arch.usualConfiguration();
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return new WatchedKernel(arch.kernel(profile, header));
    }

    private final class WatchedKernel implements ArchKernel {
        private final ArchKernel kernel;

        WatchedKernel(ArchKernel kernel) {
            this.kernel = kernel;
        }

        @Override
        public Width width() {
            return kernel.width();
        }

        @Override
        public ByteOrder codeOrder() {
            return kernel.codeOrder();
        }

        @Override
        public List<AddressRange> moduleAreas() {
            return kernel.moduleAreas();
        }

        @Override
        public AddressRange kernelArea() {
            return kernel.kernelArea();
        }

        @Override
        public RelocationTable relocations(AddendKind addends) {
            return kernel.relocations(addends);
        }

        @Override
        public TableShapes tables() {
            return kernel.tables();
        }

        @Override
        public TracingSites tracing() {
            return kernel.tracing();
        }

        @Override
        public Optional<StaticBranches> staticBranches() {
            return kernel.staticBranches();
        }

        @Override
        public Set<String> anchors() {
            return kernel.anchors();
        }

        @Override
        public MachineFacts machine(KernelSymbols symbols, MemoryReader memory) {
            return kernel.machine(symbols, memory);
        }

        @Override
        public boolean isInitSection(String name) {
            return kernel.isInitSection(name);
        }

        @Override
        public boolean isExitSection(String name) {
            return kernel.isExitSection(name);
        }

        @Override
        public boolean isMappingSymbol(String name) {
            return kernel.isMappingSymbol(name);
        }

        @Override
        public void check(ModuleFile file) {
            kernel.check(file);
        }

        @Override
        public ArchPlan plan(PlanInput input) {
            return new WatchedPlan(kernel.plan(input));
        }
    }

    private final class WatchedPlan implements ArchPlan {
        private final ArchPlan plan;

        WatchedPlan(ArchPlan plan) {
            this.plan = plan;
        }

        @Override
        public Section shape(Section section) {
            return plan.shape(section);
        }

        @Override
        public long frontBytes(Section section) {
            return plan.frontBytes(section);
        }

        @Override
        public long behindBytes(Section section) {
            return plan.behindBytes(section);
        }

        @Override
        public long headBytes(RegionKind region) {
            return plan.headBytes(region);
        }

        @Override
        public RelocationSection ordered(RelocationSection relocations) {
            return plan.ordered(relocations);
        }

        @Override
        public boolean mayNeed(RelocationSection relocations, int index) {
            return plan.mayNeed(relocations, index);
        }

        @Override
        public ArchLoad begin(PlacedSections placed, SymbolValues values) {
            interruption.run();
            return new WatchedLoad(new Unwatched(placed, plan), plan.begin(new Unwatched(placed, plan), values), plan);
        }
    }

    /** The same placement, with the plan that the architecture made itself. */
    private record Unwatched(PlacedSections placed, ArchPlan archPlan) implements PlacedSections {
        @Override
        public ModuleFile file() {
            return placed.file();
        }

        @Override
        public KernelProfile profile() {
            return placed.profile();
        }

        @Override
        public io.modrt.policy.LoadPolicy policy() {
            return placed.policy();
        }

        @Override
        public Section shape(Section section) {
            return placed.shape(section);
        }

        @Override
        public Optional<RegionKind> region(Section section) {
            return placed.region(section);
        }

        @Override
        public Optional<AddressRange> range(RegionKind region) {
            return placed.range(region);
        }

        @Override
        public Optional<io.modrt.address.Address> address(Section section) {
            return placed.address(section);
        }

        @Override
        public Optional<io.modrt.address.Address> anchor(String name) {
            return placed.anchor(name);
        }
    }

    private final class WatchedLoad implements ArchLoad {
        private final PlacedSections placed;
        private final ArchLoad load;
        private final ArchPlan plan;
        private final Set<Stub> routed = new LinkedHashSet<>();
        private @Nullable RelocationSection open;

        WatchedLoad(PlacedSections placed, ArchLoad load, ArchPlan plan) {
            this.placed = placed;
            this.load = load;
            this.plan = plan;
        }

        @Override
        public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
            interruption.run();
            open = relocations;
            load.open(relocations, count, image, addends);
        }

        @Override
        public long value(Fixup fixup) {
            interruption.run();
            return load.value(fixup);
        }

        @Override
        public void store(Fixup fixup, long value, SectionImage image) {
            interruption.run();
            load.store(fixup, value, image);
        }

        @Override
        public Refusal misfit(Fixup fixup, String what) {
            return load.misfit(fixup, what);
        }

        @Override
        public @Nullable Stub route(Fixup fixup) {
            interruption.run();
            Stub stub = load.route(fixup);
            if (stub != null) {
                check(fixup, stub);
            }
            return stub;
        }

        private void check(Fixup fixup, Stub stub) {
            RelocationSection section = open;
            if (section == null || !plan.mayNeed(section, fixup.index())) {
                faults.add(fixup.place() + " is routed to a stub, and mayNeed had not counted it");
            }
            AddressRange range =
                    new AddressRange(stub.address(), stub.template().sizeBytes());
            boolean isInModule = Arrays.stream(RegionKind.values())
                    .flatMap(kind -> placed.range(kind).stream())
                    .anyMatch(region -> region.contains(range));
            if (!isInModule) {
                faults.add(fixup.place() + " is routed to " + stub + ", which lies in no region of the module");
            }
            routed.add(stub);
        }

        @Override
        public List<Stub> stubs() {
            List<Stub> made = load.stubs();
            routed.removeAll(new LinkedHashSet<>(made));
            routed.forEach(stub -> faults.add(stub + " is used, and not among the stubs that are written"));
            return made;
        }

        @Override
        public List<Finisher> finishers() {
            return load.finishers().stream()
                    .map(finisher -> Finisher.of(finisher.name(), image -> {
                        interruption.run();
                        finisher.finish(image);
                    }))
                    .toList();
        }
    }
}
