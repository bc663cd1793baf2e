package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Printable;
import io.modrt.layout.RegionKind;
import io.modrt.link.Rewrite;
import io.modrt.load.LinkedModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.spi.Stub;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One run of a {@link Verification} on one memory. */
final class ModuleCheck {
    private final Verification verification;
    private final LinkedModule module;
    private final PlacedModule placed;
    private final MemoryReader memory;
    private final ExpectedBytes expected;
    private final Map<RegionKind, RegionCheck> checks = new EnumMap<>(RegionKind.class);
    private final Map<String, Integer> forms = new TreeMap<>();
    private final List<Span> spans = new ArrayList<>();
    private final List<Difference> differences = new ArrayList<>();
    private final NavigableMap<Address, Stub> stubs = new TreeMap<>();

    ModuleCheck(Verification verification, MemoryReader memory) {
        this.verification = verification;
        this.module = verification.module();
        this.placed = module.resolved().placed();
        this.memory = memory;
        this.expected = new ExpectedBytes(module);
    }

    /** Reads the regions, finds the state of each site, then judges all words. To be called once. */
    VerificationResult result() {
        String siteTable = placed.plan().archKernel().tracing().tableSection();
        for (RegionKind kind : expected.regions()) {
            if (!verification.isGone(kind)) {
                Readout readout = Readout.of(memory, placed.range(kind).orElseThrow());
                checks.put(
                        kind,
                        new RegionCheck(
                                expected.start(kind),
                                Areas.of(placed, kind, expected.of(kind), siteTable),
                                expected.of(kind),
                                readout));
            }
        }
        markFinished();
        fitSites();
        for (RegionKind kind : expected.regions()) {
            RegionCheck check = checks.get(kind);
            if (check == null) {
                Areas.of(placed, kind, expected.of(kind), siteTable).forEach(area -> addGone(kind, area));
            } else {
                check.judge(spans::add, misfit -> differences.add(difference(misfit)), this::wantsMore);
            }
        }
        differences.addAll(new StructModule(placed, spans, memory).check());
        return new VerificationResult(placed.file().name(), spans, forms, differences);
    }

    /** Adds the words of an area that is not read. A word belongs to the area in which it begins, here as elsewhere. */
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

    /** The check of the region that holds {@code sizeBytes} bytes from {@code address} on; empty if the region is not read. */
    private Optional<RegionCheck> check(Address address, int sizeBytes) {
        return expected.region(address, sizeBytes).map(checks::get);
    }

    /**
     * Finds the form of each site. Only then are the sites marked that have none of their forms, since another site may explain some of
     * their bytes.
     */
    private void fitSites() {
        BitSet open = new BitSet();
        int[] number = {0};
        eachSite(site -> {
            // why: only a site of a hostile table reaches out of its region; it explains no byte
            check(site.address(), site.sizeBytes()).ifPresent(check -> {
                Optional<Form> form = check.fit(site);
                if (form.isEmpty()) {
                    open.set(number[0]);
                } else if (check.isReadable(site)) {
                    forms.merge(site.kind() + ": " + form.get().name(), 1, Integer::sum);
                }
            });
            number[0]++;
        });
        if (!open.isEmpty()) { // why: made again, since a module may have many sites
            number[0] = 0;
            eachSite(site -> {
                if (open.get(number[0]++)) {
                    check(site.address(), site.sizeBytes()).ifPresent(check -> check.markWrong(site));
                }
            });
        }
    }

    private void eachSite(Consumer<PatchSite> sites) {
        ModuleSites own = new ModuleSites(module, expected, verification.isLive());
        own.tracing(verification.entries(), sites);
        own.branches(memory, sites);
        own.clearedBranches(sites);
        verification.sites().forEach(sites);
    }

    private boolean wantsMore() {
        return differences.size() < placed.policy().limits().differences();
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
                .or(() -> stubAt(address).map(stub -> "stub for " + Printable.name(stub.symbol())));
    }

    private Optional<Stub> stubAt(Address address) {
        if (stubs.isEmpty()) {
            module.stubs().forEach(stub -> {
                stubs.putIfAbsent(stub.address(), stub);
                stub.slot().ifPresent(slot -> stubs.putIfAbsent(slot, stub));
            });
        }
        return Optional.ofNullable(stubs.floorEntry(address))
                .map(Map.Entry::getValue)
                .filter(stub -> holds(stub, address));
    }

    /** Whether a stub's code or its slot holds the byte at {@code address}. */
    private boolean holds(Stub stub, Address address) {
        int slotBytes = placed.plan().archKernel().width().bytes();
        return new AddressRange(stub.address(), stub.template().sizeBytes()).contains(address)
                || stub.slot()
                        .filter(slot -> new AddressRange(slot, slotBytes).contains(address))
                        .isPresent();
    }
}
