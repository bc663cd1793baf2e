package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.RelocationSection;
import io.modrt.error.RelocationPlace;
import io.modrt.layout.RegionKind;
import io.modrt.spi.Addends;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.SectionImage;
import io.modrt.spi.Stub;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An architecture that tells a test whenever it is asked for something during a load, and keeps what it routed to stubs. */
final class WatchedArch extends ForwardingArch {
    private final Runnable interruption;
    private final Set<String> faults = new LinkedHashSet<>();
    private final Map<Long, Stub> routed = new LinkedHashMap<>();

    /** Runs {@code interruption} before each answer of a load. */
    WatchedArch(Arch arch, Runnable interruption) {
        super(arch);
        this.interruption = interruption;
    }

    /** What went wrong when branches were routed to stubs. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** The stubs through which branches go, by the address of the branch; of all loads. */
    Map<Long, Stub> routed() {
        return Map.copyOf(routed);
    }

    @Override
    ArchKernel changed(ArchKernel kernel) {
        return new ForwardingKernel(kernel) {
            @Override
            public ArchPlan plan(PlanInput input) {
                return new WatchedPlan(kernel.plan(input), kernel.width());
            }
        };
    }

    private final class WatchedPlan extends ForwardingPlan {
        private final Width width;

        WatchedPlan(ArchPlan plan, Width width) {
            super(plan);
            this.width = width;
        }

        @Override
        public ArchLoad begin(PlacedSections placed, SymbolValues values) {
            interruption.run();
            return new WatchedLoad(placed, width, super.begin(placed, values));
        }
    }

    /** A branch through a stub: the address to which it is to go, and that of the stub. */
    private record Route(RelocationPlace place, Address target, Address stub) {}

    private final class WatchedLoad extends ForwardingLoad {
        private final PlacedSections placed;
        private final Width width;
        private final List<Route> routes = new ArrayList<>();
        private @Nullable RelocationSection open;

        WatchedLoad(PlacedSections placed, Width width, ArchLoad load) {
            super(load);
            this.placed = placed;
            this.width = width;
        }

        @Override
        public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
            interruption.run();
            open = relocations;
            super.open(relocations, count, image, addends);
        }

        @Override
        public long value(Fixup fixup) {
            interruption.run();
            return super.value(fixup);
        }

        @Override
        public void store(Fixup fixup, long value, SectionImage image) {
            interruption.run();
            super.store(fixup, value, image);
        }

        @Override
        public long route(Fixup fixup) {
            interruption.run();
            long goal = super.route(fixup);
            if (goal != fixup.S() + fixup.A()) {
                RelocationSection section = open;
                if (section == null || !placed.archPlan().mayNeed(section, fixup.index())) {
                    faults.add(
                            fixup.place() + " is routed to a stub that mayNeed had not counted; mend ArchPlan.mayNeed");
                }
                long bias = fixup.type().branchBias();
                routes.add(new Route(
                        fixup.place(), width.address(fixup.S() + fixup.A() + bias), width.address(goal + bias)));
            }
            return goal;
        }

        @Override
        public int writeStubs(ModuleImage image) {
            Map<Address, Stub> stubs = new HashMap<>();
            super.stubs().forEach(stub -> stubs.put(stub.address(), stub));
            routes.forEach(route -> check(route, stubs.get(route.stub())));
            return super.writeStubs(image);
        }

        private void check(Route route, @Nullable Stub stub) {
            if (stub == null) {
                faults.add(route.place() + " is routed to " + route.stub()
                        + ", which is none of the stubs that are written; mend ArchLoad.stubs");
                return;
            }
            routed.put(route.place().P().value(), stub);
            AddressRange range =
                    new AddressRange(stub.address(), stub.template().sizeBytes());
            boolean isInModule = Arrays.stream(RegionKind.values())
                    .flatMap(kind -> placed.range(kind).stream())
                    .anyMatch(region -> region.contains(range));
            if (!isInModule) {
                faults.add(
                        route.place() + " is routed to " + stub + ", which lies in no region of the module; mend where"
                                + " ArchLoad.route puts stubs, or the bytes that ArchPlan reserves");
            }
            if (!stub.target().equals(route.target())) {
                faults.add(route.place() + " goes to " + route.target() + ", and is routed to " + stub
                        + "; mend the target that ArchLoad.route gives its stub");
            }
        }

        @Override
        public List<Finisher> finishers() {
            return super.finishers().stream()
                    .map(finisher -> Finisher.of(finisher.name(), image -> {
                        interruption.run();
                        finisher.finish(image);
                    }))
                    .toList();
        }
    }
}
