package io.modrt.examples;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Region;
import io.modrt.link.Reach;
import io.modrt.link.Relocation;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.module.Import;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reports on one loaded module: its layout, exports, imports, one relocation, and its branches' reach. */
final class ModuleReport {
    private static final int MOST_ROWS = 30;

    private final LiveModule module;
    private final KernelSymbols kernel;
    private final LayoutPlan plan;
    private final PrintStream out;

    /** A report of {@code module}, whose kernel has the symbols {@code kernel}. */
    ModuleReport(LiveModule module, KernelSymbols kernel, PrintStream out) {
        this.module = module;
        this.kernel = kernel;
        this.plan = module.placed().plan();
        this.out = out;
    }

    /** Prints the addresses of its regions and sections. */
    void layout() {
        out.println("\nWhere " + module.name() + " lies (flags: A takes memory, W writable, X executable)");
        Columns sections = Columns.atMost(MOST_ROWS, "region", "section", "address", "bytes", "flags");
        for (Region region : plan.regions()) {
            AddressRange range = module.placed().range(region.kind()).orElseThrow();
            sections.row(region.kind(), "", range.start(), range.sizeBytes(), "");
            plan.file().elf().sections().stream()
                    .filter(section -> section.sizeBytes() > 0)
                    .filter(section ->
                            plan.region(section).filter(region.kind()::equals).isPresent())
                    .sorted(Comparator.comparing(this::address))
                    .forEach(section ->
                            sections.row("", section.name(), address(section), section.sizeBytes(), flags(section)));
        }
        sections.print(out);
    }

    private Address address(Section section) {
        return module.placed().address(section).orElseThrow();
    }

    private static String flags(Section section) {
        return (section.isAllocated() ? "A" : "")
                + (section.isWritable() ? "W" : "")
                + (section.isExecutable() ? "X" : "");
    }

    /** Prints its exports. */
    void exports() {
        if (module.exports().isEmpty()) {
            out.println("\n" + module.name() + " exports nothing");
            return;
        }
        out.println("\nWhat " + module.name() + " exports");
        Columns exports = Columns.atMost(MOST_ROWS, "symbol", "address", "CRC", "for", "namespace");
        for (KernelSymbol symbol : module.exports()) {
            String crc = symbol.crc().isPresent()
                    ? "0x" + HexFormat.of().toHexDigits(symbol.crc().getAsInt())
                    : "none";
            exports.row(symbol.name(), symbol.value(), crc, symbol.gplOnly() ? "GPL" : "all", symbol.namespace());
        }
        exports.print(out);
    }

    /** Prints its imports and who exports them. */
    void imports() {
        out.println("\nWhat " + module.name() + " imports");
        Map<String, Address> bound = new HashMap<>();
        module.relocations()
                .forEach(applied ->
                        bound.put(applied.place().symbol(), applied.place().S()));
        Columns imports = Columns.atMost(MOST_ROWS, "symbol", "address", "from");
        for (Import wanted : module.file().imports()) {
            Address address = bound.get(wanted.name());
            imports.row(wanted.name(), address == null ? "not used" : address, owner(wanted, address));
        }
        imports.print(out);
    }

    private String owner(Import wanted, @Nullable Address address) {
        Optional<LiveModule> exporter = exporter(wanted.name());
        if (exporter.isPresent()) {
            return exporter.get().name();
        }
        if (kernel.find(wanted.name()).isPresent()) {
            return "the kernel";
        }
        return address != null && address.value() == 0 ? "nobody: it is weak" : "made up";
    }

    private Optional<LiveModule> exporter(String symbol) {
        return module.uses().stream()
                .filter(used ->
                        used.exports().stream().anyMatch(export -> export.name().equals(symbol)))
                .findFirst();
    }

    /** Explains one of its relocations. */
    void relocation() {
        shown().ifPresentOrElse(
                        applied -> {
                            out.println("\nOne of its relocations, explained");
                            new RelocationReport(plan, applied).print(out);
                        },
                        () -> out.println("\n" + module.name() + " has no relocations"));
    }

    /** A relocation that changed its word: one against another module's export, else one against an import. */
    Optional<Relocation> shown() {
        Set<String> imports = module.file().imports().stream().map(Import::name).collect(Collectors.toSet());
        Comparator<Relocation> tellingFirst = Comparator.comparing((Relocation applied) ->
                        exporter(applied.place().symbol()).isEmpty())
                .thenComparing(applied -> !imports.contains(applied.place().symbol()))
                .thenComparing(applied -> applied.before() == applied.after());
        return module.relocations().min(tellingFirst);
    }

    /** Prints how near its jumps and branches are to the end of their reach. */
    void reach() {
        out.println("\nHow far " + module.name() + "'s jumps and branches reach");
        Columns nearest = Columns.atMost(MOST_ROWS, "type", "place", "goes to", "value", "must be in");
        List<Reach> all = module.reach().nearest();
        (all.size() > MOST_ROWS ? module.reach().nearest(MOST_ROWS) : all)
                .forEach(reach -> nearest.row(
                        reach.place().type(),
                        reach.place().section() + "+0x"
                                + Long.toHexString(reach.place().sectionOffset()),
                        reach.place().symbol() + (reach.toStub() ? ", by a stub" : ""),
                        RelocationReport.signed(reach.value()),
                        "[" + RelocationReport.signed(reach.least()) + ", " + RelocationReport.signed(reach.greatest())
                                + "]"));
        if (all.isEmpty()) {
            out.println("   none of them has a limit: each call loads its full target into a register (-mlong-calls)");
        } else {
            nearest.print(out);
            if (all.size() > MOST_ROWS) {
                out.println("   and " + (all.size() - MOST_ROWS) + " that are farther from their limits");
            }
        }
    }
}
