package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.error.FormatException;
import io.modrt.image.Finding;
import io.modrt.image.Finding.Kind;
import io.modrt.image.FoundModule;
import io.modrt.image.ImageResult;
import io.modrt.image.KernelResult;
import io.modrt.image.MemoryImage;
import io.modrt.image.Sighting;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelImageBuilder;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is found in the image of a small machine. */
class MemoryImageTest {
    private final FakeMachine machine = new FakeMachine();

    @Test
    void modulesAreFoundInTheOrderOfTheListWithTheirPlaces() {
        List<FoundModule> modules = machine.image().modules();
        assertEquals(
                List.of("upper", "lower"),
                modules.stream().map(FoundModule::name).toList());
        FoundModule lower = modules.get(1);
        assertEquals(Optional.of(Address.of(0xc000_0000L)), lower.base());
        assertEquals(Address.of(machine.symbol("lower_call")), lower.sections().get(".text"));
        assertEquals(Address.of(0xc000_2000L), lower.sections().get(".init.text"));
        assertEquals("Live", lower.state());
        assertTrue(lower.isListed());
        assertTrue(
                lower.evidence().get(0).toString().startsWith("CORE at 0xc0000000"),
                lower.evidence().toString());
    }

    @Test
    void offsetsOfFieldsAreWorkedOutFromTheModules() {
        ImageResult result = machine.image().verify();
        assertEquals(OptionalInt.of(0x100), result.shape().offset("base of CORE"));
        assertEquals(OptionalInt.of(0xc8), result.shape().offset("init"));
        assertEquals(OptionalInt.of(12), result.shape().offset("name"));
        assertEquals(OptionalInt.empty(), result.shape().offset("percpu"));
    }

    @Test
    void anUntouchedImageIsClean() {
        ImageResult result = machine.image().verify();
        assertTrue(result.isClean(), result.table());
        assertEquals(0, result.unexplained());
        assertTrue(result.findings().noneMatch(Finding::isAlarm));
    }

    @Test
    void anImageByTheKernelsAddressesIsReadWithoutPageTables() {
        ImageResult result = machine.virtualImage().verify();
        assertEquals(2, result.modules().size());
        assertTrue(result.isClean(), result.table());
    }

    @Test
    void theHeadOfTheListIsFoundWithoutASymbol() {
        ImageResult result = machine.imageWithoutList().verify();
        assertEquals(Optional.of(Address.of(FakeMachine.LIST)), result.listHead());
        assertTrue(result.isClean(), result.table());
    }

    @Test
    void aModuleThatWasTakenOffTheListIsHidden() {
        long upper = machine.self("upper") + 4;
        machine.put(FakeMachine.LIST + 4, upper);
        machine.put(upper, FakeMachine.LIST);
        Finding finding = only(machine.image().verify());
        assertEquals(Kind.HIDDEN, finding.kind());
        assertEquals("lower", finding.module());
        assertEquals(Optional.of(Address.of(machine.self("lower"))), finding.place());
    }

    @Test
    void codeIsFoundWhenNothingSaysThatItIsAModule() {
        long lower = machine.self("lower");
        for (int at = 0; at < 0x240; at += 4) {
            machine.put(lower + at, 0);
        }
        MemoryImage image = machine.image();
        assertEquals(
                List.of("upper"),
                image.modules().stream().map(FoundModule::name).toList());
        List<Sighting> places = image.search(machine.lowerFile());
        assertEquals("[CORE at 0xc0000000, by 2 of 2 pieces]", places.toString());
        assertEquals(List.of(), image.search(machine.upperFile()));
    }

    @Test
    void changedCodeTellsWhereItLeads() {
        long site = machine.symbol("lower_call") + 8;
        machine.put(site, 0x3c19_8030); // lui $25,0x8030
        machine.put(site + 4, 0x0320_0008); // jr $25
        Finding finding = only(machine.image().verify());
        assertEquals(Kind.BRANCH, finding.kind());
        assertEquals(Optional.of(Address.of(site)), finding.place());
        assertTrue(finding.where().contains("lower_call+0x8"), finding.where());
        assertEquals("memory of neither the kernel nor a module, 0x80300000", finding.target());
    }

