package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchPlan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's {@code layout_sections}: five passes over the core sections, then five over the init sections, which are freed after
 * initialisation. A section is placed once, in the first pass that takes its flags.
 */
final class LayoutPasses {

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
    final long[] frontBytes;
    final long[] behindBytes;
    /** Sections in the order in which they were placed. */
    final List<Integer> placed = new ArrayList<>();

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
        frontBytes = new long[sections.size()];
        behindBytes = new long[sections.size()];
    }

    /** Places every loaded section, core sections first. */
    void run() {
        for (RegionKind kind : RegionKind.values()) {
            if (rule.isByMemoryType() != (kind == RegionKind.CORE || kind == RegionKind.INIT)) {
                headBytes.put(kind, arch.headBytes(kind));
                sizes.add(kind, headBytes(kind), "the head of the region");
            }
        }
        RegionRule.@Nullable Pass[] core = new RegionRule.Pass[sections.size()];
        RegionRule.@Nullable Pass[] init = new RegionRule.Pass[sections.size()];
        for (int i = 1; i < core.length; i++) {
            if (flags.isAllocated(i)) {
                boolean isInit = rule.isInit(sections.get(i).name());
                (isInit ? init : core)[i] = rule.pass(isInit, flags.flags(i));
            }
        }
        place(core, false);
        place(init, true);
    }

    /** Runs all passes over the sections of one block, core or init. */
    private void place(RegionRule.@Nullable Pass[] passOf, boolean isInit) {
        for (RegionRule.Pass pass : RegionRule.Pass.values()) {
            RegionKind kind = rule.target(pass, isInit);
            if (kind == null) {
                continue;
            }
            for (int i = 1; i < passOf.length; i++) {
                if (passOf[i] == pass) {
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
        frontBytes[index] = arch.frontBytes(section);
        behindBytes[index] = arch.behindBytes(section);
        sizes.add(kind, frontBytes[index], section);
        sizes.align(kind, section.alignment(), section);
        offset[index] = sizes.bytes(kind);
        sizes.add(kind, section.sizeBytes(), section);
        sizes.add(kind, behindBytes[index], section);
        if (region[index] != null) {
            placed.remove((Integer) index);
        }
        region[index] = kind;
        placed.add(index);
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
