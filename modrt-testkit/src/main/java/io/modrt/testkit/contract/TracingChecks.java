package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.load.LiveModule;
import io.modrt.patch.Patch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/**
 * Whether the tracing table is there, each site that it lists holds the assembler's code and is off once a module is loaded, and each can be
 * switched on and off again without touching what is beside it.
 */
final class TracingChecks {
    private static final long NEAR_BYTES = 0x1000;

    private final Subject subject;
    private final String what;
    private final LiveModule module;
    private final ModuleMemory memory;
    private final TracingSites tracing;

    private TracingChecks(Subject subject, String what, LiveModule module, ModuleMemory memory) {
        this.subject = subject;
        this.what = what;
        this.module = module;
        this.memory = memory;
        this.tracing = memory.kernel().tracing();
    }

    /** A test for each module, one for the table's name, and one for the assembler's calls. */
    static Stream<DynamicTest> of(Subject subject) {
        return Stream.concat(
                Stream.of(
                        DynamicTest.dynamicTest("the modules have the tracing table", () -> checkTable(subject)),
                        DynamicTest.dynamicTest("sites that are on are the assembler's", () -> checkCalls(subject))),
                subject.eachModule(trial -> {
                    FakeKernel kernel = trial.kernel(subject.arch());
                    trial.load(kernel)
                            .ifPresent(module -> new TracingChecks(
                                            subject, trial.name(), module, ModuleMemory.of(module, kernel.memory()))
                                    .check());
                }));
    }

    private static void checkTable(Subject subject) {
        boolean isTraced = !subject.contract()
                .assemblerWords()
                .of(AssemblerWords.Kind.SITE)
                .isEmpty();
        for (ArchKernel kernel : subject.kernels()) {
            String table = kernel.tracing().tableSection();
            Assertions.assertEquals(
                    isTraced,
                    !table.isEmpty(),
                    "assemblerWords() has a site; TracingSites.tableSection() names a section, \"" + table + "\"");
            Set<String> names = new LinkedHashSet<>();
            subject.modules()
                    .values()
                    .forEach(file -> file.elf().sections().stream()
                            .filter(section -> section.sizeBytes() > 0)
                            .forEach(section -> names.add(section.name())));
            Assertions.assertTrue(
                    !isTraced || names.contains(table),
                    () -> "no module has a section " + table
                            + "; mend TracingSites.tableSection(), or give a module that is" + " traced; there are "
                            + names);
        }
    }

