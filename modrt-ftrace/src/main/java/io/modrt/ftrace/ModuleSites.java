package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadedSymbol;
import io.modrt.load.SymbolOffset;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.SiteKind;
import io.modrt.spi.Width;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The call sites of one module: their kinds, and where each goes at present. The columns are indexed by a site's place in the module's
 * table, which is ascending by address.
 */
final class ModuleSites {
    private static final byte FOREIGN = -1;

    /** The room that kernels since 6.1 have for a symbol's name, its NUL included; older ones have 128 bytes. */
    private static final int KSYM_NAME_LEN = 512;

    private static final RegionKind[] REGIONS = RegionKind.values();

    private final LiveModule module;
    private final Width width;
    private final SiteKind[] kinds;
    private final long[] sites;
    private final byte[] kind;
    private final byte[] region;
    private final int stride;
    private final byte[] off;
    private final long[] entry;
    private final long[] target;
    private final BitSet gone = new BitSet();
    private final BitSet torn = new BitSet();
    private final BitSet repeated = new BitSet();
    private final int[] first;
    private final Trampolines trampolines;
    private String @Nullable [] functions;

    /** Reads the module's table and the code of its sites. */
    ModuleSites(LiveModule module, TargetMemory memory) {
        this.module = module;
        width = module.placed().plan().archKernel().width();
        kinds = module.placed()
                .plan()
                .archKernel()
                .tracing()
                .kinds(module.placed())
                .toArray(SiteKind[]::new);
        ModuleCode code = new ModuleCode(module, memory);
        sites = SiteTable.read(module, memory, code);
        stride = Arrays.stream(kinds).mapToInt(SiteKind::bytes).max().orElse(0);
        kind = new byte[sites.length];
        region = new byte[sites.length];
        off = new byte[sites.length * stride];
        entry = new long[sites.length];
        target = new long[sites.length];
        Arrays.fill(kind, FOREIGN);
        Arrays.fill(region, (byte) -1);
        first = new int[sites.length];
        for (int i = 1; i < first.length; i++) {
            first[i] = sites[i] == sites[i - 1] ? first[i - 1] : i;
        }
        recognise(code);
        forgetOverlaps();
        trampolines = Trampolines.of(module);
    }

    private void recognise(ModuleCode code) {
        byte[][] buffers =
                Arrays.stream(kinds).map(each -> new byte[each.bytes()]).toArray(byte[][]::new);
        for (int i = 0; i < sites.length; i++) {
            RegionKind in = code.executableAt(sites[i]);
            if (in == null) {
                continue;
            }
            region[i] = (byte) in.ordinal();
            for (byte k = 0; k < buffers.length && kind[i] == FOREIGN; k++) {
                long start = sites[i] - kinds[k].bytesInFront();
                if (code.executableAt(start) == in && code.copy(start, buffers[k])) {
                    recognise(i, k, buffers[k]);
                }
            }
        }
    }

    /** A site that is on although nobody asked for it here was switched by someone else. It stays on until it is switched here. */
    private void recognise(int site, byte k, byte[] code) {
        SiteKind.State state = kinds[k].state(sites[site], code);
        if (state == SiteKind.State.FOREIGN) {
            return;
        }
        kind[site] = k;
        if (state == SiteKind.State.ON) {
            entry[site] = kinds[k].entry(sites[site], code);
            target[site] = entry[site];
            kinds[k].off(sites[site], code);
        }
        System.arraycopy(code, 0, off, site * stride, code.length);
    }

    /**
     * Sees to it that no byte belongs to two sites: where sites overlap, only the first can be switched. Compilers make no such
     * sites. An entry that repeats the address in front of it stands for the same site.
     */
    private void forgetOverlaps() {
        long end = 0;
        for (int i = 0; i < sites.length; i++) {
            if (first(i) != i) {
                kind[i] = kind[first(i)];
                repeated.set(i);
            } else if (kind[i] != FOREIGN) {
                if (Long.compareUnsigned(start(i), end) < 0) {
                    kind[i] = FOREIGN;
                } else {
                    end = start(i) + kind(i).bytes();
                }
            }
        }
    }

    LiveModule module() {
        return module;
    }

    Width width() {
        return width;
    }

    int count() {
        return sites.length;
    }

    long address(int site) {
        return sites[site];
    }

    /** The address of a site's first byte. */
    long start(int site) {
        return sites[site] - kind(site).bytesInFront();
    }

    /** The first entry with the same address. Kernels before about 6.13 keep every entry of the table. */
    int first(int site) {
        return first[site];
    }

    /** The sites that are not gone, each once. A new set. */
    BitSet present() {
        BitSet present = new BitSet(sites.length);
        present.set(0, sites.length);
        present.andNot(gone);
        present.andNot(repeated);
        return present;
    }

    /** The sites that are not gone and for one of whose entries {@code wanted} holds, each once. A new set. */
    BitSet matching(IntPredicate wanted) {
        BitSet matching = new BitSet(sites.length);
        for (int i = 0; i < sites.length; i++) {
            if (!gone.get(i) && wanted.test(i)) {
                matching.set(first(i));
            }
        }
        return matching;
    }