    @Test
    void changesWithAnUntouchedWordBetweenThemAreToldEach() {
        long start = machine.symbol("lower_call");
        machine.put(start + 0xc, 0x2403_0000); // li $3,0
        machine.put(start + 0x14, 0x0800_0042); // j 0xc0000108
        List<Finding> alarms = alarms(machine.image().verify());
        assertEquals(
                List.of(Optional.of(Address.of(start + 0xc)), Optional.of(Address.of(start + 0x14))),
                alarms.stream().map(Finding::place).toList());
        assertEquals(Kind.CODE, alarms.get(0).kind());
        assertEquals(
                "1 word of code was changed: 0x24030001 -> 0x24030000",
                alarms.get(0).text());
        assertEquals("", alarms.get(0).target());
        assertEquals(Kind.BRANCH, alarms.get(1).kind());
        assertEquals(
                "1 word of code was changed: 0x00000000 -> 0x08000042",
                alarms.get(1).text());
    }

    @Test
    void aBranchBehindOtherChangedWordsHasItsOwnAddress() {
        long start = machine.symbol("lower_call");
        long[] words = {0x2402_0000, 0x2403_0000, 0x2404_0000, 0x2405_0000, 0x0800_0042};
        for (int i = 0; i < words.length; i++) {
            machine.put(start + i * 4L, words[i]);
        }
        Finding finding = only(machine.image().verify());
        assertEquals(Kind.BRANCH, finding.kind());
        assertEquals(
                "5 words of code were changed: 0x27bdffe0 -> 0x24020000, 0xafbf001c -> 0x24030000, 0x00801025 -> 0x24040000,"
                        + " 0x24030001 -> 0x24050000, …; the branch is at " + Address.of(start + 0x10),
                finding.text());
    }

    @Test
    void wordsOfOneBranchAreOneChange() {
        long start = machine.symbol("lower_call");
        machine.put(start + 0x10, 0x3c19_8030); // lui $25,0x8030; then a nop that was there
        machine.put(start + 0x18, 0x0320_0008); // jr $25
        Finding finding = only(machine.image().verify());
        assertEquals(Optional.of(Address.of(start + 0x10)), finding.place());
        assertEquals("memory of neither the kernel nor a module, 0x80300000", finding.target());
    }

    @Test
    void theTableBeginsWithTheVerdictAndCountsReusedMemory() {
        long upper = machine.self("upper") + 4;
        machine.put(FakeMachine.LIST + 4, upper);
        machine.put(upper, FakeMachine.LIST);
        ImageResult found = machine.image().verify();
        Finding reused = new Finding(Kind.REUSED, "upper", Optional.empty(), "INIT", "", "freed; lower's now");
        ImageResult result = new ImageResult(
                found.profile(),
                found.evidence(),
                found.shape(),
                found.listHead(),
                found.modules(),
                List.of(
                        new Finding(Kind.PARAMETER, "upper", Optional.empty(), "size", "", "is 1, and 0 in the file"),
                        reused),
                found.kernel());
        assertEquals(
                """
                NOT CLEAN: 1 alarm, 1 hidden, 0 not compared, 0 words unexplained
                The kernel's own code was not compared: no vmlinux was given (MemoryImage.verifyKernel).
                HIDDEN lower struct module at 0xSELF: the module is not on the kernel's list; its code is as loaded
                PARAMETER upper size: is 1, and 0 in the file
                REUSED: 1 time memory that an initialisation had is another module's now
                NOT CLEAN  lower LINE
                1 of 2 modules clean
                """.replace("0xSELF", Address.of(machine.self("lower")).toString())
                        .replace("lower LINE", found.modules().get(1).module().toString()),
                result.table());
        assertTrue(result.html().contains("hidden; its code is as loaded"));
        assertTrue(result.toJson().contains("\"verdict\":\"hidden; its code is as loaded\""));
    }

