package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.ExceptionEntry;
import io.modrt.load.JumpLabel;
import io.modrt.load.LiveModule;
import io.modrt.load.ModulePlace;
import io.modrt.policy.LoadPolicy;
import io.modrt.proc.KernelFiles;
import io.modrt.proc.ModuleLine;
import io.modrt.proc.SysFile;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What user space reads of modules, and the look-up of addresses and names. The texts have the form of those of live 6.1 kernels. */
class KernelFilesTest {
    private static final Address LENDER = Address.of(0xffff_8000_0100_0000L);
    private static final Address USER = Address.of(0xffff_8000_0200_0000L);
    private static final long INIT = 0x10_0000;

    private final KernelProfile profile = KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC)
            .with(ConfigOption.MODULE_SIG, false)
            .with(ConfigOption.STRICT_MODULE_RWX, false);
    private final ModuleRuntime runtime = Samples.runtime().profile(profile).build();

    private LiveModule load(KernelModuleBuilder module, Address core) {
        return runtime.load(
                Samples.file(module.info("intree", "Y").info("srcversion", "0123456789ABCDEF01234567")),
                Placement.regions(Map.of(RegionKind.CORE, core, RegionKind.INIT, core.plus(INIT))),
                LoadPolicy.kernelExact());
    }

    private static KernelModuleBuilder lender() {
        return Samples.exporter("lender").initText(Samples.NOP).function("init_module", ".init.text", 0);
    }

    private static long core(LiveModule module) {
        return module.placed().range(RegionKind.CORE).orElseThrow().sizeBytes();
    }

    @Test
    void eachModuleHasALineWithItsUsersTheMostRecentFirst() {
        LiveModule lender = load(lender(), LENDER);
        LiveModule user = load(Samples.importer("user", "lender_run"), USER);
        LiveModule second = runtime.load(Samples.file(
                Samples.importer("second", "lender_run").license("Proprietary").info("intree", "Y")));
        lender.initialized(0);
        user.initialized(0);

        String[] lines = runtime.files().modules().split("\n");
        long all = core(second)
                + second.placed().range(RegionKind.INIT).orElseThrow().sizeBytes();
        assertEquals(
                "second " + all + " 1 - Loading 0x"
                        + second.placed()
                                .range(RegionKind.CORE)
                                .orElseThrow()
                                .start()
                                .toString()
                                .substring(2)
                        + " (P+)",
                lines[0]);
        assertEquals("user " + core(user) + " 0 - Live 0xffff800002000000", lines[1]);
        assertEquals("lender " + core(lender) + " 2 second,user,[permanent], Live 0xffff800001000000", lines[2]);
        assertEquals(3, runtime.files().moduleLines().size());
        assertEquals(
                List.of("second", "user"), runtime.files().moduleLines().get(2).users());
    }

    @Test
    void lsmodHasTheSizesOfWhatStays() {
        LiveModule lender = load(lender(), LENDER);
        load(Samples.importer("user", "lender_run"), USER);
        lender.initialized(0);
        String[] lines = runtime.files().lsmod().split("\n");
        assertEquals("Module                  Size  Used by", lines[0]);
        assertEquals(String.format(Locale.ROOT, "lender              %8d  1 user", core(lender)), lines[2]);
    }

    @Test
    void aKernelThatCannotUnloadShowsNoUsers() {
        ModuleRuntime fixed = Samples.runtime()
                .profile(profile.with(ConfigOption.MODULE_UNLOAD, false).withVermagic("6.1.0 SMP modversions "))
                .build();
        fixed.load(Samples.file(Samples.module("guest").vermagic("6.1.0 SMP modversions ")));
        assertTrue(
                fixed.files().modules().contains(" - - Loading 0x"),
                fixed.files().modules());
    }

    @Test
    void theFilesOfAModuleChangeAsItBecomesLive() {
        LiveModule lender = load(lender(), LENDER);
        load(Samples.importer("user", "lender_run"), USER);
        Map<String, String> coming = files(lender);
        assertEquals("coming\n", coming.get("initstate"));
        assertEquals("2\n", coming.get("refcnt"));
        assertFalse(coming.get("initsize").equals("0\n"));

        lender.initialized(0);
        Map<String, String> live = files(lender);
        assertEquals("live\n", live.get("initstate"));
        assertEquals("1\n", live.get("refcnt"));
        assertEquals("0\n", live.get("initsize"));
        assertEquals(core(lender) + "\n", live.get("coresize"));
        assertEquals("\n", live.get("taint"));
        assertEquals("0123456789ABCDEF01234567\n", live.get("srcversion"));
        assertEquals("../../user", live.get("holders/user"));
        assertEquals("0xffff800001000000\n", live.get("sections/.text"));
        assertEquals(
                "0x" + lender.address(".init.text").orElseThrow().toString().substring(2) + "\n",
                live.get("sections/.init.text"));
        assertFalse(live.containsKey("sections/.modinfo"));
        assertTrue(live.containsKey("sections/.symtab"));
    }

    private static Map<String, String> files(LiveModule module) {
        return KernelFiles.sysModule(module).stream().collect(Collectors.toMap(SysFile::path, SysFile::text));
    }

    @Test
    void whatAModuleExportsToAllHasACapitalLetter() {
        LiveModule lender = load(lender(), LENDER);
        assertTrue(runtime.files().kallsyms().contains("\nffff800001000000 T lender_run\t[lender]\n")
                || runtime.files().kallsyms().startsWith("ffff800001000000 T lender_run\t[lender]\n"));
        assertTrue(runtime.files().kallsyms().contains(" t init_module\t[lender]\n"));
        lender.initialized(0);
        assertFalse(runtime.files().kallsyms().contains("init_module"));
    }

    @Test
    void anAddressIsNamedByTheSymbolInFrontOfIt() {
        LiveModule lender = load(lender(), LENDER);
        // the next symbol that the kernel keeps is of read-only data, 0x28 bytes behind the function, but the module's
        // code ends after 8
        assertEquals("lender_run+0x4/0x8 [lender]", runtime.describe(LENDER.plus(4)));
        ModulePlace place = runtime.at(LENDER.plus(4)).orElseThrow();
        assertEquals(lender, place.module());
        assertEquals(RegionKind.CORE, place.region());
        assertEquals(".text", place.location().orElseThrow().section().name());
        assertEquals(4, place.name().orElseThrow().offset());
        assertTrue(runtime.at(LENDER.plus(-1)).isEmpty());
        assertEquals("0xffff800000ffffff", runtime.describe(LENDER.plus(-1)));
        lender.forceUnload();
        assertTrue(runtime.at(LENDER).isEmpty());
    }

    @Test
    void aNameIsLookedUpInAllModulesOrInOne() {
        LiveModule lender = load(lender(), LENDER);
        Address run = LENDER;
        assertEquals(Optional.of(run), runtime.address("lender_run"));
        assertEquals(Optional.of(run), runtime.address("lender:lender_run"));
        LiveModule user = load(Samples.importer("user", "lender_run").function("lender_run_too", ".text", 4), USER);
        assertEquals(Optional.of(USER.plus(4)), runtime.address("lender_run_too"));
        assertEquals(Optional.empty(), runtime.address("user:lender_run"));
        assertEquals(Optional.empty(), runtime.address("nobody:lender_run"));
        user.unload();
        assertEquals(Optional.empty(), runtime.address("lender_run_too"));
        assertTrue(lender.symbols().stream().anyMatch(symbol -> symbol.name().equals("init_module")));
    }

    @Test
    void tablesAreObjects() {
        KernelModuleBuilder module = Samples.module("tables")
                .text(Samples.NOP, Samples.NOP, Samples.NOP, Samples.NOP)
                .function("faults", ".text", 0)
                .function("fixes", ".text", 4)
                .function("branches", ".text", 8)
                .object("key", ".data", 0)
                .mayFault("faults", "fixes")
                .jumpLabel("branches", "fixes", "key")
                .info("alias", "pci:v00008086d*")
                .info("alias", "crc-other");
        LiveModule loaded = load(module, LENDER);
        assertEquals(List.of(new ExceptionEntry(LENDER, LENDER.plus(4))), loaded.exceptions());
        Address key = loaded.symbol("key").orElseThrow().address();
        assertEquals(List.of(new JumpLabel(LENDER.plus(8), LENDER.plus(4), key, false)), loaded.jumpLabels());
        assertEquals(
                List.of("pci:v00008086d*", "crc-other"), loaded.file().info().aliases());
        Section text = loaded.file().elf().section(".text").orElseThrow();
        assertEquals(0x1f, text.bytes()[0]);
        assertEquals(text.sizeBytes(), loaded.bytes(text).length);
        assertEquals(0, loaded.bytes(loaded.file().elf().section(".modinfo").orElseThrow()).length);
    }

    @Test
    void readsGoOnWhileModulesComeAndGo() throws Exception {
        load(lender(), LENDER);
        runtime.address("lender_run");
        AtomicBoolean isOver = new AtomicBoolean();
        FutureTask<Long> reading = new FutureTask<>(() -> {
            long reads = 0;
            while (!isOver.get() || reads == 0) {
                assertEquals("lender", runtime.at(LENDER).orElseThrow().module().name());
                assertEquals(Optional.of(LENDER), runtime.address("lender_run"));
                assertTrue(runtime.files().modules().contains("lender "));
                reads++;
            }
            return reads;
        });
        new Thread(reading, "reader").start();
        for (int i = 0; i < 200; i++) {
            load(Samples.importer("user", "lender_run"), USER).unload();
        }
        isOver.set(true);
        assertTrue(reading.get() > 0);
    }

    @Test
    void aLineIsAValueToo() {
        ModuleLine line = ModuleLine.of(load(lender(), LENDER));
        assertEquals("lender", line.module());
        assertEquals(LENDER, line.address());
        assertTrue(line.isPermanent());
    }
}
