package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.error.LayoutException;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.module.ModuleFile;
import io.modrt.patch.PatchSite;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.verify.Verification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Addresses come from tools that write 8 digits or 16. Kernels of o32 have 32 bits, which some tools sign-extend, and those of n64 are
 * linked to addresses that are sign-extended from 32 bits.
 */
class AddressFormsTest {
    private static final int R_MIPS_32 = 2;
    private static final int R_MIPS_64 = 18;
    private static final long UPPER = 0xffff_ffff_0000_0000L;

    static Stream<Arguments> targetsAndForms() {
        return Stream.of(ElfTarget.MIPS_O32_LE, ElfTarget.MIPS_O32_BE, ElfTarget.MIPS_N64_LE, ElfTarget.MIPS_N64_BE)
                .flatMap(target -> Stream.of(0L, UPPER).map(upper -> Arguments.of(target, upper)));
    }

    /** The address whose lower half is {@code low} as the kernel has it. */
    private static Address own(ElfTarget target, long low) {
        return Address.of(target.encoding().is64Bit() ? UPPER | low : low);
    }

    private static KernelModuleBuilder module(ElfTarget target) {
        boolean isWide = target.encoding().is64Bit();
        return KernelModuleBuilder.of(target, "m")
                .text(0x03e0_0008, 0)
                .function("run", ".text", 0)
                .data(0, 0)
                .imports("printk")
                .relocation(".data", 0, isWide ? R_MIPS_64 : R_MIPS_32, "printk");
    }

    private static LiveModule load(ElfTarget target, KernelSymbols symbols, Placement placement) {
        ModuleRuntime runtime = ModuleRuntime.builder().kernelSymbols(symbols).build();
        return runtime.plan(ModuleFile.open(module(target).build()))
                .place(placement)
                .resolve()
                .relocate()
                .commit();
    }

    private static KernelSymbols printk(long address) {
        return KernelSymbols.of(Map.of("printk", Address.of(address)));
    }

