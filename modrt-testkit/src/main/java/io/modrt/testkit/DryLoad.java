package io.modrt.testkit;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
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
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apiguardian.api.API;

/**
 * A load that goes as far as the final bytes and writes nothing: the test builds a module, places its regions where it wants them, and
 * looks at words.
 *
 * <pre>{@code
 * DryLoad load = DryLoad.of(ElfTarget.MIPS_O32_LE).exports("printk", 0xc8000000L).at(0xc0000000L);
 * load.builder().text(0x0c000000).relocation(".text", 0, "R_MIPS_26", "printk");
 * assertEquals(0x0e000000, load.relocate().word(".text", 0));
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class DryLoad {
    private static final long USUAL_DISTANCE = 0x10_0000;

    private final KernelModuleBuilder module;
    private final Map<String, Address> kernel = new HashMap<>();
    private final Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
    private KernelProfile profile = KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC);
    private LoadPolicy policy = LoadPolicy.kernelExact();
    private Consumer<ElfEdit> damage = edit -> {};
    private OptionalLong base = OptionalLong.empty();
    private long distance = USUAL_DISTANCE;

    private DryLoad(KernelModuleBuilder module) {
        this.module = module;
    }

    /** A load of a module called {@code m}, which {@link #builder} builds. */
    public static DryLoad of(ElfTarget target) {
        return of(KernelModuleBuilder.of(target, "m"));
    }

    /** A load of this module, which may be built further. */
    public static DryLoad of(KernelModuleBuilder module) {
        return new DryLoad(Objects.requireNonNull(module, "module"));
    }

    /** The module. */
    public KernelModuleBuilder builder() {
        return module;
    }

    /** Lets the kernel export a symbol; it exports no other. */
    public DryLoad exports(String name, long value) {
        kernel.put(name, Address.of(value));
        return this;
    }

    /** Places the first region; the others follow at intervals of 1 MB. Without this it is where the kernel's area for modules starts. */
    public DryLoad at(long address) {
        base = OptionalLong.of(address);
        return this;
    }

    /** Places one region, if the module has it. */
    public DryLoad at(RegionKind region, long address) {
        bases.put(region, Address.of(address));
        return this;
    }

    /** Places regions at other intervals. */
    public DryLoad apart(long bytes) {
        distance = bytes;
        return this;
    }

    /** Sets the kernel's version and configuration; that of {@link KernelModuleBuilder#VERMAGIC} unless set. */
    public DryLoad under(KernelProfile kernelProfile) {
        profile = Objects.requireNonNull(kernelProfile, "kernelProfile");
        return this;
    }

    /** Sets the policy; exactly the kernel's unless set. */
    public DryLoad with(LoadPolicy loadPolicy) {
        policy = Objects.requireNonNull(loadPolicy, "loadPolicy");
        return this;
    }

    /** Breaks the file that the builder made. */
    public DryLoad broken(Consumer<ElfEdit> how) {
        damage = Objects.requireNonNull(how, "how");
        return this;
    }

    /** The module laid out, before it has addresses. */
    public LayoutPlan plan() {
        ElfEdit edit = ElfEdit.of(module.build());
        damage.accept(edit);
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.of(kernel))
                .build()
                .plan(ModuleFile.open(edit.build()), policy);
    }

    /** Builds, places, resolves and relocates the module. */
    public Result relocate() {
        LayoutPlan plan = plan();
        Map<RegionKind, Address> placement = new EnumMap<>(RegionKind.class);
        long next = base.orElse(plan.archKernel().moduleAreas().get(0).start().value());
        for (Region region : plan.regions()) {
            Address own = bases.get(region.kind());
            placement.put(region.kind(), own == null ? Address.of(next) : own);
            next += distance;
        }
        try (PlacedModule placed = plan.place(Placement.regions(placement))) {
            return new Result(module.elf().target(), placed.resolve().relocate());
        }
    }

    /**
     * What the load came to. Words are in the byte order of instructions in executable sections, in that of data elsewhere.
     *
     * @param target what the module was built for
     * @param relocated the module, which can still be read but not committed
     */
    @API(status = API.Status.EXPERIMENTAL, since = "0.1")
    public record Result(ElfTarget target, RelocatedModule relocated) {

        /** The plan that was placed. */
        public LayoutPlan plan() {
            return placed().plan();
        }

        /** The module at its addresses. */
        public PlacedModule placed() {
            return relocated.resolved().placed();
        }

        /** The section of this name in the file. */
        public Section section(String name) {
            return plan().file()
                    .elf()
                    .section(name)
                    .orElseThrow(() -> new IllegalArgumentException("the module has no section " + name));
        }

        /** The section of this name as it is laid out. */
        public Section shape(String name) {
            return placed().shape(section(name));
        }

        /** A section's bytes, a new array. */
        public byte[] bytes(String section) {
            return relocated.bytes(section(section));
        }

        /** The word at an offset in a section. */
        public int word(String section, int offset) {
            return encoding(shape(section)).word(bytes(section), offset);
        }

        /** All words of a section. */
        public List<Integer> words(String section) {
            byte[] bytes = bytes(section);
            ElfEncoding encoding = encoding(shape(section));
            return IntStream.range(0, bytes.length / Integer.BYTES)
                    .mapToObj(i -> encoding.word(bytes, i * Integer.BYTES))
                    .toList();
        }

        /** All words of a section in hexadecimal digits without zeros in front. */
        public List<String> hexWords(String section) {
            return words(section).stream().map(Integer::toHexString).toList();
        }

        /** The address, as wide as a {@code long} of the target, that is at an offset in a section. */
        public long pointer(String section, int offset) {
            return target.encoding().pointer(bytes(section), offset);
        }

        /** {@code count} words of code from an offset in a region, for what lies around sections. */
        public List<Integer> wordsAt(RegionKind region, long offset, int count) {
            byte[] bytes = relocated.bytes(region);
            ElfEncoding code = new ElfEncoding(target.encoding().elfClass(), target.codeOrder());
            return IntStream.range(0, count)
                    .mapToObj(i -> code.word(bytes, (int) offset + Integer.BYTES * i))
                    .toList();
        }

        /** The address of a section. */
        public long address(String section) {
            return placed().address(section(section))
                    .orElseThrow(() -> new IllegalArgumentException(section + " is not loaded"))
                    .value();
        }

        /** The start of a region. */
        public long start(RegionKind region) {
            return placed().range(region)
                    .orElseThrow(() -> new IllegalArgumentException("the module has no region " + region))
                    .start()
                    .value();
        }

        /** The stubs in the order in which they were made, for example {@code 0xc0000000 -> 0x8027a740}. */
        public List<String> stubs() {
            return relocated.stubs().stream()
                    .map(stub -> stub.address() + " -> " + stub.target())
                    .toList();
        }

        private ElfEncoding encoding(Section section) {
            ByteOrder order = section.isExecutable()
                    ? target.codeOrder()
                    : target.encoding().order();
            return new ElfEncoding(target.encoding().elfClass(), order);
        }
    }
}
