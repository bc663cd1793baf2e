package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.export.LoadReport;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolUse;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loaded modules, written for other programs. conformance/run export has these open such files. */
class ExportTest {
    private static final int ET_EXEC = 2;
    private static final int ABS64 = 257;

    private final ModuleRuntime runtime =
            Samples.runtime().kernelSymbols(KernelSymbols.synthetic()).build();

    /** A module with debug information: the address of its function, and an offset of 2 in its strings. */
    private static KernelModuleBuilder debugged(String name) {
        KernelModuleBuilder module = Samples.module(name);
        SectionBuilder strings = module.elf().section(".debug_str", 1, 0x30).string(name);
        module.elf()
                .section(".debug_info", 1, 0)
                .zeros(16)
                .relocation(0, ABS64, module.symbol(name + "_run"))
                .relocation(8, ABS64, module.symbol("strings_of_" + name).in(strings, 0), 2);
        module.elf().section(".debug_aranges", 1, 0).zeros(4);
        return module;
    }

    private static SymbolTable symbols(ElfFile elf) {
        return elf.symbolTable().orElseThrow();
    }

    private static Symbol symbol(ElfFile elf, String name) {
        return symbols(elf).symbol(symbols(elf).indexOf(name));
    }

    private static byte[] bytes(ElfFile elf, String section) {
        Section found = elf.section(section).orElseThrow();
        int start = (int) found.fileOffset();
        return Arrays.copyOfRange(elf.array(), start, start + (int) found.sizeBytes());
    }

    @Test
    void aLinkedFileHasSectionsAndSymbolsWhereTheyAreLoaded() {
        LiveModule module = runtime.load(Samples.file(Samples.module("guest").relocation(".data", 0, ABS64, "printk")));
        ElfFile elf = ElfFile.view(module.toElf());
        assertEquals(ET_EXEC, elf.header().type());
        assertEquals(ElfHeader.EM_AARCH64, elf.header().machine());

        Address text = module.address(".text").orElseThrow();
        assertEquals(text.value(), elf.section(".text").orElseThrow().address());
        assertTrue(elf.section(".text").orElseThrow().isExecutable());
        assertArrayEquals(new byte[] {0x1f, 0x20, 3, (byte) 0xd5, 0x1f, 0x20, 3, (byte) 0xd5}, bytes(elf, ".text"));
        assertEquals(text.value(), symbol(elf, "guest_run").value());
        assertEquals(
                elf.section(".text").orElseThrow().index(),
                symbol(elf, "guest_run").sectionIndex());

        long printk = module.relocations().findFirst().orElseThrow().value();
        assertTrue(symbol(elf, "printk").isAbsolute());
        assertEquals(printk, symbol(elf, "printk").value());
        assertEquals(
                printk,
                ByteBuffer.wrap(bytes(elf, ".data"))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong(0));
    }

    @Test
    void debugInformationIsRelocatedAndThatOfTwoModulesPutTogether() {
        LiveModule first = runtime.load(Samples.file(debugged("one")));
        LiveModule second = runtime.load(Samples.file(debugged("two")));
        ElfFile alone = ElfFile.view(second.toElf());
        assertEquals(
                second.address(".text").orElseThrow().value(),
                ByteBuffer.wrap(bytes(alone, ".debug_info"))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong(0));
        assertTrue(alone.section(".debug_aranges").isEmpty());

        ElfFile both = ElfFile.view(runtime.toElf());
        ByteBuffer info = ByteBuffer.wrap(bytes(both, ".debug_info")).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(32, info.capacity());
        assertEquals(second.address(".text").orElseThrow().value(), info.getLong(0)); // the most recent comes first
        assertEquals(first.address(".text").orElseThrow().value(), info.getLong(16));
        assertEquals(2, info.getLong(8));
        assertEquals(4 + 2, info.getLong(24)); // behind "two" and its NUL
        assertArrayEquals("two\0one\0".getBytes(StandardCharsets.US_ASCII), bytes(both, ".debug_str"));
        assertEquals(
                first.address(".text").orElseThrow().value(),
                both.section("one:.text").orElseThrow().address());
        assertEquals(Symbol.STB_LOCAL, symbol(both, "one_run").binding());
    }

    @Test
    void aRuntimeWithoutModulesHasNoFile() {
        assertThrows(IllegalArgumentException.class, runtime::toElf);
        assertEquals("[]\n", runtime.toJson());
        assertTrue(runtime.toHtml().contains("0 modules"));
    }

    @Test
    void theReportNamesRegionsAndTheirFiles(@TempDir Path folder) throws IOException {
        runtime.load(Samples.file(Samples.exporter("host")));
        LiveModule guest = runtime.load(Samples.file(Samples.importer("guest", "host_run")));
        Path report = LoadReport.write(guest, folder);
        String json = Files.readString(report);
        assertEquals(guest.toJson(), json.replaceAll(",\n +\"file\": \"guest\\.[a-z]+\\.bin\"", ""));
        String core =
                guest.placed().range(RegionKind.CORE).orElseThrow().start().toString();
        assertTrue(
                json.contains(
                        "\"regions\": [\n    {\n      \"kind\": \"CORE\",\n      \"address\": \"" + core + "\",\n"),
                json);
        assertTrue(json.contains("\"uses\": [\n    \"host\"\n  ]"), json);
        assertTrue(json.contains("\"file\": \"guest.core.bin\""), json);
        assertArrayEquals(
                guest.asLoaded().bytes(RegionKind.CORE), Files.readAllBytes(folder.resolve("guest.core.bin")));
    }

    @Test
    void importsSayWhetherTheyAreCalled() {
        runtime.load(Samples.file(Samples.exporter("host")));
        int call26 = ElfTarget.AARCH64_LE.relocationType("R_AARCH64_CALL26");
        LiveModule caller = runtime.load(
                Samples.file(Samples.importer("caller", "host_run").relocation(".text", 0, call26, "host_run")));
        LiveModule keeper = runtime.load(Samples.file(Samples.importer("keeper", "host_run")));

        assertEquals(Map.of("host_run", SymbolUse.code()), caller.importUses());
        assertEquals(Map.of("host_run", SymbolUse.unknown()), keeper.importUses());
        assertTrue(caller.toJson().contains("\"use\": \"CODE\""), caller.toJson());
    }

    @Test
    void thePageEscapesNamesAndLoadsNothing() {
        runtime.load(Samples.file(Samples.exporter("host")));
        LiveModule guest =
                runtime.load(Samples.file(Samples.importer("<guest>", "host_run"), LoadPolicy.kernelExact()));
        String page = guest.toHtml();
        assertTrue(page.startsWith("<!doctype html>"), page);
        assertTrue(page.contains("&lt;guest&gt;"), page);
        assertFalse(page.contains("<guest>"));
        assertTrue(page.contains("uses <code>host</code>; used by none"), page);
        assertFalse(page.contains("http"));
        assertFalse(page.contains("<script"));
        assertTrue(runtime.toHtml().contains("<h1>2 modules</h1>"));
        assertEquals(
                List.of("host"), guest.uses().stream().map(LiveModule::name).toList());
    }
}
