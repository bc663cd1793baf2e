package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.SiteKind;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The call sites of one module, in columns by their place in its table: what they are, and where they go. */
final class ModuleSites {
    private static final byte FOREIGN = -1;
    private static final RegionKind[] REGIONS = RegionKind.values();

    private final LiveModule module;
    private final SiteKind[] kinds;
    private final long[] sites;
    private final byte[] kind;
    private final byte[] region;
    private final int stride;
    private final int[] off;
    private final long[] entry;
    private final long[] target;
    private final BitSet gone = new BitSet();
    private final BitSet torn = new BitSet();
    private final BitSet repeated = new BitSet();
    private final Trampolines trampolines;
    private String @Nullable [] functions;

    /** Reads the module's table and the words of its sites. */
    ModuleSites(LiveModule module, TargetMemory memory) {
        this.module = module;
        PlacedModule placed = module.placed();
        FtraceTrampoline tracing = placed.plan().arch().ftrace(placed.plan().profile());
        kinds = tracing.kinds().toArray(SiteKind[]::new);
        sites = SiteTable.read(module, tracing, memory);
        stride = Arrays.stream(kinds).mapToInt(SiteKind::words).max().orElse(0);
        kind = new byte[sites.length];
        region = new byte[sites.length];
        off = new int[sites.length * stride];
        entry = new long[sites.length];
        target = new long[sites.length];
        Arrays.fill(kind, FOREIGN);
        Arrays.fill(region, (byte) -1);
        for (RegionKind each : REGIONS) {
            Optional<AddressRange> range = placed.range(each);
            if (each.isExecutable() && range.isPresent() && sites.length > 0) {
                recognise(each, range.get(), SiteTable.bytes(memory, range.get()));
            }
        }
        forgetOverlaps();
        trampolines = Trampolines.of(module, tracing);
    }

    private void recognise(RegionKind each, AddressRange range, byte[] bytes) {
        int[] words = new int[stride];
        for (int i = 0; i < sites.length; i++) {
            if (range.contains(Address.of(sites[i]))) {
                region[i] = (byte) each.ordinal();
                for (byte k = 0; k < kinds.length && kind[i] == FOREIGN; k++) {
                    long start = sites[i] - kinds[k].wordsInFront() * (long) Integer.BYTES;
                    long offset = start - range.start().value();
                    if (offset >= 0 && offset + kinds[k].words() * (long) Integer.BYTES <= bytes.length) {
                        for (int w = 0; w < kinds[k].words(); w++) {
                            words[w] = CodeMemory.word(
                                    bytes,
                                    (int) offset + w * Integer.BYTES,
                                    module.file().elf().isBigEndian());
                        }
                        recognise(i, k, words);
                    }
                }
            }
        }
    }

    /** A site that is on already was switched by someone else; it stays so until it is switched here. */
    private void recognise(int site, byte k, int[] words) {
        SiteKind.State state = kinds[k].state(sites[site], words);
        if (state == SiteKind.State.FOREIGN) {
            return;
        }
        kind[site] = k;
        if (state == SiteKind.State.ON) {
            entry[site] = kinds[k].entry(sites[site], words);
            target[site] = entry[site];
            kinds[k].off(sites[site], words);
        }
        System.arraycopy(words, 0, off, site * stride, kinds[k].words());
    }

    /** Of sites whose words overlap only the first can be switched; no compiler makes such. A repeated entry is the same site. */
    private void forgetOverlaps() {
        long end = 0;
        for (int i = 0; i < sites.length; i++) {
            if (kind[i] != FOREIGN && first(i) == i) {
                long start = sites[i] - kinds[kind[i]].wordsInFront() * (long) Integer.BYTES;
                if (Long.compareUnsigned(start, end) < 0) {
                    kind[i] = FOREIGN;
                } else {
                    end = start + kinds[kind[i]].words() * (long) Integer.BYTES;
                }
            } else if (first(i) != i) {
                kind[i] = kind[first(i)];
                repeated.set(i);
            }
        }
    }

    LiveModule module() {
        return module;
    }

    int count() {
        return sites.length;
    }

    long address(int site) {
        return sites[site];
    }

