package io.modrt.aarch64;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A built module that the engine laid out and relocated, each region at a base of the test's. */
final class Laid {
    static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    static final KernelProfile LINUX_6_12 = KernelProfile.of(new KernelVersion(6, 12, 117));
    static final KernelProfile WITH_ERRATUM =
            LINUX_6_1.withMachine(MachineFacts.of(1).withCapabilities(54));

    /** Where the first region lies unless a test says otherwise. */
    static final long BASE = 0xffff_8000_0000_0000L;

    private static final long BETWEEN_REGIONS = 0x0010_0000;

    private final KernelModuleBuilder module;
    private final ElfTarget target;
    private final Map<String, Address> kernel = new HashMap<>();
    private final Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
    private KernelProfile profile = LINUX_6_1;
    private long base = BASE;

    private Laid(ElfTarget target) {
        this.target = target;
        this.module = KernelModuleBuilder.of(target, "m");
    }

    /** A module of little-endian data. */
    static Laid module() {
        return module(ElfTarget.AARCH64_LE);
    }

    /** A module with the sections that the linker leaves for the kernel to fill, behind those of the test's. */
    static Laid module(ElfTarget target) {
        return new Laid(target);
    }

    /** The module itself. */
    KernelModuleBuilder builder() {
        return module;
    }

    /** A symbol that the kernel exports. */
    Laid exported(String name, long value) {
        kernel.put(name, Address.of(value));
        return this;
    }

    /** The first region's base; the others follow, 1 MB from one to the next. */
    Laid at(long address) {
        base = address;
        return this;
    }

    /** A region's own base. */
    Laid at(RegionKind region, long address) {
        bases.put(region, Address.of(address));
        return this;
    }

    Laid under(KernelProfile kernelProfile) {
        profile = kernelProfile;
        return this;
    }

    /** The module laid out, before it has addresses. */
    LayoutPlan plan() {
        return runtime().plan(ModuleFile.open(file()));
    }

    private byte[] file() {
        for (String name : List.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline")) {
            if (module.code(name).sizeBytes() == 0) {
                module.code(name).bytes((byte) 0).alignment(1);
            }
        }
        return module.build();
    }

    private ModuleRuntime runtime() {
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.of(kernel))
                .build();
    }

    /** Goes as far as the final bytes. */
    Result relocate() {
        LayoutPlan plan = plan();
        Map<RegionKind, Address> placement = new EnumMap<>(RegionKind.class);
        long next = base;
        for (Region region : plan.regions()) {
            placement.put(region.kind(), Address.of(next));
            next += BETWEEN_REGIONS;
        }
        bases.keySet().retainAll(placement.keySet());
        placement.putAll(bases);
        try (PlacedModule placed = plan.place(Placement.regions(placement))) {
            return new Result(target, placed, placed.resolve().relocate());
        }
    }

    /** What came out. */
    record Result(ElfTarget target, PlacedModule placed, RelocatedModule relocated) {

        /** A word of code. */
        int word(String section, int offset) {
            return code().word(relocated.bytes(section(section)), offset);
        }

        /** The words of code of a whole section, in hexadecimal digits. */
        List<String> words(String section) {
            byte[] bytes = relocated.bytes(section(section));
            return IntStream.range(0, bytes.length / Integer.BYTES)
                    .mapToObj(i -> Integer.toHexString(code().word(bytes, i * Integer.BYTES)))
                    .toList();
        }

        private ElfEncoding code() {
            return new ElfEncoding(target.encoding().elfClass(), target.codeOrder());
        }

        byte[] bytes(String section) {
            return relocated.bytes(section(section));
        }

        /** A section as it is laid out. */
        Section shape(String name) {
            return placed.shape(section(name));
        }

        long address(String section) {
            return placed.address(section(section)).orElseThrow().value();
        }

        private Section section(String name) {
            return placed.file().elf().section(name).orElseThrow();
        }
    }
}