    @Test
    void aHiddenModuleThatWasChangedSaysSo() {
        long upper = machine.self("upper") + 4;
        machine.put(FakeMachine.LIST + 4, upper);
        machine.put(upper, FakeMachine.LIST);
        machine.put(machine.symbol("lower_call") + 8, 0x2402_0000);
        ImageResult result = machine.image().verify();
        assertEquals(
                "the module is not on the kernel's list; it was changed, too",
                alarms(result).get(1).text());
        assertTrue(result.toJson().contains("\"verdict\":\"not clean\""));
    }

    @Test
    void freedMemoryThatIsAnothersNowIsNoAlarm() {
        ImageResult result = KernelImageBuilder.of(ElfTarget.MIPS_O32_LE)
                .module(small("first"), FakeMachine.at(0xc000_0000L, 0xc000_2000L))
                .module(small("second"), FakeMachine.at(0xc000_2000L, 0xc000_6000L))
                .build()
                .image()
                .verify();
        assertTrue(result.isClean(), result.table());
        assertEquals(
                List.of("REUSED first INIT at 0xc0002000: freed; second's now"),
                result.findings().map(Finding::toString).toList());
        assertTrue(
                result.table().startsWith("clean: 2 modules, ")
                        && result.table().endsWith("""
                                REUSED: 1 time memory that an initialisation had is another module's now
                                2 of 2 modules clean
                                """),
                result.table());
    }

