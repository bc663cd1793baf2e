package io.modrt.engine;

import io.modrt.bytes.Printable;
import io.modrt.elf.Section;
import io.modrt.engine.layout.LoadedFlags;
import io.modrt.engine.layout.RegionRule;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.engine.layout.WriteXorExecute;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlanInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A module that this kernel accepts, laid out. */
final class Planned implements LayoutPlan {
    private final Kernel kernel;
    private final Target target;
    private final ModuleFile file;
    private final Findings findings;
    private final ArchPlan archPlan;
    private final SectionLayout layout;

    Planned(Kernel kernel, Target target, ModuleFile file, Findings findings) {
        this.kernel = kernel;
        this.target = target;
        this.file = file;
        this.findings = findings;
        this.archPlan = target.kernel().plan(new Unplaced(file, findings.policy(), target));
        List<Section> sections = shaped(file.elf().sections(), archPlan);
        WriteXorExecute.check(sections, file.name(), target.profile(), findings);
        this.layout = SectionLayout.of(
                file,
                sections,
                target.profile(),
                target.regions(),
                archPlan,
                findings.policy().limits());
    }

    /** The sections as the architecture shapes them; the same list if it leaves all of them as they are. */
    private static List<Section> shaped(List<Section> inFile, ArchPlan archPlan) {
        List<Section> shaped = inFile;
        for (int i = 0; i < inFile.size(); i++) {
            Section section = archPlan.shape(inFile.get(i));
            if (section != inFile.get(i)) {
                shaped = shaped == inFile ? new ArrayList<>(inFile) : shaped;
                shaped.set(i, section);
            }
        }
        return shaped;
    }

    /** What the architecture is given to plan a module, before it is laid out. */
    private static final class Unplaced implements PlanInput {
        private final ModuleFile file;
        private final LoadPolicy policy;
        private final RegionRule rule;
        private final KernelProfile profile;
        private @Nullable LoadedFlags flags;

        Unplaced(ModuleFile file, LoadPolicy policy, Target target) {
            this.file = file;
            this.policy = policy;
            this.rule = target.regions();
            this.profile = target.profile();
        }

        @Override
        public ModuleFile file() {
            return file;
        }

        @Override
        public LoadPolicy policy() {
            return policy;
        }

        @Override
        public Optional<RegionKind> region(Section section) {
            LoadedFlags known = flags;
            if (known == null) { // why: few architectures ask, and of modules with thousands of sections
                known = new LoadedFlags(file.elf().sections(), profile, rule);
                flags = known;
            }
            int index = section.index();
            return known.isAllocated(index) ? Optional.of(rule.region(section, known.flags(index))) : Optional.empty();
        }
    }

    Kernel kernel() {
        return kernel;
    }

    Target target() {
        return target;
    }

    Findings findings() {
        return findings;
    }

    SectionLayout layout() {
        return layout;
    }

    @Override
    public ModuleFile file() {
        return file;
    }

    ArchPlan archPlan() {
        return archPlan;
    }

    @Override
    public Arch arch() {
        return target.arch();
    }

    @Override
    public ArchKernel archKernel() {
        return target.kernel();
    }

    @Override
    public Section shape(Section section) {
        requireOwn(section);
        return layout.section(section.index());
    }

    @Override
    public KernelProfile profile() {
        return target.profile();
    }

    @Override
    public LoadPolicy policy() {
        return findings.policy();
    }

    @Override
    public List<Region> regions() {
        return layout.regions().stream()
                .map(kind -> new Region(kind, layout.sizeBytes(kind), layout.headBytes(kind)))
                .toList();
    }

    @Override
    public Optional<RegionKind> region(Section section) {
        requireOwn(section);
        return layout.isLoaded(section.index()) ? Optional.of(layout.region(section.index())) : Optional.empty();
    }

    /** Raises IllegalArgumentException for a section of another file, which would be mistaken for this file's section of that number. */
    void requireOwn(Section section) {
        if (section.file() != file.elf()) {
            throw new IllegalArgumentException(section + " is not a section of this file of " + file.name());
        }
    }

    @Override
    public OptionalLong regionOffset(Section section) {
        requireOwn(section);
        return layout.isLoaded(section.index())
                ? OptionalLong.of(layout.offset(section.index()))
                : OptionalLong.empty();
    }

    @Override
    public PlacedModule place() {
        return place(Placement.allocated());
    }

    @Override
    public PlacedModule place(Placement placement) {
        return Placed.at(this, Objects.requireNonNull(placement, "placement"));
    }

    @Override
    public String toString() {
        return Printable.name(file.name()) + " for " + target.profile() + ": " + regions();
    }
}
