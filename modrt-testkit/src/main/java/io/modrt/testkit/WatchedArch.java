package io.modrt.testkit;

import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Addends;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.SectionImage;
import io.modrt.spi.SectionSizer;
import io.modrt.spi.Site;
import io.modrt.spi.Stub;
import io.modrt.spi.StubAllocator;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import io.modrt.spi.Width;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    public ArchLoad begin(PlacedModule placed, LoadPolicy policy) {
        interruption.run();
        SectionSizer sizer = sizer(placed.plan().file(), placed.plan().profile(), policy);
        return new WatchedLoad(placed, arch.begin(placed, policy), sizer);
    }

    private final class WatchedLoad implements ArchLoad {
        private final PlacedModule placed;
        private final ArchLoad load;
        private final SectionSizer sizer;

        WatchedLoad(PlacedModule placed, ArchLoad load, SectionSizer sizer) {
            this.placed = placed;
            this.load = load;
            this.sizer = sizer;
        }

        @Override
        public void completeAddends(
                RelocationSection relocations, int count, SectionImage words, SymbolValues symbols, Addends addends) {
            interruption.run();
            load.completeAddends(relocations, count, words, symbols, addends);
        }

        @Override
        public long custom(Site site) {
            interruption.run();
            return load.custom(site);
        }

        @Override
        public StubAllocator stubs() {
            StubAllocator stubs = load.stubs();
            return new StubAllocator() {
                @Override
                public long route(Site site) {
                    interruption.run();
                    long target = stubs.route(site);
                    if (width().wrap(target) != width().wrap(site.S() + site.A())) {
                        checkRouted(site);
                    }
                    return target;
                }

                @Override
                public List<Stub> used() {
                    return stubs.used();
                }
            };
        }

        private void checkRouted(Site site) {
            if (!isCounted(site)) {
                faults.add(site.snapshot() + " is routed to a stub, and mayNeed had not counted it");
            }
            for (Stub stub : load.stubs().used()) {
                AddressRange range =
                        new AddressRange(stub.address(), stub.template().sizeBytes());
                boolean isInModule = Arrays.stream(RegionKind.values())
                        .flatMap(kind -> placed.range(kind).stream())
                        .anyMatch(region -> region.contains(range));
                if (!isInModule) {
                    faults.add(site.snapshot() + " is routed when there is a stub for " + stub.symbol() + " at " + range
                            + ", in no region of the module");
                }
            }
        }

        private boolean isCounted(Site site) {
            for (RelocationSection section : placed.plan().file().elf().relocationSections()) {
                for (int i = 0; section.target().index() == site.targetSection() && i < section.count(); i++) {
                    if (section.offset(i) == site.sectionOffset()
                            && section.symbol(i) == site.symbol()
                            && section.type(i) == site.type().number()
                            && sizer.mayNeed(section, i)) {
                        return true;
                    }
                }
            }
            return false;
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
    public Width width() {
        return arch.width();
    }

    @Override
    public Map<String, Boolean> usualConfiguration() {
        return arch.usualConfiguration();
    }

    @Override
    public AddressRange moduleArea(KernelProfile profile) {
        return arch.moduleArea(profile);
    }

    @Override
    public RelocationTable relocations(KernelProfile profile, AddendKind addends) {
        return arch.relocations(profile, addends);
    }

    @Override
    public TableShapes tables(KernelProfile profile) {
        return arch.tables(profile);
    }

    @Override
    public Set<String> kernelAnchors(KernelProfile profile) {
        return arch.kernelAnchors(profile);
    }

    @Override
    public SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
        return arch.sizer(file, profile, policy);
    }

    @Override
    public FtraceTrampoline ftrace(KernelProfile profile) {
        return arch.ftrace(profile);
    }
}