    /** Whether the site went with the init memory. */
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

    /** The kinds of sites that a module of this kernel may have. */
    List<SiteKind> kinds() {
        return List.of(kinds);
    }

    /** The index of a site's kind in {@link #kinds}. */
    int kindIndex(int site) {
        return kind[site];
    }

    /** The ordinal of the region in which a site lies; -1 where that has no code. */
    int regionOrdinal(int site) {
        return region[site];
    }

    /** The address that a site's code calls: its target, or a trampoline or stub on the way there. 0 if the site is off. */
    long entry(int site) {
        return entry[site];
    }

    /** Where a site goes in the end; 0 if the site is off. */
    long target(int site) {
        return target[site];
    }

    /** Takes down where each site goes after a switch. */
    void settle(long[] newEntries, long[] newTargets) {
        System.arraycopy(newEntries, 0, entry, 0, entry.length);
        System.arraycopy(newTargets, 0, target, 0, target.length);
        trampolines.settle();
    }

    /** Works out a site's code when it calls {@code to}, or when it is off if {@code to} is 0. */
    void code(int site, byte[] into, long to) {
        System.arraycopy(off, site * stride, into, 0, into.length);
        if (to != 0) {
            kind(site).on(sites[site], into, to);
        }
    }

    Trampolines trampolines() {
        return trampolines;
    }

    /** Marks the site to which the byte at {@code address} belongs as torn. */
    void tear(long address) {
        int site = owner(address);
        if (site >= 0) {
            torn.set(site);
        }
    }

    /** The site to which the byte at {@code address} belongs, or -1. */
    int owner(long address) {
        for (int i = 0; i < sites.length; i++) {
            if (kind[i] != FOREIGN && Long.compareUnsigned(address - start(i), kind(i).bytes()) < 0) {
                return i;
            }
        }
        return -1;
    }

    /** Forgets the sites of init code, as the kernel's {@code ftrace_free_init_mem} does; returns them. */
    BitSet dropInit() {
        BitSet dropped = new BitSet();
        for (int i = 0; i < sites.length; i++) {
            if (region[i] >= 0 && REGIONS[region[i]].isInit()) {
                dropped.set(i);
            }
        }
        gone.or(dropped);
        trampolines.dropInit();
        return dropped;
    }

    /** A symbol's name as far as kernels read it: without the bytes beyond KSYM_NAME_LEN. */
    private static String cut(LoadedSymbol symbol) {
        String name = symbol.name();
        return name.length() < KSYM_NAME_LEN ? name : name.substring(0, KSYM_NAME_LEN - 1);
    }

    /** The name of the function in which a site lies; the site's address if there is none. */
    String function(int site) {
        String[] known = functions;
        if (known == null) {
            known = new String[sites.length];
            for (int i = 0; i < sites.length; i++) {
                Address at = Address.of(sites[i]);
                known[i] = first(i) != i
                        ? known[first(i)]
                        : module.symbolAt(at).map(found -> cut(found.symbol())).orElseGet(at::toString);
            }
            functions = known;
        }
        return known[site];
    }

    /** A site's place, for example {@code xfs_trans_commit+0x8}. */
    String place(int site) {
        Address at = Address.of(sites[site]);
        return module.symbolAt(at).map(SymbolOffset::toString).orElse(at.toString());
    }

    CallSite site(int site) {
        int first = first(site);
        CallSite.State state;
        if (isForeign(site)) {
            state = CallSite.State.FOREIGN;
        } else if (torn.get(first)) {
            state = CallSite.State.TORN;
        } else {
            state = target[first] == 0 ? CallSite.State.OFF : CallSite.State.ON;
        }
        return new CallSite(
                module,
                Address.of(sites[site]),
                function(site),
                isForeign(site) ? Optional.empty() : Optional.of(kind(site)),
                state,
                state == CallSite.State.ON ? Optional.of(Address.of(target[first])) : Optional.empty());
    }

    /** All sites that are not gone, one for each entry of the table. A new list. */
    List<CallSite> all() {
        BitSet present = new BitSet(sites.length);
        present.set(0, sites.length);
        present.andNot(gone);
        return present.stream().mapToObj(this::site).toList();
    }

    /** Adds the line of each site that is not gone. Sites of one function share it. */
    void addLines(List<String> lines) {
        String name = "";
        String line = "";
        for (int i = 0; i < sites.length; i++) {
            if (!gone.get(i)) {
                String function = function(i);
                line = !line.isEmpty() && function.equals(name) ? line : CallSite.line(function, module);
                name = function;
                lines.add(line);
            }
        }
    }

    /** The first site at this address, or -1. */
    int find(Address address) {
        for (int i = 0; i < sites.length; i++) {
            if (sites[i] == address.value() && !gone.get(i)) {
                return i;
            }
        }
        return -1;
    }
}
