package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchPlan;
import java.util.Arrays;
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

    private static final RegionKind[] KINDS = RegionKind.values();
    private static final RegionRule.Pass[] PASSES = RegionRule.Pass.values();

    private final List<Section> sections;
    private final LoadedFlags flags;
    private final KernelProfile profile;
    private final RegionRule rule;
    private final ArchPlan arch;

    private final Map<RegionKind, Long> headBytes = new EnumMap<>(RegionKind.class);

    /** The end of what each pass has placed in core or init memory, by block and pass. */
    private final long[][] ends = new long[2][PASSES.length];

    final RegionSizes sizes;
    /** Where each section starts in its region. */
    private final int[] offsets;
    /** For each section the number of the pass that places it; 0 for one that is not placed. */
    private final byte[] passes;
    /** The number of the last pass. Behind the kernel's ten, each section that is placed once more has one of its own. */
    private byte lastPass = (byte) (2 * PASSES.length);
    /** For each pass the number of the region in which it places sections, {@link #numberOf}; 0 if it places none. */
    private final byte[] regionOf = new byte[2 * PASSES.length + PLACED_TWICE + 1];

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
        offsets = new int[sections.size()];
        passes = new byte[sections.size()];
    }

    /** Places every loaded section, core sections first. */
    void run() {
        for (RegionKind kind : KINDS) {
            if (rule.isByMemoryType() != (kind == RegionKind.CORE || kind == RegionKind.INIT)) {
                headBytes.put(kind, arch.headBytes(kind));
                sizes.add(kind, headBytes(kind), "the head of the region");
            }
        }
        for (int i = 1; i < passes.length; i++) {
            if (flags.isAllocated(i)) {
                boolean isInit = rule.isInit(sections.get(i));
                passes[i] = number(rule.pass(isInit, flags.flags(i)), isInit);
            }
        }
        placeAll(false);
        placeAll(true);
    }

    /** The number of a pass over one block, core or init, in their order; greater than 0. */
    private static byte number(RegionRule.Pass pass, boolean isInit) {
        return (byte) ((isInit ? PASSES.length : 0) + pass.ordinal() + 1);
    }

    /** Runs all passes over the sections of one block. */
    private void placeAll(boolean isInit) {
        for (RegionRule.Pass pass : PASSES) {
            RegionKind kind = rule.target(pass, isInit);
            if (kind == null) {
                continue;
            }
            byte number = number(pass, isInit);
            regionOf[number] = (byte) numberOf(kind);
            for (int i = 1; i < passes.length; i++) {
                if (passes[i] == number) {
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

    /** Places a section behind all passes. If it was placed before, that place stays reserved, as in the kernel. */
    void placeLast(int index, RegionKind kind) {
        passes[index] = ++lastPass;
        regionOf[lastPass] = (byte) numberOf(kind);
        place(index, kind);
    }

    /** Places a section at the end of {@code kind}. */
    private void place(int index, RegionKind kind) {
        Section section = sections.get(index);
        sizes.add(kind, arch.frontBytes(section), section);
        sizes.align(kind, section.alignment(), section);
        offsets[index] = (int) sizes.bytes(kind); // why: sizes refuse a region that is more than one array holds
        sizes.add(kind, section.sizeBytes(), section);
        sizes.add(kind, arch.behindBytes(section), section);
    }

    /** The sections of a region, in the order of their offsets. A new array. */
    int[] sections(RegionKind kind) {
        int[] found = new int[passes.length];
        int count = 0;
        for (byte pass = 1; pass <= lastPass; pass++) {
            for (int i = 1; i < passes.length && regionOf[pass] == numberOf(kind); i++) {
                if (passes[i] == pass) {
                    found[count++] = i;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** The number of a region, from 1 on. */
    static int numberOf(RegionKind kind) {
        return kind.ordinal() + 1;
    }

    /** The number of a section's region; 0 if the section is not loaded. */
    int regionNumber(int section) {
        return regionOf[passes[section]];
    }

    /** The region of a section; null if it is not loaded. */
    @Nullable
    RegionKind region(int section) {
        int number = regionNumber(section);
        return number == 0 ? null : KINDS[number - 1];
    }

    /** Where a section starts in its region; 0 if it is not loaded. */
    int offset(int section) {
        return offsets[section];
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
            for (RegionKind kind : KINDS) {
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
