package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.spi.ArchKernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Checks whether memory holds a module: each byte of its regions must be as loading makes it from the file, or differ for a reason that has
 * a name; everything else is unexplained. Results count words of 4 bytes, and a word is explained only if each of its bytes is. Immutable;
 * {@link #run} may be called any number of times, on any memory.
 *
 * <pre>{@code
 * LinkedModule expected = runtime.plan(file).place(Placement.regions(bases)).resolve().relocate();
 * VerificationResult result = Verification.of(expected).withoutInit().run(dump);
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Verification {
    private final LinkedModule module;
    private final boolean initGone;
    private final Map<String, Address> entries;
    private final List<PatchSite> sites;
    private final boolean isLive;

    private Verification(
            LinkedModule module,
            boolean initGone,
            Map<String, Address> entries,
            List<PatchSite> sites,
            boolean isLive) {
        this.isLive = isLive;
        this.module = Objects.requireNonNull(module, "module");
        this.initGone = initGone;
        this.entries = Map.copyOf(entries);
        this.sites = List.copyOf(sites);
    }

    /** A check of memory against these bytes, at the addresses at which they were relocated. */
    public static Verification of(LinkedModule module) {
        return new Verification(module, false, Map.of(), List.of(), false);
    }

    /**
     * A check of memory against the bytes with which the module was loaded. After {@link LiveModule#dropInit}, add {@link #withoutInit}.
     * A static branch may also be as it was loaded, whatever its key says: a kernel would switch it as the module comes, and a load here
     * leaves it.
     */
    public static Verification of(LiveModule module) {
        return new Verification(module.asLoaded(), false, Map.of(), List.of(), true);
    }

    /** The same check after the kernel has freed the init regions: they are not read, and their words count as {@link Reason#GONE}. */
    public Verification withoutInit() {
        return new Verification(module, true, entries, sites, isLive);
    }

    /** The same check, where call sites of the function tracer may also call {@code entry}. */
    public Verification withEntry(String name, Address entry) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(entry, "entry");
        Map<String, Address> more = new HashMap<>(entries);
        more.put(name, kernel().canonical(entry));
        return new Verification(module, initGone, more, sites, isLive);
    }

    /**
     * The same check with another site. If the module's own tables list a site there too, either may explain the bytes.
     *
     * @throws IllegalArgumentException if the site does not lie within one of the module's regions
     */
    public Verification withSite(PatchSite given) {
        PatchSite site = new PatchSite(kernel().canonical(given.address()), given.kind(), given.forms());
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
                    + " bytes, does not lie within one region of "
                    + placed.file().name() + ", which has " + String.join(", ", regions));
        }
        List<PatchSite> more = new ArrayList<>(sites);
        more.add(site);
        return new Verification(module, initGone, entries, more, isLive);
    }

    private ArchKernel kernel() {
        return module.resolved().placed().plan().archKernel();
    }

    private static boolean isIn(AddressRange region, PatchSite site) {
        return region.contains(site.address())
                && site.sizeBytes() <= region.end().minus(site.address());
    }

    /** Compares the module with {@code memory}, which is also asked for the keys of static branches, in other modules and the kernel. */
    public VerificationResult run(MemoryReader memory) {
        Objects.requireNonNull(memory, "memory");
        return new ModuleCheck(this, memory).result();
    }

    /** Whether the memory is that of a runtime, which leaves static branches as they were loaded. */
    boolean isLive() {
        return isLive;
    }

    LinkedModule module() {
        return module;
    }

    Map<String, Address> entries() {
        return entries;
    }

    List<PatchSite> sites() {
        return sites;
    }

    /** Whether a region is not to be read. */
    boolean isGone(RegionKind kind) {
        return initGone && kind.isInit();
    }
}
