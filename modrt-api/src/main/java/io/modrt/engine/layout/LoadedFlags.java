package io.modrt.engine.layout;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.version.LoaderChange;
import java.util.BitSet;
import java.util.List;

/**
 * Section flags as the kernel edits them before layout. It clears SHF_ALLOC of {@code .modinfo} and {@code __versions}, which it reads in
 * the file, of per-CPU data on SMP kernels, which each CPU gets a copy of, and perhaps of exit sections. It sets SHF_RO_AFTER_INIT of up to
 * two sections.
 */
public final class LoadedFlags {
    private static final int MOST_AFTER_INIT = 2;

    private final List<Section> sections;
    /** The sections that have SHF_ALLOC. */
    private final BitSet allocated;
    /** The sections that have SHF_RO_AFTER_INIT besides those that have it in the file; 0 for none. */
    private final int[] readOnlyAfterInit = new int[MOST_AFTER_INIT];

    private final int perCpuSection;

    /** The flags of {@code sections}, whose indices are those of the file, after all edits for {@code profile}; the list is kept. */
    public LoadedFlags(List<Section> sections, KernelProfile profile, RegionRule rule) {
        this.sections = sections;
        allocated = new BitSet(sections.size());
        for (int i = 1; i < sections.size(); i++) {
            if (sections.get(i).isAllocated()) {
                allocated.set(i);
            }
        }
        // why: kernels before 6.4 look for an allocated .modinfo, later ones for the first of that name
        int information =
                profile.layoutRules() == LayoutRules.MEMORY_TYPES ? first(".modinfo", false) : first(".modinfo", true);
        String perCpu = profile.has(LoaderChange.PER_CPU_NAME) ? ".data..percpu" : ".data.percpu";
        perCpuSection = profile.has(ConfigOption.SMP) ? first(perCpu, true) : 0;
        leaveOut(information);
        if (profile.has(LoaderChange.VERSIONS_NOT_LOADED)) {
            leaveOut(first("__versions", true));
        }
        leaveOut(perCpuSection);
        for (int i = 1; i < sections.size(); i++) {
            if (rule.isLeftOut(sections.get(i))) {
                leaveOut(i);
            }
        }
        if (profile.has(LoaderChange.READ_ONLY_AFTER_INIT)) {
            readOnlyAfterInit[0] = first(".data..ro_after_init", true);
        }
        if (profile.has(LoaderChange.JUMP_TABLE_AFTER_INIT)) {
            readOnlyAfterInit[1] = first("__jump_table", true);
        }
    }

    private void leaveOut(int section) {
        allocated.clear(section);
    }

    /** The first section of this name, of those that still have SHF_ALLOC or of all; 0 if there is none. */
    private int first(String name, boolean isAllocated) {
        ElfFile file = sections.get(0).file();
        int found = file.nextNamed(name, 0);
        while (found > 0 && isAllocated && !isAllocated(found)) {
            found = file.nextNamed(name, found);
        }
        return found;
    }

    /** The flags of a section. */
    public long flags(int section) {
        if (section == 0) {
            return 0;
        }
        boolean isMarked = section == readOnlyAfterInit[0] || section == readOnlyAfterInit[1];
        return sections.get(section).flags() & ~Section.SHF_ALLOC
                | (isAllocated(section) ? Section.SHF_ALLOC : 0)
                | (isMarked ? Section.SHF_RO_AFTER_INIT : 0);
    }

    /** Whether the section is loaded. */
    public boolean isAllocated(int section) {
        return allocated.get(section);
    }

    /** Marks a section as loaded, although the file does not. */
    void allocate(int section) {
        allocated.set(section);
    }

    /** The section of per-CPU data, of which each CPU gets a copy; 0 if there is none. */
    int perCpuSection() {
        return perCpuSection;
    }
}
