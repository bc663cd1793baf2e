package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import io.modrt.spi.CodeReader;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Call sites that are what another kernel's are, but for what a subclass changes. */
class ForwardingTracing implements TracingSites {
    private final TracingSites sites;

    ForwardingTracing(TracingSites sites) {
        this.sites = sites;
    }

    @Override
    public String tableSection() {
        return sites.tableSection();
    }

    @Override
    public long site(long entry, CodeReader code) {
        return sites.site(entry, code);
    }

    @Override
    public int alignmentBytes() {
        return sites.alignmentBytes();
    }

    @Override
    public boolean skipsZero() {
        return sites.skipsZero();
    }

    @Override
    public long listed(long entry, Width width, CodeReader code) {
        return sites.listed(entry, width, code);
    }

    @Override
    public void writeOff(long site, ModuleImage image) {
        sites.writeOff(site, OwnPlan.in(image));
    }

    @Override
    public List<? extends SiteKind> kinds(PlacedSections placed) {
        return sites.kinds(OwnPlan.in(placed));
    }

    @Override
    public List<? extends SiteKind> kernelKinds() {
        return sites.kernelKinds();
    }

    @Override
    public Set<String> kernelEntries() {
        return sites.kernelEntries();
    }

    @Override
    public Optional<FtraceTrampoline> trampoline() {
        return sites.trampoline().map(Trampoline::new);
    }

    private record Trampoline(FtraceTrampoline forwarded) implements FtraceTrampoline {
        @Override
        public int sizeBytes() {
            return forwarded.sizeBytes();
        }

        @Override
        public List<Address> places(PlacedSections placed, RegionKind region) {
            return forwarded.places(OwnPlan.in(placed), region);
        }

        @Override
        public byte[] code(Address at) {
            return forwarded.code(at);
        }
    }
}
