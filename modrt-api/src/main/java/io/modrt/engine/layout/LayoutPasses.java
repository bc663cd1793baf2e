package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchPlan;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's {@code layout_sections}: five passes over the core sections, then five over the init sections, which are freed after
 * initialisation. A section is placed once, in the first pass that takes its flags.
 */
final class LayoutPasses {
    /** The symbol and the string table may be loaded and then placed once more, for kallsyms. */
    private static final int PLACED_TWICE = 2;

    private final List<Section> sections;
    private final LoadedFlags flags;
    private final KernelProfile profile;
    private final RegionRule rule;
    private final ArchPlan arch;

    private final Map<RegionKind, Long> headBytes = new EnumMap<>(RegionKind.class);

    /** The end of what each pass has placed in core or init memory, by block and pass. */
    private final long[][] ends = new long[2][RegionRule.Pass.values().length];

    final RegionSizes sizes;
    final @Nullable RegionKind[] region;
    final long[] offset;
    /** Sections in the order in which they were placed; one that was placed twice is there twice. */
    private final int[] placed;

    private int placedCount;

    LayoutPasses(
            String moduleName,
            List<Section> sections,
            LoadedFlags flags,
            KernelProfile profile,
            RegionRule rule,
            ArchPlan arch) {
        this.sections = sections;
        this.flags = flags;
        this.profile = profile;
        this.rule = rule;
        this.arch = arch;
        sizes = new RegionSizes(moduleName);
        region = new RegionKind[sections.size()];
        offset = new long[sections.size()];
        placed = new int[sections.size() + PLACED_TWICE];
    }

    /** Places every loaded section, core sections first. */
    void run() {
        for (RegionKind kind : RegionKind.values()) {
            if (rule.isByMemoryType() != (kind == RegionKind.CORE || kind == RegionKind.INIT)) {
                headBytes.put(kind, arch.headBytes(kind));
                sizes.add(kind, headBytes(kind), "the head of the region");
            }
        }
        byte[] passOf = new byte[sections.size()];
        for (int i = 1; i < passOf.length; i++) {
            if (flags.isAllocated(i)) {
                boolean isInit = rule.isInit(sections.get(i));
                passOf[i] = number(rule.pass(isInit, flags.flags(i)), isInit);
            }
        }
        place(passOf, false);
        place(passOf, true);
    }

    /** The number of a pass over one block, core or init; greater than 0. */
    private static byte number(RegionRule.Pass pass, boolean isInit) {
        return (byte) (2 * pass.ordinal() + (isInit ? 2 : 1));
    }

    /** Runs all passes over the sections of one block. */
    private void place(byte[] passOf, boolean isInit) {
        for (RegionRule.Pass pass : RegionRule.Pass.values()) {
            RegionKind kind = rule.target(pass, isInit);
            if (kind == null) {
                continue;
            }
            for (int i = 1; i < passOf.length; i++) {
                if (passOf[i] == number(pass, isInit)) {
                    place(i, kind);
                }
            }
            if (endsOnPage(pass, isInit)) {
                roundIfStrict(kind);
            }
            if (!rule.isByMemoryType()) {
                ends[isInit ? 1 : 0][pass.ordinal()] = sizes.bytes(kind);
            }
        }
    }

    /** Whether the kernel rounds the region to a page after a pass, under STRICT_MODULE_RWX. */
    private static boolean endsOnPage(RegionRule.Pass pass, boolean isInit) {
        // why: after the read-only-after-init pass the kernel rounds the core block, but not the init block
        return pass != RegionRule.Pass.WRITABLE && !(pass == RegionRule.Pass.READ_ONLY_AFTER_INIT && isInit);
    }

    /**
     * Places a section at the end of {@code kind}. If it is placed a second time, its first place stays reserved, as in the kernel.
     */
    void place(int index, RegionKind kind) {
        Section section = sections.get(index);
        sizes.add(kind, arch.frontBytes(section), section);
        sizes.align(kind, section.alignment(), section);
        offset[index] = sizes.bytes(kind);
        sizes.add(kind, section.sizeBytes(), section);
        sizes.add(kind, arch.behindBytes(section), section);
        region[index] = kind;
        placed[placedCount++] = index;
    }

    /** The sections of a region, in the order of their offsets. A new array. */
    int[] sections(RegionKind kind) {
        BitSet seen = new BitSet(region.length);
        int[] found = new int[placedCount];
        int first = placedCount;
        for (int i = placedCount - 1; i >= 0; i--) { // why: the last place of a section counts
            if (region[placed[i]] == kind && !seen.get(placed[i])) {
                seen.set(placed[i]);
                found[--first] = placed[i];
            }
        }
        return Arrays.copyOfRange(found, first, placedCount);
    }

    /** Bytes that the architecture reserves in front of a section. */
    long frontBytes(int index) {
        return arch.frontBytes(sections.get(index));
    }

    /** Bytes that the architecture reserves behind a section. */
    long behindBytes(int index) {
        return arch.behindBytes(sections.get(index));
    }

    /** Rounds a region to a page, as kernels before 6.4 do between passes under STRICT_MODULE_RWX. */
    void roundIfStrict(RegionKind kind) {
        if (!rule.isByMemoryType() && profile.has(ConfigOption.STRICT_MODULE_RWX)) {
            sizes.align(kind, profile.pageBytes(), "the end of a page");
        }
    }

    /** Rounds all regions to a page, as kernels since 6.4 do when they allocate. */
    void roundByMemoryType() {
        if (rule.isByMemoryType()) {
            for (RegionKind kind : RegionKind.values()) {
                sizes.align(kind, profile.pageBytes(), "the end of a page");
            }
        }
    }

    /** The offset in a region at which the sections of a pass end; 0 if no pass has ends, since 6.4. */
    long endOf(RegionKind kind, RegionRule.Pass pass) {
        return ends[kind.isInit() ? 1 : 0][pass.ordinal()];
    }

    /** Bytes at the start of a region that the architecture reserves. */
    long headBytes(RegionKind kind) {
        return headBytes.getOrDefault(kind, 0L);
    }

    /** The region in which the kernel keeps the core symbols. */
    RegionKind coreData() {
        return rule.isByMemoryType() ? RegionKind.DATA : RegionKind.CORE;
    }

    /** The region in which the kernel keeps the whole symbol table while the module initialises. */
    RegionKind initData() {
        return rule.isByMemoryType() ? RegionKind.INIT_DATA : RegionKind.INIT;
    }
}
