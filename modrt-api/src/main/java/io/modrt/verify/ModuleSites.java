package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.bytes.Pointers;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LinkedModule;
import io.modrt.load.PlacedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.spi.SiteKind;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes.JumpTable;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The sites that a module's own tables list, with the forms that its kernel gives them. */
final class ModuleSites {
    private static final String JUMP_TABLE = "__jump_table";

    private final LinkedModule module;
    private final PlacedModule placed;
    private final LayoutPlan plan;
    private final Width width;
    private final boolean bigEndian;
    private final ExpectedBytes expected;
    private final boolean isLive;

    /**
     * The sites of a module.
     *
     * @param isLive whether branches may also be as they were loaded, since a load here switches none
     */
    ModuleSites(LinkedModule module, ExpectedBytes expected, boolean isLive) {
        this.isLive = isLive;
        this.module = module;
        this.expected = expected;
        this.placed = module.resolved().placed();
        this.plan = placed.plan();
        this.width = plan.archKernel().width();
        this.bigEndian = plan.file().elf().isBigEndian();
    }

    /**
     * The call sites of the function tracer that the module's table lists. Each is off, as loading leaves it, or on, and then calls one of
     * the kernel's entries or one of {@code more}. A table entry that points at other code makes no site: that code must be as loaded.
     */
    void tracing(Map<String, Address> more, Consumer<PatchSite> sites) {
        TracingSites tracing = plan.archKernel().tracing();
        Optional<Section> table = loaded(tracing.tableSection());
        if (table.isEmpty() || !plan.profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return;
        }
        Map<String, Address> entries = new TreeMap<>();
        tracing.kernelEntries()
                .forEach(name ->
                        placed.anchor(name).or(() -> imported(name)).ifPresent(address -> entries.put(name, address)));
        entries.putAll(more);
        List<? extends SiteKind> kinds = tracing.kinds(placed);
        byte[] bytes = module.bytes(table.get());
        long last = 0;
        for (int at = 0; at <= bytes.length - width.bytes(); at += width.bytes()) {
            long site = tracing.listed(Pointers.get(bytes, at, width.bytes(), bigEndian), width, expected);
            // why: a table may repeat an entry any number of times
            if (site != 0 && site != last) {
                last = site;
                tracingSite(kinds, site, entries).ifPresent(sites);
            }
        }
    }

    /** The value that the module's import of this name was given, which is a made-up address where no source knows the symbol. */
    private Optional<Address> imported(String name) {
        int symbol = plan.file().symbols().indexOf(name);
        return symbol == SymbolTable.NONE
                ? Optional.empty()
                : Optional.of(width.address(module.resolved().values().value(symbol)));
    }

    private Optional<PatchSite> tracingSite(List<? extends SiteKind> kinds, long site, Map<String, Address> entries) {
        for (SiteKind kind : kinds) {
            Address start = width.address(site - kind.bytesInFront());
            Optional<byte[]> loaded = expected.bytes(start, kind.bytes());
            if (loaded.isPresent() && kind.state(site, loaded.get()) == SiteKind.State.OFF) {
                byte[] off = loaded.get();
                List<Form> forms = new ArrayList<>();
                forms.add(Form.of("off", off));
                entries.forEach((name, entry) -> {
                    if (kind.isCalled(site, entry)) {
                        byte[] on = off.clone();
                        kind.on(site, on, entry.value());
                        forms.add(Form.of("on, to " + name, on));
                    }
                });
                return Optional.of(new PatchSite(start, "function tracing", forms));
            }
        }
        return Optional.empty();
    }

    /** The static branches, each in the form that the present state of its key asks for, or in either form if the key cannot be read. */
    void branches(MemoryReader memory, Consumer<PatchSite> sites) {
        Optional<Section> table = loaded(JUMP_TABLE);
        Optional<StaticBranches> branches = plan.archKernel().staticBranches();
        if (table.isEmpty() || branches.isEmpty() || !plan.profile().has(ConfigOption.JUMP_LABEL)) {
            return;
        }
        JumpTable shape = plan.archKernel().tables(placed.file()).jumpTable();
        branchTable(shape)
                .sites(
                        module.bytes(table.get()),
                        placed.address(table.get()).orElseThrow(),
                        memory,
                        (site, forms) -> sites.accept(new PatchSite(site, "jump label", asLoadedToo(site, forms))));
    }

    /** Entries for code in init memory, whose code address kernels before 4.20 clear when that memory is freed. */
    void clearedBranches(Consumer<PatchSite> sites) {
        Optional<Section> table = loaded(JUMP_TABLE);
        if (table.isEmpty()
                || plan.profile().has(LoaderChange.JUMP_TABLE_AFTER_INIT)
                || !plan.profile().has(ConfigOption.JUMP_LABEL)) {
            return;
        }
        JumpTable shape = plan.archKernel().tables().jumpTable();
        BranchTable branchTable = branchTable(shape);
        byte[] bytes = module.bytes(table.get());
        Address start = placed.address(table.get()).orElseThrow();
        for (int at = 0; at <= bytes.length - shape.entryBytes(); at += shape.entryBytes()) {
            long code = branchTable.field(bytes, start.value(), at, shape.codeBytes());
            if (expected.region(Address.of(code), 1).filter(RegionKind::isInit).isPresent()) {
                byte[] loaded = Arrays.copyOfRange(bytes, at, at + shape.codeBytes());
                sites.accept(new PatchSite(
                        start.plus(at),
                        "jump label in init code",
                        List.of(Form.of("kept", loaded), Form.of("cleared", new byte[shape.codeBytes()]))));
            }
        }
    }

    private Optional<Section> loaded(String name) {
        return plan.file().elf().sections().stream()
                .filter(section ->
                        section.isNamed(name) && placed.address(section).isPresent())
                .findFirst();
    }

    /** Those, and of a live module the code as it was loaded, if that is neither of them. */
    private List<Form> asLoadedToo(Address site, List<Form> forms) {
        List<Form> all = new ArrayList<>(forms);
        if (isLive) {
            expected.bytes(site, forms.get(0).code().length)
                    .filter(loaded -> forms.stream().noneMatch(form -> Arrays.equals(form.code(), loaded)))
                    .ifPresent(loaded -> all.add(Form.of("as loaded", loaded)));
        }
        return all;
    }

    private BranchTable branchTable(JumpTable shape) {
        return new BranchTable(
                plan.archKernel(), plan.profile(), shape, plan.file().elf(), expected);
    }
}
