package io.modrt.testkit;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import io.modrt.module.Import;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchKernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apiguardian.api.API;

/**
 * Makes the memory of a small kernel that has modules: their bytes as a load leaves them, their {@code struct module} with the fields that a
 * kernel fills in, its list of modules, and a {@code System.map}. {@link io.modrt.image.MemoryImage} finds and verifies them.
 *
 * <pre>{@code
 * FakeKernelImage machine = KernelImageBuilder.of(ElfTarget.MIPS_O32_LE).module(lower).module(upper).build();
 * machine.put("lower_call+0x8", 0x0320_0008);                 // somebody changes code
 * ImageResult result = machine.image().verify();              // and is found out
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelImageBuilder {
    /** The name of the symbol at which the kernel's list of modules begins. */
    static final String LIST = "modules";

    private static final long FROM_AREA_BYTES = 0x10_0000;
    private static final long SLOT_BYTES = 0x100;

    private final ElfTarget target;
    private final List<Planned> modules = new ArrayList<>();
    private final Map<String, Address> symbols = new LinkedHashMap<>();
    private KernelProfile profile = KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC);
    private TargetMemory memory = FakeMemory.zeroed();

    private record Planned(byte[] file, Placement placement) {}

    private KernelImageBuilder(ElfTarget target) {
        this.target = target;
    }

    /** Starts an image of a kernel whose modules are built for {@code target}, with {@link KernelModuleBuilder#VERMAGIC}. */
    public static KernelImageBuilder of(ElfTarget target) {
        return new KernelImageBuilder(Objects.requireNonNull(target, "target"));
    }

    /** Sets the kernel's version and configuration. */
    public KernelImageBuilder profile(KernelProfile kernelProfile) {
        profile = Objects.requireNonNull(kernelProfile, "kernelProfile");
        return this;
    }

    /** Sets the memory in which everything is to lie, by the kernel's addresses; a new {@link FakeMemory} of zeros unless set. */
    public KernelImageBuilder memory(TargetMemory targetMemory) {
        memory = Objects.requireNonNull(targetMemory, "targetMemory");
        return this;
    }

    /**
     * Gives a symbol of the kernel an address. Without this the kernel has {@code _text}, {@code _stext}, {@code printk}, {@code schedule},
     * {@code _etext}, {@code modules}, {@code _end}, what its modules import and what its architecture needs, all in its kernel area.
     */
    public KernelImageBuilder symbol(String name, long address) {
        symbols.put(name, Address.of(address));
        return this;
    }

    /** Loads a module where the kernel has room, behind those that were added before. */
    public KernelImageBuilder module(KernelModuleBuilder module) {
        return module(module.build(), Placement.allocated());
    }

    /** Loads a module at places of the test's choice. */
    public KernelImageBuilder module(byte[] file, Placement placement) {
        modules.add(new Planned(file.clone(), Objects.requireNonNull(placement, "placement")));
        return this;
    }

    /**
     * The image.
     *
     * @throws IllegalStateException if it has no module, or if a module has two regions of one size: {@code MemoryImage} tells the
     *     fields of {@code struct module} that point to regions apart by the regions' sizes
     * @throws io.modrt.error.ModrtException if a module cannot be loaded
     */
    public FakeKernelImage build() {
        if (modules.isEmpty()) {
            throw new IllegalStateException("an image needs a module");
        }
        KnownArchitectures.of(target);
        ArchKernel kernel = ModuleRuntime.builder()
                .profile(profile)
                .build()
                .plan(ModuleFile.open(modules.get(0).file), LoadPolicy.kernelExact())
                .archKernel();
        Map<String, Address> all = symbols(kernel);
        FakeAllocator allocator = FakeAllocator.over(kernel.moduleAreas().get(0));
        ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.of(all))
                .memory(memory)
                .allocator(allocator)
                .build();
        FileTrees tree = FileTrees.of(profile.version().toString());
        List<LiveModule> live = new ArrayList<>();
        for (Planned planned : modules) {
            LiveModule module =
                    runtime.load(ModuleFile.open(planned.file), planned.placement, LoadPolicy.kernelExact());
            module.dropInit();
            live.add(module);
            tree.module("kernel/" + module.name() + ".ko", planned.file);
        }
        checkSizes(live);
        StructModules structs = new StructModules(target.encoding(), memory);
        live.forEach(structs::fill);
        structs.list(Objects.requireNonNull(all.get(LIST), LIST), live);
        return new FakeKernelImage(target, profile, memory, all, tree, live);
    }

    private static void checkSizes(List<LiveModule> modules) {
        RegionKind[] kinds = RegionKind.values();
        for (int i = 0; i < kinds.length; i++) {
            for (int j = i + 1; j < kinds.length; j++) {
                RegionKind one = kinds[i];
                RegionKind other = kinds[j];
                boolean isTold = one.isInit()
                        || other.isInit()
                        || modules.stream()
                                .noneMatch(module -> size(module, one) > 0 && size(module, one) == size(module, other));
                if (!isTold) {
                    throw new IllegalStateException("the regions " + one + " and " + other
                            + " of a module have one size, so that nobody can tell which field of struct module points"
                            + " to which: let the module have a page more of one");
                }
            }
        }
    }

    private static long size(LiveModule module, RegionKind kind) {
        return module.placed().range(kind).map(AddressRange::sizeBytes).orElse(0L);
    }

    /** Those that the test named, and the others from the lowest to the highest: code, then the list, then the end. */
    private Map<String, Address> symbols(ArchKernel kernel) {
        Set<String> wanted = new TreeSet<>(kernel.anchors());
        wanted.add("printk");
        wanted.add("schedule");
        Set<String> exported = new TreeSet<>();
        for (Planned planned : modules) {
            ModuleFile file = ModuleFile.open(planned.file);
            file.imports().stream().map(Import::name).forEach(wanted::add);
            file.exports().forEach(export -> exported.add(export.name()));
        }
        wanted.removeAll(exported);
        List<String> names = new ArrayList<>(List.of("_text", "_stext"));
        names.addAll(wanted);
        names.addAll(List.of("_etext", LIST, "_end"));
        Map<String, Address> all = new LinkedHashMap<>();
        Address next = kernel.kernelArea().start().plus(FROM_AREA_BYTES);
        for (String name : names) {
            all.put(name, symbols.getOrDefault(name, next));
            next = next.plus(SLOT_BYTES);
        }
        all.putAll(symbols);
        return all;
    }
}