    private static Placement regions(long upper) {
        return Placement.regions(Map.of(
                RegionKind.CORE, Address.of(upper | 0xc000_0000L), RegionKind.INIT, Address.of(upper | 0xc010_0000L)));
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void importsAreBoundToTheAddressThatAMapMeans(ElfTarget target, long upper) {
        LiveModule module = load(target, printk(upper | 0x8010_0100L), Placement.allocated());

        assertEquals(own(target, 0x8010_0100L), module.imports().get(0).value());
        long stored = target.encoding().is64Bit()
                ? target.encoding().pointer(module.relocated(data(module)), 0)
                : Integer.toUnsignedLong(target.encoding().word(module.relocated(data(module)), 0));
        assertEquals(own(target, 0x8010_0100L).value(), stored);
    }

    private static Section data(LiveModule module) {
        return module.file().elf().section(".data").orElseThrow();
    }

    @ParameterizedTest(name = "map of {0} digits, distance {1}")
    @CsvSource(textBlock = """
    80100100,         100000
    ffffffff80100100, 100000
    # the distance of addresses of which one was written with 8 digits
    80100100,         ffffffff00100000
    ffffffff80100100, 100100000
    """)
    void aMapSlidesFromEitherForm(String address, String distance) {
        KernelSymbols slid =
                KernelSymbols.systemMap(address + " T printk\n").slid(Long.parseUnsignedLong(distance, 16));

        for (ElfTarget target : List.of(ElfTarget.MIPS_O32_BE, ElfTarget.MIPS_N64_LE)) {
            LiveModule module = load(target, slid, Placement.allocated());
            assertEquals(own(target, 0x8020_0100L), module.imports().get(0).value(), target.toString());
        }
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void regionsAreWhereTheirAddressesMean(ElfTarget target, long upper) {
        LiveModule module = load(target, printk(0x8010_0100L), regions(upper));

        assertEquals(
                own(target, 0xc000_0000L),
                module.placed().range(RegionKind.CORE).orElseThrow().start());
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void sectionsAreWhereTheirAddressesMean(ElfTarget target, long upper) {
        int text = ModuleFile.open(module(target).build())
                .elf()
                .section(".text")
                .orElseThrow()
                .index();

        LiveModule module = load(
                target,
                printk(0x8010_0100L),
                Placement.sections(
                        Map.of(text, Address.of(upper | 0xc000_0000L)),
                        Map.of(RegionKind.INIT, new AddressRange(Address.of(upper | 0xc010_0000L), 0x1000))));

        assertEquals(Optional.of(own(target, 0xc000_0000L)), module.address(".text"));
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void anAllocatorMayHaveItsAreaInEitherForm(ElfTarget target, long upper) {
        AddressRange area = new AddressRange(Address.of(upper | 0xc000_0000L), 0x0010_0000);
        ModuleRuntime runtime = ModuleRuntime.builder()
                .kernelSymbols(printk(0x8010_0100L))
                .allocator(ModuleAllocator.over(area, 4096))
                .build();

        LiveModule first = runtime.load(ModuleFile.open(module(target).build()));
        Address start = first.placed().range(RegionKind.CORE).orElseThrow().start();
        assertTrue(
                start.minus(own(target, 0xc000_0000L)) >= 0 && start.minus(own(target, 0xc010_0000L)) < 0,
                start.toString());
        first.unload();
        LiveModule second = runtime.load(ModuleFile.open(module(target).build()));
        assertEquals(start, second.placed().range(RegionKind.CORE).orElseThrow().start(), "its memory was given back");
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void thePerCpuAllocatorMayHaveItsAreaInEitherForm(ElfTarget target, long upper) {
        KernelModuleBuilder file = module(target);
        file.writable(".data..percpu").zeros(16);
        file.object("counter", ".data..percpu", 4);
        ModuleRuntime runtime = ModuleRuntime.builder()
                .kernelSymbols(printk(0x8010_0100L))
                .perCpu(PerCpuAllocator.over(new AddressRange(Address.of(upper | 0x8800_0000L), 0x1000)))
                .build();

        LiveModule module = runtime.load(ModuleFile.open(file.build()));

        Address counter = module.symbol("counter").orElseThrow().address();
        assertTrue(
                counter.minus(own(target, 0x8800_0000L)) >= 4 && counter.minus(own(target, 0x8800_1000L)) < 0,
                counter.toString());
    }

    @Test
    void aPerCpuAllocatorThatDoesNotAlignIsNamed() {
        KernelModuleBuilder file = module(ElfTarget.MIPS_O32_LE);
        file.writable(".data..percpu").zeros(16).alignment(16);
        List<Address> freed = new ArrayList<>();
        PerCpuAllocator crooked = new PerCpuAllocator() {
            @Override
            public Address allocate(long sizeBytes, long alignment) {
                return Address.of(0x8800_0004L);
            }

            @Override
            public void free(Address base) {
                freed.add(base);
            }
        };
        ModuleRuntime runtime = ModuleRuntime.builder()
                .kernelSymbols(printk(0x8010_0100L))
                .perCpu(crooked)
                .build();

        MemoryException refused =
                assertThrows(MemoryException.class, () -> runtime.load(ModuleFile.open(file.build())));

        assertEquals(
                "the per-CPU allocator " + crooked.getClass().getName()
                        + " was asked for 16 bytes aligned to 16 and gave 0x88000004",
                refused.getMessage());
        assertEquals(List.of(Address.of(0x8800_0004L)), freed);
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void whatIsAskedOfAnAddressIsAnsweredInEitherForm(ElfTarget target, long upper) {
        LiveModule module =
                load(target, printk(0x8010_0100L), regions(target.encoding().is64Bit() ? UPPER : 0));
        long text = module.address(".text").orElseThrow().value() & 0xffff_ffffL;
        long data = module.address(".data").orElseThrow().value() & 0xffff_ffffL;

        assertEquals(
                "run",
                module.symbolAt(Address.of(upper | text)).orElseThrow().symbol().name());
        assertEquals(1, module.relocationsAt(Address.of(upper | data)).size());
        assertEquals(
                ".data",
                module.map()
                        .at(Address.of(upper | data))
                        .orElseThrow()
                        .section()
                        .name());
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("targetsAndForms")
    void aSiteOfAVerificationMayBeGivenInEitherForm(ElfTarget target, long upper) {
        ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(printk(0x8010_0100L)).build();
        LiveModule module = runtime.load(ModuleFile.open(module(target).build()));
        Address text = module.address(".text").orElseThrow();
        byte[] changed = {1, 2, 3, 4};
        runtime.memory().write(text, changed, 0, changed.length);
        byte[] loaded = Arrays.copyOf(
                module.relocated(module.file().elf().section(".text").orElseThrow()), 4);

        Verification verification = Verification.of(module)
                .withSite(new PatchSite(
                        Address.of(upper | text.value() & 0xffff_ffffL),
                        "hook",
                        List.of(PatchSite.Form.of("off", loaded), PatchSite.Form.of("on", changed))));

        assertTrue(
                verification.run(runtime.memory()).isClean(),
                verification.run(runtime.memory()).table());
    }

    @Test
    void anAddressOfAnotherSegmentIsKept() {
        for (long address : new long[] {0x9800_0000_0012_9abcL, 0xc000_0000_0000_2000L, 0x6000_0040L, 0x1_8010_0000L}) {
            assertEquals(Address.of(address), Kernels.of(ElfTarget.MIPS_N64_LE).canonical(Address.of(address)));
        }
    }

    @Test
    void aRegionThatLeavesTheAddressSpaceIsStillRefused() {
        Placement late = Placement.regions(
                Map.of(RegionKind.CORE, Address.of(0xffff_f000L), RegionKind.INIT, Address.of(0xc010_0000L)));
        KernelModuleBuilder big = module(ElfTarget.MIPS_O32_BE);
        big.writable(".data").zeros(0x2000);

        try (ModuleRuntime runtime =
                ModuleRuntime.builder().kernelSymbols(printk(0x8010_0100L)).build()) {
            LayoutPlan plan = runtime.plan(ModuleFile.open(big.build()));
            assertThrows(LayoutException.class, () -> plan.place(late));
        }
    }
}
