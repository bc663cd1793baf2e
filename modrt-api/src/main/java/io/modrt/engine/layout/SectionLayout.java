package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadLimits;
import io.modrt.spi.ArchPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where each section of a module goes within its regions, by the rules of the profile's kernel. Immutable. Offsets and sizes are in
 * bytes; a section that is not loaded has neither.
 */
public final class SectionLayout {
    /** The further memory that each byte of the file may ask for: for stubs of relocations, copies of names. */
    private static final long BYTES_PER_FILE_BYTE = 16;

    private static final RegionKind[] KINDS = RegionKind.values();

    private final ModuleFile file;
    private final KernelProfile profile;
    private final List<Section> sections;
    private final LoadedFlags flags;
    private final LayoutPasses passes;
    private final @Nullable KallsymsLayout kallsyms;
    private final List<RegionKind> regions;

    private SectionLayout(
            ModuleFile file,
            List<Section> sections,
            KernelProfile profile,
            RegionRule rule,
            ArchPlan arch,
            LoadLimits limits) {
        this.file = file;
        this.profile = profile;
        this.sections = sections;
        flags = new LoadedFlags(sections, profile, rule);
        passes = new LayoutPasses(file.name(), sections, flags, profile, rule, arch);
        SymbolTable symbols =
                profile.has(ConfigOption.KALLSYMS) ? file.elf().symbolTable().orElse(null) : null;
        KallsymsForm form = KallsymsForm.of(profile);
        if (symbols != null && !form.isCopied()) {
            flags.allocate(symbols.section().index());
            flags.allocate(symbols.stringTable().index());
        }
        passes.run();
        kallsyms = symbols == null ? null : new KallsymsLayout(symbols, form, passes, flags, profile);
        passes.roundByMemoryType();
        regions = new ArrayList<>();
        for (RegionKind kind : KINDS) {
            if (sizeBytes(kind) > 0) {
                regions.add(kind);
            }
        }
        checkMemory(limits);
    }

    /**
     * Lays a module out.
     *
     * @param sections all sections of the file as the architecture shapes them; kept, not copied
     * @throws LayoutException if sizes are more than the kernel counts, or more than the limits allow
     */
    public static SectionLayout of(
            ModuleFile file,
            List<Section> sections,
            KernelProfile profile,
            RegionRule rule,
            ArchPlan arch,
            LoadLimits limits) {
        return new SectionLayout(file, sections, profile, rule, arch, limits);
    }

    /** The same within {@link LoadLimits#standard}, for sections that are not shaped yet. */
    public static SectionLayout of(ModuleFile file, KernelProfile profile, RegionRule rule, ArchPlan arch) {
        List<Section> sections = file.elf().sections().stream().map(arch::shape).toList();
        return of(file, sections, profile, rule, arch, LoadLimits.standard());
    }

    private void checkMemory(LoadLimits limits) {
        long total = 0;
        for (RegionKind kind : regions) {
            total += sizeBytes(kind);
        }
        long most =
                saturated(limits.imageBytes(), BYTES_PER_FILE_BYTE * file.elf().lengthBytes());
        if (total > most) {
            throw new LayoutException(Refusal.beyondKernel(file.name() + ": asks for 0x" + Long.toHexString(total)
                            + " bytes of memory, against a file of 0x"
                            + Integer.toHexString(file.elf().lengthBytes()) + ": at most 0x" + Long.toHexString(most)
                            + " are given to such a file")
                    .wayOut("raise LoadLimits.imageBytes"));
        }
    }

    private static long saturated(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    /** The module. */
    public ModuleFile file() {
        return file;
    }

    /** The profile of the kernel whose rules the layout follows. */
    public KernelProfile profile() {
        return profile;
    }

    /** The number of sections of the file, including section 0. */
    public int sectionCount() {
        return sections.size();
    }

    /** A section as it is laid out, with the size, flags and alignment that the architecture gives it. */
    public Section section(int section) {
        return sections.get(section);
    }

    /** Whether a section is loaded. */
    public boolean isLoaded(int section) {
        return passes.regionNumber(section) != 0;
    }

    /** The region of a loaded section. */
    public RegionKind region(int section) {
        RegionKind kind = passes.region(section);
        if (kind == null) {
            throw new IllegalArgumentException(file.name() + ": section " + section + " is not loaded");
        }
        return kind;
    }

    /** The number of a section's region, from 1 to the number of kinds; 0 if the section is not loaded. */
    int regionNumber(int section) {
        return passes.regionNumber(section);
    }

    /** The offset of a section from the start of its region; 0 if it is not loaded. */
    int offsetOrZero(int section) {
        return passes.offset(section);
    }

    /** The offset of a loaded section from the start of its region. */
    public long offset(int section) {
        region(section);
        return passes.offset(section);
    }

    /**
     * Bytes that the architecture reserves directly in front of a loaded section; the section's alignment may add a gap in front of them.
     */
    public long frontBytes(int section) {
        region(section);
        return passes.frontBytes(section);
    }

    /** Bytes that the architecture reserves directly behind a loaded section. */
    public long behindBytes(int section) {
        region(section);
        return passes.behindBytes(section);
    }

    /** The flags of a section after the loader's edits. */
    public long effectiveFlags(int section) {
        return flags.flags(section);
    }

    /** The section of per-CPU data, which is not loaded, but copied for each CPU; 0 if there is none or the kernel is not SMP. */
    public int perCpuSection() {
        return flags.perCpuSection();
    }

    /** The regions that are not empty, in the kernel's order. */
    public List<RegionKind> regions() {
        return Collections.unmodifiableList(regions);
    }

    /** The size of a region as the kernel counts it, with symbols and rounding; 0 if the module has no region of this kind. */
    public long sizeBytes(RegionKind kind) {
        return passes.sizes.bytes(kind);
    }

    /** The size of a region without the rounding at its end. */
    public long usedBytes(RegionKind kind) {
        return passes.sizes.usedBytes(kind);
    }

    /** The offset in a region at which the sections of a pass end, rounded as the kernel rounds it; 0 since 6.4, where each has its region. */
    long endOf(RegionKind kind, RegionRule.Pass pass) {
        return passes.endOf(kind, pass);
    }

    /** The bytes at the start of a region that the kernel counts as code. */
    public long textBytes(RegionKind kind) {
        return endOf(kind, RegionRule.Pass.values()[0]);
    }

    /** Bytes at the start of a region that the architecture reserves. */
    public long headBytes(RegionKind kind) {
        return passes.headBytes(kind);
    }

    /** The loaded sections of a region, in the order of their offsets. A new array. */
    public int[] sections(RegionKind kind) {
        return passes.sections(kind);
    }

    /** Where the kernel keeps the module's symbols; empty without KALLSYMS, or if the file has no symbol table. */
    public Optional<KallsymsLayout> kallsyms() {
        return Optional.ofNullable(kallsyms);
    }
}