    /** The first entry for the same address; kernels before 6.13 or so keep every entry. */
    int first(int site) {
        int first = site;
        while (first > 0 && sites[first - 1] == sites[site]) {
            first--;
        }
        return first;
    }

    /** The sites that are not gone, each once. */
    BitSet present() {
        BitSet present = new BitSet(sites.length);
        present.set(0, sites.length);
        present.andNot(gone);
        present.andNot(repeated);
        return present;
    }

    /** Whether it went with the init memory. */
    boolean isGone(int site) {
        return gone.get(site);
    }

    boolean isForeign(int site) {
        return kind[site] == FOREIGN;
    }

    boolean isTorn(int site) {
        return torn.get(site);
    }

    SiteKind kind(int site) {
        return kinds[kind[site]];
    }

    @Nullable
    RegionKind region(int site) {
        return region[site] < 0 ? null : REGIONS[region[site]];
    }

    int regionOrdinal(int site) {
        return region[site];
    }

    /** Where its words go; 0 where it is off. */
    long entry(int site) {
        return entry[site];
    }

    /** Where it goes in the end; 0 where it is off. */
    long target(int site) {
        return target[site];
    }

    void set(int site, long newEntry, long newTarget) {
        entry[site] = newEntry;
        target[site] = newTarget;
    }

    /** What its words are when they go to {@code to}, or are off where that is 0. */
    void words(int site, int[] into, long to) {
        SiteKind form = kind(site);
        System.arraycopy(off, site * stride, into, 0, form.words());
        if (to != 0) {
            form.on(sites[site], into, to);
        }
    }

    int mostWords() {
        return stride;
    }

    Trampolines trampolines() {
        return trampolines;
    }

    /** Marks the site to which the word at {@code address} belongs as torn. */
    void tear(long address) {
        int site = owner(address);
        if (site >= 0) {
            torn.set(site);
        }
    }

    /** The site to which the word at {@code address} belongs, or -1. */
    int owner(long address) {
        for (int i = 0; i < sites.length; i++) {
            if (kind[i] != FOREIGN) {
                long start = sites[i] - kind(i).wordsInFront() * (long) Integer.BYTES;
                if (Long.compareUnsigned(address - start, kind(i).words() * (long) Integer.BYTES) < 0) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Forgets the sites of init code; returns them. */
    BitSet dropInit() {
        BitSet dropped = new BitSet();
        for (int i = 0; i < sites.length; i++) {
            RegionKind of = region(i);
            if (of != null && of.isInit()) {
                dropped.set(i);
            }
        }
        gone.or(dropped);
        trampolines.dropInit();
        return dropped;
    }

    /** The name of the function; the address where there is none. */
    String function(int site) {
        String[] known = functions;
        if (known == null) {
            known = new String[sites.length];
            for (int i = 0; i < sites.length; i++) {
                Address at = Address.of(sites[i]);
                known[i] =
                        module.symbolAt(at).map(found -> found.symbol().name()).orElse(at.toString());
            }
            functions = known;
        }
        return known[site];
    }

    /** The place, for example {@code xfs_trans_commit+0x8}. */
    String place(int site) {
        Address at = Address.of(sites[site]);
        return module.symbolAt(at).map(SymbolOffset::toString).orElse(at.toString());
    }

    CallSite site(int site) {
        CallSite.State state;
        if (isForeign(site)) {
            state = CallSite.State.FOREIGN;
        } else if (torn.get(first(site))) {
            state = CallSite.State.TORN;
        } else {
            state = target[first(site)] == 0 ? CallSite.State.OFF : CallSite.State.ON;
        }
        return new CallSite(
                module,
                Address.of(sites[site]),
                function(site),
                isForeign(site) ? Optional.empty() : Optional.of(kind(site)),
                state,
                state == CallSite.State.ON ? Optional.of(Address.of(target[first(site)])) : Optional.empty());
    }

    /** The site at this address, or -1. */
    int find(Address address) {
        for (int i = 0; i < sites.length; i++) {
            if (sites[i] == address.value() && !gone.get(i)) {
                return i;
            }
        }
        return -1;
    }
}
