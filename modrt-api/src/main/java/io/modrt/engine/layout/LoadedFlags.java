package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.version.LoaderChange;
import java.util.List;

/**
 * Section flags as the kernel edits them before layout. It clears SHF_ALLOC of {@code .modinfo} and {@code __versions}, which it reads in
 * the file, of per-CPU data on SMP kernels, which each CPU gets a copy of, and perhaps of exit sections. It sets SHF_RO_AFTER_INIT of up to
 * two sections.
 */
public final class LoadedFlags {
    private final long[] flags;
    private final int perCpuSection;

    /** The flags of {@code sections}, whose indices are those of the file, after all edits for {@code profile}. */
    public LoadedFlags(List<Section> sections, KernelProfile profile, RegionRule rule) {
        flags = new long[sections.size()];
        for (int i = 1; i < flags.length; i++) {
            flags[i] = sections.get(i).flags();
        }
        // why: kernels before 6.4 look for an allocated .modinfo, later ones for the first of that name
        int information = profile.layoutRules() == LayoutRules.MEMORY_TYPES
                ? first(sections, ".modinfo", 0)
                : first(sections, ".modinfo", Section.SHF_ALLOC);
        String perCpu = profile.has(LoaderChange.PER_CPU_NAME) ? ".data..percpu" : ".data.percpu";
        perCpuSection = profile.has(ConfigOption.SMP) ? first(sections, perCpu, Section.SHF_ALLOC) : 0;
        leaveOut(information);
        if (profile.has(LoaderChange.VERSIONS_NOT_LOADED)) {
            leaveOut(first(sections, "__versions", Section.SHF_ALLOC));
        }
        leaveOut(perCpuSection);
        for (int i = 1; i < flags.length; i++) {
            if (rule.isLeftOut(sections.get(i))) {
                leaveOut(i);
            }
        }
        if (profile.has(LoaderChange.READ_ONLY_AFTER_INIT)) {
            markReadOnlyAfterInit(first(sections, ".data..ro_after_init", Section.SHF_ALLOC));
        }
        if (profile.has(LoaderChange.JUMP_TABLE_AFTER_INIT)) {
            markReadOnlyAfterInit(first(sections, "__jump_table", Section.SHF_ALLOC));
        }
    }

    private void leaveOut(int section) {
        flags[section] &= ~Section.SHF_ALLOC;
    }

    private void markReadOnlyAfterInit(int section) {
        if (section != 0) {
            flags[section] |= Section.SHF_RO_AFTER_INIT;
        }
    }

    /** The first section of this name that still has all required flags; 0 if there is none. */
    private int first(List<Section> sections, String name, long required) {
        for (int i = 1; i < flags.length; i++) {
            if ((flags[i] & required) == required && sections.get(i).isNamed(name)) {
                return i;
            }
        }
        return 0;
    }

    /** The flags of a section. */
    public long flags(int section) {
        return flags[section];
    }

    /** Whether the section is loaded. */
    public boolean isAllocated(int section) {
        return (flags[section] & Section.SHF_ALLOC) != 0;
    }

    /** Marks a section as loaded, although the file does not. */
    void allocate(int section) {
        flags[section] |= Section.SHF_ALLOC;
    }

    /** The section of per-CPU data, of which each CPU gets a copy; 0 if there is none. */
    int perCpuSection() {
        return perCpuSection;
    }
}
