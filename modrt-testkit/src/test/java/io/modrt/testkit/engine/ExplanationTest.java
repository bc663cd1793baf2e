package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Reach;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.load.Location;
import io.modrt.module.ModuleFile;
import io.modrt.module.SymbolReference;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a loaded module tells of itself. */
class ExplanationTest {
    private static final int ABS64 = 257;
    private static final int ABS32 = 258;
    private static final int CALL26 = 283;

    private static final Address CORE = Address.of(0x1_0000_0000L);
    private static final Address INIT = Address.of(0x1_0010_0000L);

    private final ModuleRuntime runtime = Samples.runtime()
            .kernelSymbols(KernelSymbols.of(Map.of("near", Address.of(0x1_0400_0000L), "small", Address.of(0x77))))
            .build();

    private LiveModule load(KernelModuleBuilder module) {
        return runtime.load(
                Samples.file(module),
                Placement.regions(Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT)),
                LoadPolicy.kernelExact());
    }

    private LiveModule caller() {
        // bl near; the second word of .data takes a pointer with an addend
        return load(Samples.module("caller")
                .text(0x9400_0000)
                .imports("near")
                .relocation(".text", 8, CALL26, "near")
                .relocation(".data", 0, ABS64, "near", 0x10));
    }

    @Test
    void eachRelocationIsToldWithItsNumbers() {
        LiveModule caller = caller();
        Address place = caller.address(".text").orElseThrow().plus(8);

        Relocation call = caller.relocationsAt(place).get(0);

        assertEquals(
                "caller: .text+0x8: R_AARCH64_CALL26 against near+0x0",
                call.place().toString());
        assertEquals(Address.of(0x1_0400_0000L), call.place().S());
        assertEquals(place, call.place().P());
        assertEquals(0x1_0400_0000L - place.value(), call.value());
        assertEquals(0x9400_0000L, call.before());
        // bl: imm26 is the distance in words
        assertEquals(0x9400_0000L | (call.value() >> 2), call.after());
        assertTrue(call.stub().isEmpty());
    }

    /** By its name, and by its section and an offset. */
    @Test
    void whoRefersToASymbolIsTold() {
        KernelModuleBuilder module = Samples.module("caller")
                .text(0x9400_0000)
                .data(0, 0)
                .imports("near")
                .relocation(".text", 8, CALL26, "near")
                .relocation(".data", 0, ABS64, "caller_run")
                .relocation(".data", 8, ABS64, "caller_value", 0x10);
        LiveModule caller = load(module);

        assertEquals(List.of(".text+0x8"), references(caller.file(), "near"));
        assertEquals(List.of("caller_value+0x0 (.data+0x0)"), references(caller.file(), "caller_run"));
        assertEquals(List.of(".data+0x8"), references(caller.file(), "caller_value"));
        assertEquals(List.of(), references(caller.file(), "nobody"));
        assertEquals(List.of("caller: .text+0x8: R_AARCH64_CALL26 against near+0x0"), relocations(caller, "near"));
        assertEquals(
                List.of("caller: .data+0x0: R_AARCH64_ABS64 against caller_run+0x0"),
                relocations(caller, "caller_run"));
        assertEquals(List.of(), relocations(caller, "nobody"));
    }

    private static List<String> references(ModuleFile file, String symbol) {
        return file.references(symbol).stream().map(SymbolReference::toString).toList();
    }

    private static List<String> relocations(LiveModule module, String symbol) {
        return module.relocationsAgainst(symbol).stream()
                .map(relocation -> relocation.place().toString())
                .toList();
    }

    @Test
    void anExportIsASymbolOfTheFile() {
        ModuleFile file = Samples.file(Samples.exporter("giver"));
        Symbol symbol = file.symbols().find(file.exports().get(0).name()).orElseThrow();

        assertEquals("giver_run", symbol.name());
        assertEquals("FUNC", symbol.typeName());
        assertEquals("GLOBAL", symbol.bindingName());
        assertEquals(".text", file.elf().section(symbol.sectionIndex()).name());
        assertTrue(file.symbols().find("nobody").isEmpty());
    }

    @Test
    void whatIsExplainedIsWhatIsInMemory() {
        LiveModule caller = caller();
        List<Relocation> all = caller.relocations().toList();

        assertEquals(
                2,
                all.stream().filter(one -> one.place().symbol().equals("near")).count());
        for (Relocation one : all) {
            int length = one.place().type().equals("R_AARCH64_ABS64") ? 8 : 4;
            byte[] bytes = new byte[length];
            runtime.memory().read(one.place().P(), bytes, 0, length);
            long found = 0;
            for (int i = length - 1; i >= 0; i--) {
                found = (found << 8) | (bytes[i] & 0xff);
            }
            assertEquals(one.after(), found, one.toString());
        }
    }

    @Test
    void theReachReportNamesTheCallNearestToItsLimit() {
        LiveModule caller = caller();
        ReachReport report = caller.reach();

        Reach tightest = report.tightest().orElseThrow();
        long distance = 0x1_0400_0000L - caller.address(".text").orElseThrow().value() - 8;
        assertEquals("near", tightest.place().symbol());
        assertEquals(distance, tightest.value());
        // 26 bits of words, signed: 128 MB less a word
        assertEquals(0x7ff_fffcL - distance, tightest.headroomBytes());
        assertEquals(50.0, tightest.percentUsed(), 0.1);
    }

    @Test
    void filePositionsOffsetsAndAddressesMapIntoEachOther() {
        LiveModule caller = caller();
        Section data = caller.file().elf().section(".data").orElseThrow();
        Address address = caller.address(".data").orElseThrow().plus(5);

        Location byAddress = caller.map().at(address).orElseThrow();
        Location byFile = caller.map().atFileOffset(data.fileOffset() + 5).orElseThrow();

        assertEquals(byAddress, byFile);
        assertEquals(data, byAddress.section());
        assertEquals(5, byAddress.sectionOffset());
        assertEquals(address, byFile.address().orElseThrow());
        assertTrue(caller.map().at(Address.of(0x4242)).isEmpty());
    }

    @Test
    void anAddressIsToldByTheSymbolInFrontOfIt() {
        // .text: nop, nop (Samples), then two more; symbols at 0, 4 (two of them, and a compiler's label at 8)
        LiveModule told = load(Samples.module("told")
                .text(Samples.NOP, Samples.NOP, Samples.NOP)
                .function("told_stop", ".text", 4)
                .function("told_halt", ".text", 4)
                .function(".Lend", ".text", 8));
        Address text = told.address(".text").orElseThrow();
        Address data = told.address(".data").orElseThrow();

        assertEquals("told_run+0x0", told.symbolAt(text).orElseThrow().toString());
        assertEquals("told_run+0x3", told.symbolAt(text.plus(3)).orElseThrow().toString());
        assertEquals("told_stop+0x4", told.symbolAt(text.plus(8)).orElseThrow().toString());
        assertEquals(
                text.plus(4), told.symbolAt(text.plus(8)).orElseThrow().symbol().address());
        assertEquals("told_value+0x7", told.symbolAt(data.plus(7)).orElseThrow().toString());
        // the first byte behind .data's eight, and an address far off
        assertTrue(told.symbolAt(data.plus(8)).isEmpty());
        assertTrue(told.symbolAt(Address.of(0x4242)).isEmpty());
    }

    @Test
    void debugInformationIsRelocatedOnRequest() {
        KernelModuleBuilder module = Samples.module("traced");
        module.elf()
                .notLoaded(".debug_info")
                .words(0, 0, 0)
                .relocation(0, ABS64, module.symbol("traced_run"))
                .relocation(8, ABS32, module.symbol("small"));
        LiveModule traced = load(module);

        Section debug = traced.file().elf().section(".debug_info").orElseThrow();
        byte[] bytes = traced.relocated(debug);

        long run = traced.symbol("traced_run").orElseThrow().address().value();
        byte[] expected = new byte[12];
        for (int i = 0; i < 8; i++) {
            expected[i] = (byte) (run >>> (8 * i));
        }
        expected[8] = 0x77;
        assertArrayEquals(expected, bytes);
        assertTrue(traced.placed().address(debug).isEmpty());
    }

    @Test
    void observedSectionAddressesAreTakenAsTheyAre() {
        ModuleFile file = Samples.file(Samples.module("seen"));
        Section text = file.elf().section(".text").orElseThrow();
        Section data = file.elf().section(".data").orElseThrow();
        LiveModule seen = runtime.load(
                file,
                Placement.sections(
                        Map.of(text.index(), Address.of(0x4000_1000L), data.index(), Address.of(0x4000_3000L)),
                        Map.of(RegionKind.INIT, new AddressRange(INIT, 0x1000))),
                LoadPolicy.kernelExact());

        assertEquals(Address.of(0x4000_1000L), seen.address(".text").orElseThrow());
        assertEquals(
                Address.of(0x4000_3000L),
                seen.symbol("seen_value").orElseThrow().address());
    }
}
