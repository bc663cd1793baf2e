package io.modrt.parisc;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** A module that a test builds and the engine lays out and relocates, with regions where the test places them. */
final class Laid {
    /** A kernel before {@code STRICT_MODULE_RWX}: sections follow one another without gaps. */
    static final KernelProfile LINUX_2_6_28 = of(new KernelVersion(2, 6, 28));

    static final KernelProfile LINUX_2_6_29 = of(new KernelVersion(2, 6, 29));
    static final KernelProfile LINUX_2_6_31 = of(new KernelVersion(2, 6, 31));
    static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    static final KernelProfile LINUX_6_12 = KernelProfile.of(new KernelVersion(6, 12, 117));
    private static final long BETWEEN_REGIONS = 0x0100_0000;

    private static KernelProfile of(KernelVersion version) {
        return KernelProfile.of(version)
                .with(ConfigOption.STRICT_MODULE_RWX, false)
                .with(ConfigOption.KALLSYMS, false)
                .with(ConfigOption.DYNAMIC_FTRACE, false);
    }

    private final KernelModuleBuilder module;
    private final ElfTarget target;
    private final Map<String, Address> kernel = new HashMap<>();
    private final Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
    private KernelProfile profile = LINUX_6_1;
    private LoadPolicy policy = LoadPolicy.kernelExact();
    private long base;

    private Laid(ElfTarget target, String name) {
        this.target = target;
        this.module = KernelModuleBuilder.of(target, name);
        this.base = 0x0081_0000L;
    }

    static Laid module(ElfTarget target) {
        return new Laid(target, "m");
    }

    static Laid module(ElfTarget target, String name) {
        return new Laid(target, name);
    }

    /** The module itself. */
    KernelModuleBuilder builder() {
        return module;
    }

    /** Lets the kernel export a symbol. */
    Laid exported(String name, long value) {
        kernel.put(name, Address.of(value));
        return this;
    }

    /** Places the first region; the others follow at intervals of 16 MB. */
    Laid at(long address) {
        base = address;
        return this;
    }

    /** Places one region. */
    Laid at(RegionKind region, long address) {
        bases.put(region, Address.of(address));
        return this;
    }

    Laid under(KernelProfile kernelProfile) {
        profile = kernelProfile;
        return this;
    }

    Laid with(LoadPolicy loadPolicy) {
        policy = loadPolicy;
        return this;
    }

    /** Builds, places, resolves and relocates the module. */
    Result relocate() {
        byte[] file = module.build();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.of(kernel))
                .build()) {
            LayoutPlan plan = runtime.plan(ModuleFile.open(file), policy);
            Map<RegionKind, Address> placement = new EnumMap<>(RegionKind.class);
            long next = base;
            for (Region region : plan.regions()) {
                placement.put(region.kind(), Address.of(next));
                next += BETWEEN_REGIONS;
            }
            placement.putAll(bases);
            try (PlacedModule placed = plan.place(Placement.regions(placement))) {
                return new Result(target, plan, placed.resolve().relocate());
            }
        }
    }

    /** The relocated module. */
    record Result(ElfTarget target, LayoutPlan plan, RelocatedModule relocated) {

        int word(String section, int offset) {
            return target.encoding().word(bytes(section), offset);
        }

        long doubleword(String section, int offset) {
            return target.encoding().pointer(bytes(section), offset);
        }

        byte[] bytes(String section) {
            return relocated.bytes(section(section));
        }

        long address(String section) {
            return relocated
                    .resolved()
                    .placed()
                    .address(section(section))
                    .orElseThrow()
                    .value();
        }

        /** The start of a region. */
        long start(RegionKind region) {
            return relocated
                    .resolved()
                    .placed()
                    .range(region)
                    .orElseThrow()
                    .start()
                    .value();
        }

        Section section(String name) {
            return plan.file().elf().section(name).orElseThrow();
        }

        /** The stubs in order of allocation: address, target, words. */
        List<String> stubs() {
            return relocated.stubs().stream()
                    .map(stub -> String.format(
                            Locale.ROOT,
                            "0x%x -> 0x%x",
                            stub.address().value(),
                            stub.target().value()))
                    .toList();
        }

        /** {@code count} words from {@code offset} in a region. */
        List<Integer> wordsAt(RegionKind region, long offset, int count) {
            byte[] bytes = relocated.bytes(region);
            return IntStream.range(0, count)
                    .mapToObj(i -> target.encoding().word(bytes, (int) offset + 4 * i))
                    .toList();
        }
    }
}
