package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.spi.SectionSizer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's {@code layout_sections}: five passes over all sections for what stays, five for what goes after initialisation; a
 * section is placed once, in the first pass that its flags fit.
 */
final class LayoutPasses {

    /** What a pass takes: sections with all of some flags and none of others, and where it puts them since 6.4. */
    private enum Pass {
        CODE(Section.SHF_EXECINSTR, 0, RegionKind.TEXT, RegionKind.INIT_TEXT),
        READ_ONLY(0, Section.SHF_WRITE, RegionKind.RODATA, RegionKind.INIT_RODATA),
        READ_ONLY_AFTER_INIT(Section.SHF_RO_AFTER_INIT, 0, RegionKind.RO_AFTER_INIT, null),
        WRITABLE(Section.SHF_WRITE, 0, RegionKind.DATA, RegionKind.INIT_DATA),
        REST(0, 0, RegionKind.DATA, RegionKind.INIT_DATA);

        private final long required;
        private final long forbidden;
        private final @Nullable RegionKind core;
        private final @Nullable RegionKind init;

        Pass(long required, long forbidden, @Nullable RegionKind core, @Nullable RegionKind init) {
            this.required = required;
            this.forbidden = forbidden;
            this.core = core;
            this.init = init;
        }

        boolean takes(long flags) {
            return (flags & required) == required && (flags & forbidden) == 0;
        }

        /** Whether the kernel rounds to a page behind it, under STRICT_MODULE_RWX. */
        boolean endsOnPage(RegionKind block) {
            // why: the init block is left unrounded behind its read-only-after-init pass; the core block is not
            return this != WRITABLE && !(this == READ_ONLY_AFTER_INIT && block == RegionKind.INIT);
        }
    }

    private final List<Section> sections;
    private final LoadedFlags flags;
    private final KernelProfile profile;
    private final SectionSizer sizer;

    private final Map<RegionKind, Long> headBytes = new EnumMap<>(RegionKind.class);

    final RegionSizes sizes;
    final @Nullable RegionKind[] region;
    final long[] offset;
    final long[] frontBytes;
    final long[] behindBytes;
    /** Sections in the order in which they were placed. */
    final List<Integer> placed = new ArrayList<>();

    LayoutPasses(
            String moduleName, List<Section> sections, LoadedFlags flags, KernelProfile profile, SectionSizer sizer) {
        this.sections = sections;
        this.flags = flags;
        this.profile = profile;
        this.sizer = sizer;
        sizes = new RegionSizes(moduleName);
        region = new RegionKind[sections.size()];
        offset = new long[sections.size()];
        frontBytes = new long[sections.size()];
        behindBytes = new long[sections.size()];
    }

    /** Places every section that is loaded, what stays first. */
    void run() {
        for (RegionKind kind : RegionKind.values()) {
            if (isByMemoryType() != (kind == RegionKind.CORE || kind == RegionKind.INIT)) {
                headBytes.put(kind, sizer.headBytes(kind));
                sizes.add(kind, headBytes(kind), "the head of the region");
            }
        }
        List<Integer> core = new ArrayList<>();
        List<Integer> init = new ArrayList<>();
        for (int i = 1; i < sections.size(); i++) {
            if (flags.isAllocated(i)) {
                (isInit(sections.get(i).name()) ? init : core).add(i);
            }
        }
        place(core, RegionKind.CORE);
        place(init, RegionKind.INIT);
    }

    /** Lets all passes go over the sections of one block, core or init. */
    private void place(List<Integer> candidates, RegionKind block) {
        for (Pass pass : Pass.values()) {
            RegionKind kind = target(pass, block);
            // why: 6.4 has no region for read-only-after-init data that goes; a later pass takes it, since it is
            // writable
            if (kind == null) {
                continue;
            }
            for (int section : candidates) {
                if (region[section] == null && pass.takes(flags.flags(section))) {
                    place(section, kind);
                }
            }
            if (pass.endsOnPage(block)) {
                roundIfStrict(kind);
            }
        }
    }

    private @Nullable RegionKind target(Pass pass, RegionKind block) {
        if (isByMemoryType()) {
            return block == RegionKind.INIT ? pass.init : pass.core;
        }
        return block;
    }

    private boolean isInit(String name) {
        // why: a kernel that never unloads has no use for what runs then
        return name.startsWith(".init") || (name.startsWith(".exit") && !profile.has(ConfigOption.MODULE_UNLOAD));
    }

    /** Puts a section at the end of {@code kind}. Placing one again forgets its first place but not the room, as the kernel does. */
    void place(int index, RegionKind kind) {
        Section section = sections.get(index);
        String what = "section " + index + " " + section.name();
        frontBytes[index] = sizer.frontBytes(section);
        behindBytes[index] = sizer.behindBytes(section);
        sizes.add(kind, frontBytes[index], what);
        sizes.align(kind, section.alignment(), what);
        offset[index] = sizes.bytes(kind);
        sizes.add(kind, section.sizeBytes(), what);
        sizes.add(kind, behindBytes[index], what);
        if (region[index] != null) {
            placed.remove((Integer) index);
        }
        region[index] = kind;
        placed.add(index);
    }

    /** Rounds a region to a page where the kernel does so between passes: before 6.4, and only under STRICT_MODULE_RWX. */
    void roundIfStrict(RegionKind kind) {
        if (!isByMemoryType() && profile.has(ConfigOption.STRICT_MODULE_RWX)) {
            sizes.align(kind, profile.pageBytes(), "the end of a page");
        }
    }

    /** Rounds all regions to a page, as kernels since 6.4 do when they allocate. */
    void roundByMemoryType() {
        if (isByMemoryType()) {
            for (RegionKind kind : RegionKind.values()) {
                sizes.align(kind, profile.pageBytes(), "the end of a page");
            }
        }
    }

    /** Bytes at the head of a region that the architecture keeps. */
    long headBytes(RegionKind kind) {
        return headBytes.getOrDefault(kind, 0L);
    }

    /** The region in which the kernel keeps the symbols of what stays. */
    RegionKind coreData() {
        return isByMemoryType() ? RegionKind.DATA : RegionKind.CORE;
    }

    /** The region in which the kernel keeps the whole symbol table while the module initialises. */
    RegionKind initData() {
        return isByMemoryType() ? RegionKind.INIT_DATA : RegionKind.INIT;
    }

    private boolean isByMemoryType() {
        return profile.layoutRules() == LayoutRules.MEMORY_TYPES;
    }
}