    private static byte[] small(String name) {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, name)
                .text(0x03e0_0008, 0)
                .initText(0x03e0_0008, 0)
                .function(name + "_go", ".text", 0)
                .function("init_module", ".init.text", 0)
                .build();
    }

    @Test
    void theTracersEntryHasTheNameThatSitesTell() {
        machine.put(machine.symbol("upper_table"), 0x8010_0a00L);
        String names = "80100a00 T ftrace_caller\n80100a00 T _mcount\n";
        assertEquals(
                "the kernel's _mcount", only(machine.imageWith(names).verify()).target());
    }

    @Test
    void aBranchIntoTheKernelNamesItsSymbol() {
        machine.put(machine.symbol("lower_call") + 8, 0x0c04_0401); // jal 0xc0101004: same 256 MB, so in no module
        machine.put(machine.symbol("lower_more") + 8, 0x3c19_8010); // lui $25,0x8010
        machine.put(machine.symbol("lower_more") + 12, 0x3739_1004); // ori $25,$25,0x1004
        machine.put(machine.symbol("lower_more") + 16, 0x0320_f809); // jalr $25
        List<String> targets =
                alarms(machine.image().verify()).stream().map(Finding::target).toList();
        assertEquals(List.of("nowhere, 0xc0101004", "the kernel's schedule+0x4"), targets);
    }

    @Test
    void changedPointersTellWhereTheyLead() {
        machine.put(machine.symbol("upper_table"), machine.symbol("lower_more"));
        machine.put(machine.symbol("lower_hook"), machine.symbol("lower_more") + 4);
        List<Finding> alarms = alarms(machine.image().verify());
        assertEquals(
                List.of(Kind.POINTER, Kind.DATA_POINTER),
                alarms.stream().map(Finding::kind).toList());
        assertEquals("lower's lower_more+0x0", alarms.get(0).target());
        assertEquals("lower's lower_more+0x4", alarms.get(1).target());
    }

    @Test
    void aPointerInDataToAnotherFunctionIsNoAlarm() {
        machine.put(machine.symbol("lower_hook"), machine.symbol("lower_more"));
        assertTrue(machine.image().verify().isClean());
    }

    @Test
    void aChangedExportIsTold() {
        FoundModule lower = machine.image().modules().get(1);
        long table = Objects.requireNonNull(lower.sections().get("__ksymtab")).value();
        machine.put(table, machine.symbol("lower_more"));
        Finding finding = only(machine.image().verify());
        assertEquals(Kind.EXPORT, finding.kind());
        assertEquals("lower's lower_more+0x0", finding.target());
    }

    @Test
    void aListThatIsALoopEndsTheWalk() {
        long lower = machine.self("lower") + 4;
        machine.put(lower, machine.self("upper") + 4);
        ImageResult result = machine.image().verify();
        assertFalse(result.isClean());
        assertEquals(
                List.of(Kind.LIST),
                result.kernelFindings().stream().map(Finding::kind).distinct().toList());
        assertEquals(2, result.modules().size());
    }

    @Test
    void memoryWithoutPageTablesIsRefused() {
        Arrays.fill(machine.bytes(), 0x12_0000, 0x12_1000, (byte) 0);
        FormatException refused = assertThrows(FormatException.class, machine::image);
        assertTrue(refused.getMessage().contains("no page tables"), refused.getMessage());
    }

    @Test
    void progressIsToldOfEachModule() {
        List<MemoryImage.Progress> steps = new ArrayList<>();
        machine.image().verify(steps::add);
        assertEquals(
                List.of("loaded lower (1 of 2)", "loaded upper (2 of 2)"),
                steps.subList(0, 2).stream().map(MemoryImage.Progress::toString).toList());
        assertEquals(4, steps.size());
    }

    @Test
    void pageAndJsonTellWhatIsWrong() {
        machine.put(machine.symbol("upper_table"), FakeMachine.FOREIGN);
        ImageResult result = machine.image().verify();
        assertTrue(result.html().contains("<h2>What is wrong</h2>"));
        assertTrue(result.html().indexOf("What is wrong") < result.html().indexOf("Overview"));
        String json = result.toJson();
        assertTrue(json.startsWith("{\"clean\":false,"), json.substring(0, 40));
        assertTrue(json.contains("\"kind\":\"POINTER\",\"alarm\":true,\"module\":\"upper\""), json);
        assertTrue(result.table().contains("NOT CLEAN  upper"), result.table());
    }

    @Test
    void anyBytesGiveAResultOrARefusal() {
        byte[] clean = machine.bytes().clone();
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            System.arraycopy(clean, 0, machine.bytes(), 0, clean.length);
            for (int i = 0; i < 200; i++) {
                int at =
                        random.nextBoolean() ? 0x11_8000 + random.nextInt(0xb000) : 0x20_0000 + random.nextInt(0x40000);
                machine.bytes()[at] = (byte) random.nextInt();
            }
            try {
                ImageResult result = machine.image().verify();
                assertTrue(result.modules().size() < 100, "seed " + seed);
            } catch (FormatException refused) {
                assertTrue(refused.getMessage().contains("page tables"), "seed " + seed);
            }
        }
    }

    private static List<Finding> alarms(ImageResult result) {
        return result.findings().filter(Finding::isAlarm).toList();
    }

    private static Finding only(ImageResult result) {
        List<Finding> alarms = alarms(result);
        assertEquals(1, alarms.size(), alarms.toString());
        return alarms.get(0);
    }

    /** A kernel of one function, and a table of functions among its code. */
    private ElfFile kernel() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_O32_LE).type(2);
        SectionBuilder text = elf.code(".text").address(0x8010_1000L);
        text.instructions(0x03e0_0008, 0, 0, 0, 0, 0, 0x8010_1000, 0x8010_0800);
        elf.symbol("schedule").inReserved(text.index(), 0x8010_1000L).function(16);
        elf.symbol("table").inReserved(text.index(), 0x8010_1018L).object(8);
        machine.put(0x8010_1000L, 0x03e0_0008);
        machine.put(0x8010_1018L, 0x8010_1000L);
        machine.put(0x8010_101cL, 0x8010_0800L);
        return ElfFile.view(elf.build());
    }

    @Test
    void theKernelItselfIsComparedWithItsFile() {
        ElfFile vmlinux = kernel();
        KernelResult result = machine.image().verifyKernel(vmlinux);
        assertTrue(result.isClean());
        assertEquals("vmlinux: 8 words, equal 8", result.toString());
    }

    @Test
    void pageAndJsonHaveTheKernelItselfToo() {
        ElfFile vmlinux = kernel();
        machine.put(0x8010_101cL, FakeMachine.FOREIGN);
        MemoryImage image = machine.image();
        ImageResult modules = image.verify();
        assertTrue(modules.isClean());
        assertFalse(modules.html().contains("<h2>The kernel's own code"));
        assertTrue(modules.html().contains("<p>The kernel's own code was not compared: no vmlinux was given"));
        assertTrue(modules.toJson().contains("\"kernelCompared\":false,\"kernelText\":null"));
        ImageResult result = modules.withKernel(image.verifyKernel(vmlinux));
        assertFalse(result.isClean());
        assertEquals(1, result.unexplained());
        assertEquals(Kind.POINTER, only(result).kind());
        String page = result.html();
        assertTrue(page.indexOf("What is wrong") < page.indexOf("<h2>The kernel's own code and constants</h2>"));
        assertTrue(page.contains("<details open><summary>vmlinux"));
        assertTrue(result.toJson().contains("\"kernelText\":{\"clean\":false,\"findings\":[{\"kind\":\"POINTER\""));
        assertTrue(result.toJson().contains("\"expected\":\"0x80100800\",\"found\":\"0x80300000\""));
        assertFalse(page.contains("own code was not compared"));
        assertEquals("""
                NOT CLEAN: 1 alarm, 0 hidden, 0 not compared, 1 word unexplained
                POINTER vmlinux .text+0x1c table+0x4 at 0x8010101c: a pointer was changed; leads to memory of neither the kernel nor a module, 0x80300000
                NOT CLEAN  vmlinux: 8 words, equal 7, unexplained 1
                2 of 2 modules clean
                """, result.table());
    }

    @Test
    void aCallOfTheKernelsTracerIsExplained() {
        ElfFile vmlinux = kernel();
        machine.put(0x8010_1008L, 0x0c04_0340); // jal function_trace_call
        MemoryImage known = machine.imageWith("80101008 T ftrace_call\n");
        KernelResult result = known.verifyKernel(vmlinux);
        assertEquals(
                "{function tracing: calls the kernel's function_trace_call=1}",
                result.verification().sites().toString());
        assertTrue(result.isClean());
        machine.put(0x8010_1008L, 0x0c0c_0000); // jal 0x80300000
        assertEquals(
                List.of(Kind.BRANCH),
                machine.imageWith("80101008 T ftrace_call\n").verifyKernel(vmlinux).findings().stream()
                        .map(Finding::kind)
                        .toList());
    }

    @Test
    void changesOfTheKernelItselfTellWhereTheyLead() {
        ElfFile vmlinux = kernel();
        machine.put(0x8010_1000L, 0x3c19_8030); // lui $25,0x8030
        machine.put(0x8010_1004L, 0x0320_0008); // jr $25
        machine.put(0x8010_101cL, FakeMachine.FOREIGN);
        KernelResult result = machine.image().verifyKernel(vmlinux);
        assertFalse(result.isClean());
        assertEquals("""
                vmlinux: 8 words, equal 5, unexplained 3
                BRANCH vmlinux .text schedule at 0x80101000: 2 words of code were changed: 0x03e00008 -> 0x3c198030, 0x00000000 -> 0x03200008; leads to memory of neither the kernel nor a module, 0x80300000
                POINTER vmlinux .text+0x1c table+0x4 at 0x8010101c: a pointer was changed; leads to memory of neither the kernel nor a module, 0x80300000""", result.toString());
    }
}