    /** Whether one of the forms recognises each call, and where it goes. */
    private static void checkCalls(Subject subject) {
        LiveModule module = subject.trials().stream()
                .flatMap(trial -> trial.load(trial.kernel(subject.arch())).stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no module of modules() loads"));
        ArchKernel kernel = module.placed().plan().archKernel();
        List<? extends SiteKind> kinds = kernel.tracing().kinds(module.placed());
        List<AssemblerWords.Piece> calls = subject.contract().assemblerWords().of(AssemblerWords.Kind.CALL);
        Assertions.assertEquals(
                kinds.isEmpty(), calls.isEmpty(), "assemblerWords() has no call; TracingSites.kinds() has no form");
        for (AssemblerWords.Piece call : calls) {
            long site = call.numbers().get(0);
            byte[] code = call.bytes(kernel.codeOrder());
            List<String> entries = kinds.stream()
                    .filter(kind -> kind.bytes() == code.length && kind.state(site, code) == SiteKind.State.ON)
                    .map(kind -> "0x" + Long.toHexString(kind.entry(site, code)))
                    .toList();
            Assertions.assertEquals(
                    List.of("0x" + Long.toHexString(call.numbers().get(1))),
                    entries,
                    () -> "where the forms that recognise \"" + call
                            + "\" say that it goes; mend TracingSites.kinds()");
        }
    }

    private void check() {
        if (!module.placed().profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return;
        }
        int bytes = memory.kernel().width().bytes();
        for (Section table : module.file().elf().sections()) {
            if (table.name().equals(tracing.tableSection())
                    && module.placed().address(table).isPresent()) {
                long start = module.placed().address(table).orElseThrow().value();
                for (long at = 0; at + bytes <= table.sizeBytes(); at += bytes) {
                    check(memory.pointerAt(start + at));
                }
            }
        }
    }

    private void check(long entry) {
        long site = tracing.listed(entry, memory.kernel().width(), memory);
        if (site == 0) {
            return;
        }
        checkWords(entry, site);
        List<? extends SiteKind> off = tracing.kinds(module.placed()).stream()
                .filter(kind -> memory.holds(site - kind.bytesInFront(), kind.bytes()))
                .filter(kind -> kind.state(site, bytes(kind, site)) == SiteKind.State.OFF)
                .toList();
        Assertions.assertEquals(
                1,
                off.size(),
                () -> what + ": of how many forms the site at 0x" + Long.toHexString(site) + " is off; mend"
                        + " TracingSites.site, writeOff or kinds");
        checkSwitch(off.get(0), site);
    }

    private byte[] bytes(SiteKind kind, long site) {
        return memory.bytesAt(site - kind.bytesInFront(), kind.bytes());
    }

    private void checkWords(long entry, long site) {
        List<AssemblerWords.Piece> sites = subject.contract().assemblerWords().of(AssemblerWords.Kind.SITE);
        boolean isOne = sites.stream().anyMatch(piece -> {
            byte[] code = piece.bytes(memory.kernel().codeOrder());
            return site == memory.kernel().width().wrap(entry + piece.numbers().get(0))
                    && memory.holds(entry, code.length)
                    && Arrays.equals(code, memory.bytesAt(entry, code.length));
        });
        Assertions.assertTrue(
                isOne,
                () -> what + ": the table lists 0x" + Long.toHexString(entry) + ", the site is " + (site - entry)
                        + " bytes on, and the code from the entry on is "
                        + HexFormat.of().formatHex(memory.bytesAt(entry, 4 * Integer.BYTES)) + "; the assembler's are "
                        + sites
                        + "; mend TracingSites.site or writeOff");
    }

    /** Entries near and far, those of the kernel first. */
    private List<Address> entries(long site) {
        List<Address> entries = new ArrayList<>();
        for (String name : tracing.kernelEntries()) {
            module.placed().anchor(name).ifPresent(entries::add);
            module.imports().stream()
                    .filter(bound -> bound.name().equals(name))
                    .forEach(bound -> entries.add(bound.code().orElse(bound.value())));
        }
        AddressRange area = memory.kernel().kernelArea();
        entries.add(Address.of(site + NEAR_BYTES));
        entries.add(Address.of(site - NEAR_BYTES));
        entries.add(area.start());
        entries.add(area.end().plus(-NEAR_BYTES));
        return entries;
    }

    private void checkSwitch(SiteKind kind, long site) {
        byte[] loaded = bytes(kind, site);
        String form = what + ": site at 0x" + Long.toHexString(site) + ", " + kind.description();
        List<Address> reached = new ArrayList<>(entries(site));
        reached.removeIf(entry -> !kind.reaches(site, entry));
        Assertions.assertFalse(
                reached.isEmpty(), () -> form + " reaches none of " + entries(site) + "; mend SiteKind.reaches");
        for (Address entry : reached) {
            byte[] on = loaded.clone();
            kind.on(site, on, entry.value());
            Assertions.assertEquals(
                    SiteKind.State.ON, kind.state(site, on), () -> form + "; mend SiteKind.on or state");
            Assertions.assertEquals(
                    entry, Address.of(kind.entry(site, on)), () -> form + ", where it goes; mend SiteKind.on or entry");
            byte[] off = on.clone();
            kind.off(site, off);
            Assertions.assertEquals(
                    SiteKind.State.OFF, kind.state(site, off), () -> form + "; mend SiteKind.off or state");
            byte[] again = off.clone();
            kind.on(site, again, entry.value());
            Assertions.assertArrayEquals(on, again, () -> form + ", on again; mend SiteKind.on");
            checkPatches(form, kind, site, new Switch(loaded, on, SiteKind.State.ON));
            checkPatches(form, kind, site, new Switch(on, off, SiteKind.State.OFF));
        }
        byte[] compiled = loaded.clone();
        kind.on(site, compiled, reached.get(0).value());
        kind.off(site, compiled);
        Assertions.assertArrayEquals(
                loaded, compiled, () -> form + ", off again after a call of " + reached.get(0) + "; mend SiteKind.off");
    }

    /** A change of a site's bytes. */
    private record Switch(byte[] before, byte[] after, SiteKind.State to) {}

    /** The patches make one state to the other and lie within the site. */
    private static void checkPatches(String form, SiteKind kind, long site, Switch change) {
        long start = site - kind.bytesInFront();
        AddressRange range = new AddressRange(Address.of(start), kind.bytes());
        byte[] bytes = change.before.clone();
        for (Patch patch : kind.patches(site, change.before, change.after, change.to)) {
            Assertions.assertTrue(
                    range.contains(new AddressRange(patch.address(), patch.sizeBytes())),
                    () -> form + ": " + patch + " lies outside " + range + "; mend SiteKind.write or patches");
            int at = (int) (patch.address().value() - start);
            Assertions.assertArrayEquals(
                    patch.expected(),
                    Arrays.copyOfRange(bytes, at, at + patch.sizeBytes()),
                    () -> form + ": what " + patch + " replaces; mend SiteKind.patches");
            System.arraycopy(patch.replacement(), 0, bytes, at, patch.sizeBytes());
        }
        Assertions.assertArrayEquals(
                change.after, bytes, () -> form + ": what its patches make; mend SiteKind.write, writes or patches");
    }
}
