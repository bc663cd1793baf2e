package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelSymbolsTest {

    private static final AddressRange AREA = new AddressRange(Address.of(0x8fff_0000L), 0x100);

    /** Where the modules of some kernel want symbols that nobody knows. */
    private static final AddressRange KERNEL = new AddressRange(Address.of(0xffff_8000_0800_0000L), 0x1_0000);

    private static KernelSymbols map(String name, long value) {
        return KernelSymbols.of(Map.of(name, Address.of(value)));
    }

    @Test
    void theFirstSourceThatHasANameAnswers() {
        KernelSymbols symbols = map("f", 1).or(map("f", 2).or(map("g", 3)));

        assertEquals(1, symbols.find("f").orElseThrow().value().value());
        assertEquals(3, symbols.find("g").orElseThrow().value().value());
        assertEquals(Optional.empty(), symbols.find("h"));
        assertEquals(Optional.empty(), symbols.placeholder("f", KERNEL, SymbolUse::unknown));
    }

    @Test
    void aLambdaIsASourceAndSlidesAsAWhole() {
        KernelSymbols lambda = name -> name.startsWith("k")
                ? Optional.of(KernelSymbol.of(name, Address.of(0x1000)).withCode(Address.of(0x2000)))
                : Optional.empty();

        KernelSymbol slid = lambda.slid(-0x10).find("kfree").orElseThrow();

        assertEquals(Address.of(0xff0), slid.value());
        assertEquals(Optional.of(Address.of(0x1ff0)), slid.code());
        assertEquals(Optional.empty(), lambda.slid(4).find("printk"));
    }

    @Test
    void whatIsSaidOfASymbolIsKeptWhenMoreIsSaid() {
        KernelSymbol symbol = KernelSymbol.of("f", Address.of(8))
                .withCrc(-1)
                .exported(ExportKind.GPL, "NS")
                .ownedBy("m");

        assertEquals(
                new KernelSymbol("f", Address.of(8), Optional.empty(), OptionalInt.of(-1), "NS", ExportKind.GPL, "m"),
                symbol);
    }

    /** The first source that has a name says what is known of its export, wherever the sources are moved. */
    @Test
    void whatIsKnownOfAnExportSurvivesMovingMergingAndVersions() {
        KernelSymbols marked = KernelSymbols.systemMap(
                "80100000 T f\n80100010 T g\n80200000 r __ksymtab_f\n80100020 T odd line here\n");
        KernelSymbols all = marked.or(map("g", 0x9000).or(map("h", 0x9010)))
                .slid(0x100)
                .withVersions(KernelSymbols.moduleSymvers("0x1\tf\tvmlinux\tEXPORT_SYMBOL_GPL\n0x2\th\tvmlinux\n0x3\n"))
                .slid(0x100)
                .or(name -> Optional.of(KernelSymbol.of(name, Address.of(4))));

        assertEquals(
                KernelSymbol.of("f", Address.of(0x8010_0200L)).withCrc(1).exported(ExportKind.GPL, ""),
                all.find("f").orElseThrow());
        assertEquals(
                KernelSymbol.of("g", Address.of(0x8010_0210L)).exported(ExportKind.NOT_EXPORTED, ""),
                all.find("g").orElseThrow());
        assertEquals(
                KernelSymbol.of("h", Address.of(0x9210)).withCrc(2).exported(ExportKind.EXPORTED, ""),
                all.find("h").orElseThrow());
        assertEquals(ExportKind.UNKNOWN, all.find("i").orElseThrow().kind());
        assertEquals(
                List.of(
                        "System.map: line 4: behind the name stands something other than a module in brackets",
                        "Module.symvers: line 3: not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between"),
                all.remarks());
        KernelSymbols lambda = name -> Optional.empty();
        assertEquals(List.of(), lambda.slid(4).remarks());
    }

    @Test
    void aMapIsCopied() {
        Map<String, Address> values = new HashMap<>(Map.of("f", Address.of(1)));
        KernelSymbols symbols = KernelSymbols.of(values);
        values.clear();

        assertTrue(symbols.find("f").isPresent());
    }

    @Test
    void slotsFollowEachOtherAndAreNamed() {
        SyntheticSymbols slots = KernelSymbols.synthetic(AREA, 0x20);

        assertEquals(
                0x8fff_0000L,
                slots.placeholder("printk", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .value()
                        .value());
        assertEquals(0x8fff_0020L, slots.slot("kfree").value().value());
        assertSame(
                slots.slot("printk"),
                slots.placeholder("printk", KERNEL, SymbolUse::unknown).orElseThrow());
        assertEquals(
                List.of(Map.entry("printk", Address.of(0x8fff_0000L)), Map.entry("kfree", Address.of(0x8fff_0020L))),
                List.copyOf(slots.slots().entrySet()));
        assertEquals(Set.of(AREA), Set.copyOf(slots.areas()), "the kernel's own area is not asked for");
        assertEquals(0x20, slots.slotBytes());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    0x8fff0000       | printk
    0x8fff001f       | printk
    0x8fff0020       | kfree
    0x8fff0040       |
    0x8ffeffff       |
    0x8fff0100       |
    0xffffffff8fff0000 |
    """)
    void anAddressHasTheNameOfItsSlot(String address, String name) {
        SyntheticSymbols slots = KernelSymbols.synthetic(AREA, 0x20);
        slots.slot("printk");
        slots.slot("kfree");

        assertEquals(Optional.ofNullable(name), slots.nameAt(Address.parse(address)));
    }

    @Test
    void aPlaceholderHidesNothingAndDoesNotSlide() {
        SyntheticSymbols slots = KernelSymbols.synthetic(AREA, 0x20);
        KernelSymbols symbols = map("f", 0x1000).or(slots).slid(0x10);

        assertEquals(Optional.empty(), symbols.find("g"));
        assertEquals(Address.of(0x1010), symbols.find("f").orElseThrow().value());
        assertEquals(
                AREA.start(),
                symbols.placeholder("g", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .value());
        KernelSymbols lambda = new KernelSymbols() {
            @Override
            public Optional<KernelSymbol> find(String name) {
                return Optional.empty();
            }

            @Override
            public Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
                return slots.placeholder(name, kernelArea, SymbolUse::unknown);
            }
        };
        assertEquals(
                AREA.start(),
                lambda.slid(8)
                        .placeholder("g", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .value());
        ModuleSymvers exports = KernelSymbols.moduleSymvers("0x1\tg\tvmlinux\tEXPORT_SYMBOL\t\n");
        assertEquals(
                OptionalInt.empty(),
                slots.withVersions(exports)
                        .placeholder("g", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .crc());
    }

    @Test
    void aFullAreaIsToldWithItsNumbers() {
        SyntheticSymbols slots = KernelSymbols.synthetic(AREA, 0x80);
        slots.slot("a");
        slots.slot("b");

        MemoryException refusal = assertThrows(MemoryException.class, () -> slots.slot("c"));

        assertEquals(Errno.ENOMEM, refusal.errno());
        assertEquals(
                "synthetic symbols: no slot for c: all 2 of 128 bytes in [0x8fff0000, 0x8fff0100) are taken; give a"
                        + " larger area",
                refusal.getMessage());
        assertEquals(Address.of(0x8fff_0080L), slots.slot("b").value(), "what has a slot keeps it");
        assertEquals(2, slots.slots().size());
    }

    @Test
    void slotsAreAlignedPowersOfTwo() {
        AddressRange odd = new AddressRange(Address.of(0x1004), 0x100);

        assertThrows(IllegalArgumentException.class, () -> KernelSymbols.synthetic(AREA, 24));
        assertThrows(IllegalArgumentException.class, () -> KernelSymbols.synthetic(AREA, 0));
        assertThrows(IllegalArgumentException.class, () -> KernelSymbols.synthetic(odd, 8));
    }

    @Test
    void slotsLieInTheKernelAreaOfWhoeverAsks() {
        AddressRange other = new AddressRange(Address.of(0x1000), 0x80);
        SyntheticSymbols slots = KernelSymbols.synthetic();

        assertEquals(
                Address.of(0xffff_8000_0800_0000L),
                slots.placeholder("printk", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .value());
        assertEquals(
                Address.of(0xffff_8000_0800_0040L),
                slots.placeholder("kfree", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .value());
        assertEquals(
                Address.of(0x1000),
                slots.placeholder("kfree", other, SymbolUse::unknown)
                        .orElseThrow()
                        .value(),
                "each kernel has slots");
        assertEquals(
                Address.of(0xffff_8000_0800_0000L),
                slots.placeholder("printk", KERNEL, SymbolUse::unknown)
                        .orElseThrow()
                        .value(),
                "a name keeps its slot");
        assertEquals(Address.of(0xffff_8000_0800_0000L), slots.slot("printk").value());
        assertEquals(Optional.of("kfree"), slots.nameAt(Address.of(0xffff_8000_0800_007fL)));
        assertEquals(Optional.of("kfree"), slots.nameAt(Address.of(0x1000)));
        assertEquals(Optional.empty(), slots.nameAt(Address.of(0x1040)));
        assertEquals(Set.of(KERNEL, other), Set.copyOf(slots.areas()));
        assertEquals(Set.of("printk", "kfree"), slots.slots().keySet());
    }

    @Test
    void aSlotThatNoModuleAskedForNeedsAnAreaOfTheCallers() {
        SyntheticSymbols slots = KernelSymbols.synthetic();
        slots.placeholder("printk", KERNEL, SymbolUse::unknown);

        IllegalStateException refusal = assertThrows(IllegalStateException.class, () -> slots.slot("kfree"));

        assertEquals(
                "no module has asked for kfree, and slots without an area of their own lie in the area of the kernel that"
                        + " asks; give KernelSymbols.synthetic an area",
                refusal.getMessage());
        assertEquals(Map.of("printk", KERNEL.start()), slots.slots());
    }

    @Test
    void aFullKernelAreaIsToldToo() {
        SyntheticSymbols slots = KernelSymbols.synthetic();
        AddressRange small = new AddressRange(Address.of(0x1000), 0x7f);
        slots.placeholder("a", small, SymbolUse::unknown);

        MemoryException refusal =
                assertThrows(MemoryException.class, () -> slots.placeholder("b", small, SymbolUse::unknown));

        assertEquals(
                "synthetic symbols: no slot for b: all 1 of 64 bytes in [0x1000, 0x107f) are taken; give a larger area",
                refusal.getMessage());
    }

    @Test
    void manyThreadsSeeOneSlotForAName() throws InterruptedException, ExecutionException {
        SyntheticSymbols slots = KernelSymbols.synthetic();
        AddressRange area = new AddressRange(Address.of(0x4000_0000), 2_000 * 64);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<Address>>> answers = IntStream.range(0, 4)
                    .mapToObj(thread -> threads.submit(() -> IntStream.range(0, 2_000)
                            .mapToObj(i -> slots.placeholder(
                                            "symbol_" + (i * (2 * thread + 1)) % 2_000, area, SymbolUse::unknown)
                                    .orElseThrow()
                                    .value())
                            .toList()))
                    .toList();
            Set<Address> seen = new HashSet<>();
            for (Future<List<Address>> answer : answers) {
                seen.addAll(answer.get());
            }
            assertEquals(2_000, seen.size());
            assertEquals(new HashSet<>(slots.slots().values()), seen);
            slots.slots().forEach((name, address) -> assertEquals(Optional.of(name), slots.nameAt(address)));
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void dataOfWhichMuchIsReadTakesSeveralSlots() {
        SyntheticSymbols slots = KernelSymbols.synthetic(AREA, 0x20);
        Address before =
                slots.placeholder("f", KERNEL, SymbolUse::code).orElseThrow().value();

        Address table = slots.placeholder("table", KERNEL, () -> SymbolUse.access(0x3c, 8))
                .orElseThrow()
                .value();
        Address behind =
                slots.placeholder("g", KERNEL, SymbolUse::unknown).orElseThrow().value();

        assertEquals(0x20, table.minus(before));
        assertEquals(0x60, behind.minus(table));
        assertEquals(Optional.of("table"), slots.nameAt(table.plus(0x5f)));
        assertEquals(Optional.of("g"), slots.nameAt(table.plus(0x60)));
        assertEquals(Optional.of(new SymbolUse(SymbolUse.Nature.DATA, 0x44)), slots.use("table"));
        assertEquals(Optional.of(SymbolUse.code()), slots.use("f"));
        assertEquals(Optional.empty(), slots.use("none"));
    }

    @Test
    void theFirstModuleThatAsksTellsTheUseOfANameThatHadItsSlotInAdvance() {
        SyntheticSymbols slots = KernelSymbols.synthetic(AREA, 0x20);
        Address early = slots.slot("kfree").value();
        assertEquals(early, slots.slot("kfree").value());
        assertEquals(Optional.empty(), slots.use("kfree"));

        Optional<KernelSymbol> asked = slots.placeholder("kfree", KERNEL, SymbolUse::code);
        slots.placeholder("kfree", KERNEL, SymbolUse::unknown);

        assertEquals(Optional.of(early), asked.map(KernelSymbol::value));
        assertEquals(Optional.of(SymbolUse.code()), slots.use("kfree"));
    }

    @Test
    void whatIsCalledIsCodeWhateverElseIsDoneWithIt() {
        assertEquals(
                SymbolUse.Nature.CODE,
                SymbolUse.access(0, 4).and(SymbolUse.code()).nature());
        assertEquals(
                SymbolUse.access(8, 4),
                SymbolUse.unknown().and(SymbolUse.access(0, 4)).and(SymbolUse.access(8, 4)));
        assertEquals(new SymbolUse(SymbolUse.Nature.DATA, 0), SymbolUse.access(-4, 4));
        assertEquals(new SymbolUse(SymbolUse.Nature.DATA, 0), SymbolUse.access(Long.MAX_VALUE, 4));
    }
}
