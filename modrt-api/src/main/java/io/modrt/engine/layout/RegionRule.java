package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.LayoutRules;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchKernel;
import io.modrt.version.LoaderChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's rule for which region a section goes to: whether it is a core or an init section, and which pass of {@code layout_sections}
 * takes it.
 */
public final class RegionRule {

    /** A pass of {@code layout_sections}: the flags that its sections must have, those that they must not, and their regions since 6.4. */
    enum Pass {
        CODE(Section.SHF_EXECINSTR, 0, RegionKind.TEXT, RegionKind.INIT_TEXT),
        READ_ONLY(0, Section.SHF_WRITE, RegionKind.RODATA, RegionKind.INIT_RODATA),
        /** Since 6.4 init memory has no region for it; such init sections are writable, so the next pass takes them. */
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

    /** Where exit sections go. A kernel that cannot unload modules has no use for them. */
    private enum Exit {
        IN_CORE,
        IN_INIT,
        LEFT_OUT
    }

    private final KernelProfile profile;
    private final List<String> initSections;
    private final List<String> exitSections;
    private final Exit exit;

    /** The rule of one kernel. */
    public RegionRule(KernelProfile profile, ArchKernel arch) {
        this.profile = profile;
        initSections = arch.initSections();
        exitSections = arch.exitSections();
        exit = profile.has(ConfigOption.MODULE_UNLOAD)
                ? Exit.IN_CORE
                : profile.has(LoaderChange.EXIT_SECTIONS_IN_INIT) ? Exit.IN_INIT : Exit.LEFT_OUT;
    }

    boolean isByMemoryType() {
        return profile.layoutRules() == LayoutRules.MEMORY_TYPES;
    }

    /** Whether a section goes to init memory, which is freed after initialisation. */
    boolean isInit(Section section) {
        return section.isNamedFrom(initSections) || (exit == Exit.IN_INIT && section.isNamedFrom(exitSections));
    }

    /** Whether a section is not loaded although its flags say so. */
    boolean isLeftOut(Section section) {
        return exit == Exit.LEFT_OUT && section.isNamedFrom(exitSections);
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

    /** The region of a pass's sections; null if it has none. */
    @Nullable
    RegionKind target(Pass pass, boolean isInit) {
        if (isByMemoryType()) {
            return isInit ? pass.init : pass.core;
        }
        return isInit ? RegionKind.INIT : RegionKind.CORE;
    }

    /** The region of a loaded section with these flags. */
    public RegionKind region(Section section, long flags) {
        boolean isInit = isInit(section);
        RegionKind kind = target(pass(isInit, flags), isInit);
        if (kind == null) {
            throw new AssertionError("a pass that takes a section has a region for it");
        }
        return kind;
    }
}
