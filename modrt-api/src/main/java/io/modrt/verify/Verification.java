package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.link.Rewrite;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.spi.Stub;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * Asks whether memory holds a module: every word of its regions is what loading makes of the file, or differs for a reason that
 * has a name, or is unexplained. Immutable; {@link #run} may be called any number of times, on any memory.
 *
 * <pre>{@code
 * RelocatedModule expected = runtime.plan(file).place(Placement.regions(bases)).resolve().relocate();
 * VerificationResult result = Verification.of(expected).withoutInit().run(dump);
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Verification {
    private final RelocatedModule module;
    private final boolean initGone;
    private final Map<String, Address> entries;
    private final List<PatchSite> sites;

    private Verification(
            RelocatedModule module, boolean initGone, Map<String, Address> entries, List<PatchSite> sites) {
        this.module = Objects.requireNonNull(module, "module");
        this.initGone = initGone;
        this.entries = Map.copyOf(entries);
        this.sites = List.copyOf(sites);
    }

    /** Of a module with these bytes, at these addresses. */
    public static Verification of(RelocatedModule module) {
        return new Verification(module, false, Map.of(), List.of());
    }

    /** Of a module that is loaded, against the bytes that it was loaded with; after {@link LiveModule#dropInit} add {@link #withoutInit}. */
    public static Verification of(LiveModule module) {
        return of(module.asLoaded());
    }

    /** The same, where the regions for initialisation were freed: whatever is there now, they are told as gone. */
    public Verification withoutInit() {
        return new Verification(module, true, entries, sites);
    }

    /** The same, where call sites of the function tracer may also go to {@code entry}. */
    public Verification withEntry(String name, Address entry) {
        Map<String, Address> more = new LinkedHashMap<>(entries);
        more.put(name, entry);
        return new Verification(module, initGone, more, sites);
    }

    /**
     * The same with another place that may change. A place that the module's tables list too may have these forms besides theirs.
     *
     * @throws IllegalArgumentException where the site does not lie in one of the module's regions as a whole
     */
    public Verification withSite(PatchSite site) {
        PlacedModule placed = module.resolved().placed();
        List<String> regions = new ArrayList<>();
        boolean isInside = false;
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = placed.range(kind);
            if (range.isPresent()) {
                regions.add(kind + " " + range.get());
                isInside |= isIn(range.get(), site);
            }
        }
        if (!isInside) {
            throw new IllegalArgumentException(site.kind() + " at " + site.address() + ", " + site.sizeBytes()
                    + " bytes, does not lie in one region of " + placed.file().name() + ", which has "
                    + String.join(", ", regions));
        }
        List<PatchSite> more = new ArrayList<>(sites);
        more.add(site);
        return new Verification(module, initGone, entries, more);
    }

    private static boolean isIn(AddressRange region, PatchSite site) {
        return region.contains(site.address())
                && site.sizeBytes() <= region.end().minus(site.address());
    }

    /** Compares. The keys of static branches are read too, where {@code memory} has them. */
    public VerificationResult run(MemoryReader memory) {
        return new Run(memory).result();
    }

    private final class Run {
        private final PlacedModule placed = module.resolved().placed();
        private final MemoryReader memory;
        private final ExpectedBytes expected = new ExpectedBytes(module);
        private final Map<RegionKind, RegionCheck> checks = new EnumMap<>(RegionKind.class);
        private final Map<String, Integer> forms = new TreeMap<>();
        private final List<Span> spans = new ArrayList<>();
        private final List<Difference> differences = new ArrayList<>();

        Run(MemoryReader memory) {
            this.memory = memory;
        }

        VerificationResult result() {
            String siteTable =
                    placed.plan().archKernel().tracing().tableSection();
            for (RegionKind kind : expected.regions()) {
                if (!isGone(kind)) {
                    Readout readout = Readout.of(memory, placed.range(kind).orElseThrow());
                    checks.put(
                            kind,
                            new RegionCheck(
                                    expected.start(kind),
                                    Areas.of(placed, kind, siteTable),
                                    expected.of(kind),
                                    readout));
                }
            }
            markFinished();
            fitSites();
            for (RegionKind kind : expected.regions()) {
                RegionCheck check = checks.get(kind);
                if (check == null) {
                    Areas.of(placed, kind, siteTable).forEach(area -> addGone(kind, area));
                } else {
                    check.judge(spans::add, misfit -> differences.add(difference(misfit)));
                }
            }
            differences.addAll(new StructModule(placed, spans, memory).check());
            return new VerificationResult(placed.plan().file().name(), spans, forms, differences);
        }

        private boolean isGone(RegionKind kind) {
            return initGone && kind.isInit();
        }

        /** Its words are those that begin in it, as elsewhere. */
        private void addGone(RegionKind kind, Areas.Area area) {
            long first = wordsEnd(area.start());
            long end = Math.min(wordsEnd(area.end()), expected.of(kind).length);
            if (end > first) {
                AddressRange range = new AddressRange(expected.start(kind).plus(first), end - first);
                spans.add(new Span(area.name(), range, Reason.GONE, ""));
            }
        }

        private static long wordsEnd(long offset) {
            return offset + Integer.BYTES - 1 & -Integer.BYTES;
        }

        private void markFinished() {
            for (Rewrite rewrite : module.rewrites()) {
                check(rewrite.range().start(), 1).ifPresent(check -> check.markFinished(rewrite.range(), rewrite.by()));
            }
        }

        /** The check of the region that has {@code sizeBytes} bytes from {@code address} on, unless it is gone. */
        private Optional<RegionCheck> check(Address address, int sizeBytes) {
            return expected.region(address, sizeBytes).map(checks::get);
        }

        private void fitSites() {
            ModuleSites own = new ModuleSites(module, expected);
            List<PatchSite> all = new ArrayList<>(own.tracing(entries));
            all.addAll(own.branches(memory));
            all.addAll(sites);
            List<PatchSite> open = new ArrayList<>();
            for (PatchSite site : all) {
                Optional<RegionCheck> check = check(site);
                if (check.isPresent()) {
                    Optional<Form> form = check.get().fit(site);
                    if (form.isEmpty()) {
                        open.add(site);
                    } else if (check.get().isReadable(site)) {
                        forms.merge(site.kind() + ": " + form.get().name(), 1, Integer::sum);
                    }
                }
            }
            for (PatchSite site : open) {
                check(site).ifPresent(check -> check.markWrong(site));
            }
        }

        private Optional<RegionCheck> check(PatchSite site) {
            return check(site.address(), site.sizeBytes());
        }

        private Difference difference(RegionCheck.Misfit misfit) {
            String area = misfit.area().name();
            return new Difference(
                    misfit.address(),
                    misfit.offset() == 0 ? area : area + "+0x" + Long.toHexString(misfit.offset()),
                    symbol(misfit.address()),
                    misfit.expected(),
                    misfit.found(),
                    misfit.why());
        }

        private Optional<String> symbol(Address address) {
            return module.resolved()
                    .symbolAt(address)
                    .map(SymbolOffset::toString)
                    .or(() -> module.stubs().stream()
                            .filter(stub -> isIn(stub, address))
                            .findFirst()
                            .map(stub -> "stub for " + stub.symbol()));
        }

        /** Whether a stub has a byte of the word at {@code address} in its code, or begins its slot there. */
        private static boolean isIn(Stub stub, Address address) {
            return new AddressRange(stub.address(), stub.template().sizeBytes()).contains(address)
                    || stub.slot().filter(address::equals).isPresent();
        }
    }
}
