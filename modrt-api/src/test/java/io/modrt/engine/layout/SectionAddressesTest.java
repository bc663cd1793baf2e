package io.modrt.engine.layout;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.BY_TYPE;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.error.LayoutException;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchPlan;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SectionAddressesTest {
    private static final long BASE = 0xc0000000L;

    /**
     * Packed, core: text 0..10, rodata 10..18, data 18..20, bss 20..30; then, since there is one symbol "f" in .text, symbols 30..50,
     * names "\0f\0" 50..53, types 53..55. Init: text 0..8, symtab 8..28, strtab 28..2b, struct 2c..3c, types 3c..3e.
     */
    private static SmallModule four() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x10); // 1
        module.section(".rodata", A, 4, 0x8); // 2
        module.section(".data", WA, 4, 0x8); // 3
        module.bss(".bss", 4, 0x10); // 4
        module.section(".init.text", AX, 4, 0x8); // 5
        module.section(".data..percpu", WA, 4, 0x8); // 6
        return module.symbol("f", 0, FUNC, 1).withSymbols(); // 7, 8
    }

    private static Address at(long address) {
        return Address.of(address);
    }

    private static AddressRange range(long start, long size) {
        return new AddressRange(at(start), size);
    }

    private static Placement.AtRegions bases(long core, long init) {
        return new Placement.AtRegions(Map.of(RegionKind.CORE, at(core), RegionKind.INIT, at(init)));
    }

    @Test
    void regionsAtTheirBases() {
        SectionAddresses addresses = SectionAddresses.at(four().layout(PACKED), bases(BASE, BASE + 0x2000));
        assertEquals(BASE + 0x10, addresses.address(2));
        assertEquals(BASE + 0x2000, addresses.address(5));
        assertEquals(Optional.of(range(BASE, 0x55)), addresses.range(RegionKind.CORE));
        assertEquals(Optional.of(range(BASE + 0x2000, 0x3e)), addresses.range(RegionKind.INIT));
        assertEquals(Optional.empty(), addresses.range(RegionKind.TEXT));
        assertEquals(BASE + 0x30, addresses.tailAddress(RegionKind.CORE, 0x30));
        assertThrows(IllegalArgumentException.class, () -> addresses.address(6));
    }

    @Test
    void anEmptySectionAloneInItsRegionIsAtItsOffset() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x10);
        module.section(".rodata", A, 16, 0);
        SectionAddresses addresses =
                SectionAddresses.at(module.layout(BY_TYPE), new Placement.AtRegions(Map.of(RegionKind.TEXT, at(BASE))));
        assertEquals(0, addresses.address(2));
        assertEquals(Optional.empty(), addresses.range(RegionKind.RODATA));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "0xc0000000, 0xc0000010, is not on a page",
        "0xc0000000, 0xc0000000, overlaps",
        "0xc0000000, 0x1fffff000, leave the address space of 32 bits",
        "0xc0000000, , has no base",
    })
    void basesThatDoNotFitAreRefused(Long core, Long init, String why) {
        Map<RegionKind, Address> bases = init == null
                ? Map.of(RegionKind.CORE, at(core))
                : Map.of(RegionKind.CORE, at(core), RegionKind.INIT, at(init));
        SectionLayout layout = four().layout(PACKED);
        LayoutException e =
                assertThrows(LayoutException.class, () -> SectionAddresses.at(layout, new Placement.AtRegions(bases)));
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertTrue(e.beyondKernel());
    }

    @Test
    void a64BitRegionMayEndAtTheTopButNotWrap() {
        SmallModule module = new SmallModule(ElfClass.ELF64, false);
        module.section(".text", AX, 4, 0x1000);
        SectionLayout layout = module.layout(PACKED);
        Placement.AtRegions top = new Placement.AtRegions(Map.of(RegionKind.CORE, at(-0x1000)));
        assertEquals(-0x1000, SectionAddresses.at(layout, top).address(1));
        module.section(".data", WA, 4, 1);
        SectionLayout larger = module.layout(PACKED);
        LayoutException e = assertThrows(LayoutException.class, () -> SectionAddresses.at(larger, top));
        assertTrue(e.getMessage().contains("leave the address space of 64 bits"), e.getMessage());
    }

    @Test
    void oneObservedSectionGivesItsRegion() {
        SectionAddresses addresses = SectionAddresses.at(
                four().layout(PACKED),
                new Placement.AtSections(Map.of(3, at(0xc0123018L), 5, at(0xc0200004L)), Map.of()));
        assertEquals(0xc0123000L, addresses.address(1));
        assertEquals(0xc0123020L, addresses.address(4));
        assertEquals(Optional.of(range(0xc0123000L, 0x55)), addresses.range(RegionKind.CORE));
        // a base off the page is taken as it was seen
        assertEquals(Optional.of(range(0xc0200004L, 0x3e)), addresses.range(RegionKind.INIT));
        assertEquals(0xc020000cL, addresses.address(7));
        assertEquals(0xc0200030L, addresses.tailAddress(RegionKind.INIT, 0x2c));
        assertEquals(Optional.empty(), addresses.perCpu());
    }

    @Test
    void sectionsMayLieOtherwiseThanPredicted() {
        // .data was seen 0x40 further up than the layout has it: .bss (8 bytes behind .data's offset, 0x10 before its
        // own end) follows
        // it, .rodata (0x10 behind .text, 8 before .data) follows the nearer .data as well, the tables follow .bss
        SectionAddresses addresses = SectionAddresses.at(
                four().layout(PACKED),
                new Placement.AtSections(
                        Map.of(1, at(BASE), 3, at(BASE + 0x58), 6, at(0x1234)),
                        Map.of(RegionKind.INIT, range(BASE + 0x3000, 0x1000))));
        assertEquals(BASE + 0x50, addresses.address(2));
        assertEquals(BASE + 0x60, addresses.address(4));
        assertEquals(Optional.of(range(BASE, 0x55 + 0x40)), addresses.range(RegionKind.CORE));
        assertEquals(BASE + 0x70, addresses.tailAddress(RegionKind.CORE, 0x30));
        assertEquals(BASE + 0x3000, addresses.address(5));
        assertEquals(Optional.of(range(BASE + 0x3000, 0x1000)), addresses.range(RegionKind.INIT));
        assertEquals(Optional.of(at(0x1234)), addresses.perCpu());
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource({
        // .text, .data, start and size of the core region (or nothing), what is said
        // .rodata was not named and lies in front of .data
        "0xc0000000, 0xc0000008, , , overlaps section 2 .rodata at 0xc0000000",
        "0xc0000000, 0xc0400000, , , are its sections in one block",
        "0xc0000000, 0xfffffffc, , , leave the address space of 32 bits",
        "0xc0000000, 0xc0000018, 0xc0000008, 0x100, is outside region CORE [0xc0000008",
        "0xc0000000, 0xc0000018, 0xc0000000, 0x54, is too small",
        "0xc0000000, 0xc0000018, 0xc0000000, 0x40000000, is too large",
    })
    void observedAddressesThatCannotBeAreRefused(Long text, Long data, Long start, Long size, String why) {
        Map<RegionKind, AddressRange> init = Map.of(RegionKind.INIT, range(0xd0000000L, 0x1000));
        Map<RegionKind, AddressRange> regions = start == null
                ? init
                : Map.of(RegionKind.INIT, range(0xd0000000L, 0x1000), RegionKind.CORE, range(start, size));
        Placement.AtSections seen = new Placement.AtSections(Map.of(1, at(text), 3, at(data)), regions);
        SectionLayout layout = four().layout(PACKED);
        LayoutException e = assertThrows(LayoutException.class, () -> SectionAddresses.at(layout, seen));
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertTrue(e.beyondKernel());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "1, region INIT of 0x3e bytes has no address",
        "99, section 99 at 0xc0000000: the file has sections 1 to 9",
        "9, at 0xc0000000: it is not loaded by Linux 6.1.192",
        "0, section 0 at 0xc0000000",
    })
    void whatIsNamedMustBeThereAndEachRegionNamed(int section, String why) {
        SmallModule module = four();
        SectionLayout layout = module.layout(PACKED);
        LayoutException e = assertThrows(
                LayoutException.class,
                () -> SectionAddresses.at(layout, new Placement.AtSections(Map.of(section, at(BASE)), Map.of())));
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void whatLiesInFrontOfASectionIsNotGivenAway() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.section(".data", WA, 4, 0x10);
        ArchPlan eight = new SmallModule.Sizes() {
            @Override
            public long frontBytes(Section section) {
                return 8;
            }
        };
        SectionLayout layout = module.layout(PACKED, eight);
        // text at 8..18, data at 20..30
        assertEquals(0x30, layout.sizeBytes(RegionKind.CORE));
        SectionAddresses apart = SectionAddresses.at(
                layout, new Placement.AtSections(Map.of(1, at(BASE + 8), 2, at(BASE + 0x20)), Map.of()));
        assertEquals(Optional.of(range(BASE, 0x30)), apart.range(RegionKind.CORE));
        LayoutException e = assertThrows(
                LayoutException.class,
                () -> SectionAddresses.at(
                        layout, new Placement.AtSections(Map.of(1, at(BASE + 8), 2, at(BASE + 0x1c)), Map.of())));
        assertTrue(
                e.getMessage()
                        .contains("overlaps section 2 .data at 0xc000001c, which takes memory from 0xc0000014 on"),
                e.getMessage());
    }
}
