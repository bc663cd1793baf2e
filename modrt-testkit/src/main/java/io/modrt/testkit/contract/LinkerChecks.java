package io.modrt.testkit.contract;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.ModrtException;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationPlace;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/**
 * Replays what an independent linker did: each module at the linker's addresses, every byte of every section against the linker's. One
 * replay is enough to find a wrong number, formula, bias, field or store, and a check that is missing or too narrow.
 */
final class LinkerChecks {
    private static final int SHOWN_BYTES = 16;

    private final Subject subject;
    private final LinkerWords.Link link;
    private final KernelProfile profile;

    private LinkerChecks(Subject subject, LinkerWords.Link link, KernelProfile profile) {
        this.subject = subject;
        this.link = link;
        // why: these keep sections from being loaded, and as many as can be are compared
        this.profile = profile.with(ConfigOption.SMP, false).with(ConfigOption.KALLSYMS, false);
    }

    /** A test for each link, and one whether the links have all types. */
    static Stream<DynamicTest> of(Subject subject) {
        List<DynamicTest> tests = new ArrayList<>();
        Set<String> linked = new LinkedHashSet<>();
        for (LinkerWords words : subject.contract().linkerWords()) {
            KernelProfile profile = words.profile()
                    .orElseGet(() -> subject.contract().profiles().get(0));
            for (LinkerWords.Link link : words.links()) {
                LinkerChecks check = new LinkerChecks(subject, link, profile);
                check.addTypes(linked);
                tests.add(DynamicTest.dynamicTest(link.toString(), check::replay));
            }
        }
        tests.add(DynamicTest.dynamicTest("every type has a linker's word", () -> coverage(subject, linked)));
        return tests.stream();
    }

    private static void coverage(Subject subject, Set<String> linked) {
        Set<String> missing = new TreeSet<>();
        for (RelocationType type : subject.types()) {
            if (type.formula() != Formula.NONE) {
                missing.add(type.psabiName());
            }
        }
        missing.removeAll(linked);
        Assertions.assertEquals(
                new TreeSet<>(subject.contract().typesWithoutLinkerWords()),
                missing,
                "types that no link in linkerWords() has, and that typesWithoutLinkerWords() must name");
    }

    private ArchKernel kernel() {
        return subject.kernel(profile, link.file());
    }

    private void addTypes(Set<String> linked) {
        if (link.refused().isEmpty()) {
            for (RelocationSection relocations : link.file().elf().relocationSections()) {
                if (link.sections().containsKey(relocations.target().index())) {
                    for (int i = 0; i < relocations.count(); i++) {
                        linked.add(name(relocations, i));
                    }
                }
            }
        }
    }

    private String name(RelocationSection relocations, int index) {
        int number = relocations.type(index);
        return kernel().relocations(relocations.addends())
                .type(number)
                .map(RelocationType::psabiName)
                .orElse("type " + number);
    }

    private LoadPolicy policy() {
        return link.file().policy().orElse(LoadPolicy.kernelExact()).relaxed(Rule.VERMAGIC);
    }

    private void replay() {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(subject.arch())
                .profile(profile)
                .kernelSymbols(KernelSymbols.of(link.symbols()))
                .build()) {
            // why: the vermagic has words for the options that are off here
            LayoutPlan plan = runtime.plan(link.file(), policy());
            ElfFile elf = link.file().elf();
            Map<Integer, Address> loaded = new HashMap<>(link.sections());
            loaded.keySet().removeIf(index -> plan.region(elf.section(index)).isEmpty());
            try (PlacedModule placed = plan.place(Placement.sections(loaded, Map.of()))) {
                if (link.refused().isEmpty()) {
                    link(plan, placed);
                } else {
                    refuse(placed);
                }
            }
        }
    }

    private void link(LayoutPlan plan, PlacedModule placed) {
        RelocatedModule relocated;
        try {
            relocated = placed.resolve().relocate();
        } catch (ModrtException refused) {
            throw new AssertionError(
                    link + ": the linker links it; mend the number, fit, alignment, order or stubs of what is refused: "
                            + refused.getMessage(),
                    refused);
        }
        link.sections().keySet().forEach(index -> compare(plan, relocated, index));
    }

    private void compare(LayoutPlan plan, RelocatedModule relocated, int index) {
        Section section = link.file().elf().section(index);
        if (!section.hasContents()
                || Placeholders.contain(link.file(), section, plan.shape(section))
                || (section.isAllocated() && plan.region(section).isEmpty())) {
            return; // a placeholder; or .modinfo and __versions, which the loader reads, but does not load
        }
        int start = (int) section.fileOffset();
        byte[] expected = Arrays.copyOfRange(link.file().elf().array(), start, start + (int) section.sizeBytes());
        link.changed()
                .getOrDefault(index, Map.of())
                .forEach((offset, bytes) -> System.arraycopy(bytes, 0, expected, offset, bytes.length));
        byte[] actual = Arrays.copyOf(relocated.relocated(section), expected.length);
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            int end = Math.min(at + SHOWN_BYTES, expected.length);
            Assertions.fail(link + ": " + section.name() + "+0x" + Integer.toHexString(at) + ": the linker's bytes are "
                    + HexFormat.of().formatHex(expected, at, end) + ", these are "
                    + HexFormat.of().formatHex(actual, at, end)
                    + "; mend the number, formula, bias, field, store or order of "
                    + typesAt(section, at));
        }
    }

    /** The types whose field may be at this byte of a section. */
    private Set<String> typesAt(Section section, int at) {
        Set<String> types = new LinkedHashSet<>();
        for (RelocationSection relocations : link.file().elf().relocationSections()) {
            if (relocations.target().index() == section.index()) {
                for (int i = 0; i < relocations.count(); i++) {
                    long distance = at - relocations.offset(i);
                    if (distance >= 0 && distance < Long.BYTES) {
                        types.add(name(relocations, i));
                    }
                }
            }
        }
        return types;
    }

    private void refuse(PlacedModule placed) {
        try {
            placed.resolve().relocate();
        } catch (RelocationException refused) {
            RelocationPlace at = refused.place().orElseThrow(() -> new AssertionError(link + ": no place", refused));
            String place = at.section() + "+0x" + Long.toHexString(at.sectionOffset());
            // The kernel stops at its first one; the linker lists them all, in no order that matters.
            Assertions.assertTrue(
                    link.refused().containsKey(place),
                    () -> link + ": refused at " + place + ", the linker refuses "
                            + link.refused().values() + "; mend the fit or the alignment of " + at.type());
            return;
        }
        Assertions.fail(link + ": the linker refuses " + link.refused().values()
                + ", this architecture nothing; mend the fit or the alignment of the type there");
    }
}
