package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchKernel;
import org.jspecify.annotations.Nullable;

/** The kernel's rule for where a section goes: which block, core or init, and which pass of {@code layout_sections} takes it. */
public final class RegionRule {

    /** What a pass takes: sections with all of some flags and none of others, and where it puts them since 6.4. */
    enum Pass {
        CODE(Section.SHF_EXECINSTR, 0, RegionKind.TEXT, RegionKind.INIT_TEXT),
        READ_ONLY(0, Section.SHF_WRITE, RegionKind.RODATA, RegionKind.INIT_RODATA),
        /** Since 6.4 there is no such region for data of initialisation; a later pass takes it, since it is writable. */
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

        private boolean takes(long flags) {
            return (flags & required) == required && (flags & forbidden) == 0;
        }
    }

    private static final Pass[] PASSES = Pass.values();

    private final KernelProfile profile;
    private final ArchKernel arch;

    /** The rule of one kernel. */
    public RegionRule(KernelProfile profile, ArchKernel arch) {
        this.profile = profile;
        this.arch = arch;
    }

    boolean isByMemoryType() {
        return profile.layoutRules() == LayoutRules.MEMORY_TYPES;
    }

    /** Whether a section goes with what is freed after initialisation. */
    boolean isInit(String name) {
        // why: a kernel that never unloads has no use for what runs then
        return arch.isInitSection(name) || (arch.isExitSection(name) && !profile.has(ConfigOption.MODULE_UNLOAD));
    }

    /** The first pass that takes a section of these flags. */
    Pass pass(boolean isInit, long flags) {
        for (Pass pass : PASSES) {
            if (pass.takes(flags) && target(pass, isInit) != null) {
                return pass;
            }
        }
        throw new AssertionError("the last pass takes everything");
    }

    /** Where a pass puts sections; null where it has no region for them. */
    @Nullable
    RegionKind target(Pass pass, boolean isInit) {
        if (isByMemoryType()) {
            return isInit ? pass.init : pass.core;
        }
        return isInit ? RegionKind.INIT : RegionKind.CORE;
    }

    /** The region of a loaded section of this name and these flags. */
    public RegionKind region(String name, long flags) {
        boolean isInit = isInit(name);
        RegionKind kind = target(pass(isInit, flags), isInit);
        if (kind == null) {
            throw new AssertionError("a pass that takes a section has a region for it");
        }
        return kind;
    }
}
