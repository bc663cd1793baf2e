package io.modrt.examples;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LayoutPlan;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Describes the relocation types of every architecture on the class path. */
final class RelocationRows {
    private RelocationRows() {}

    /** The architectures on the class path, by name. */
    static List<Arch> architectures() {
        return ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(Arch::name).reversed())
                .toList();
    }

    /** The row of type {@code psabiName} that relocates the section called {@code section} of a planned module. */
    static Optional<RelocationType> find(LayoutPlan plan, String section, String psabiName) {
        AddendKind addends = plan.file().elf().relocationSections().stream()
                .filter(relocations -> relocations.target().isNamed(section))
                .map(RelocationSection::addends)
                .findFirst()
                .orElse(AddendKind.EXPLICIT);
        return all(plan.archKernel().relocations(addends))
                .filter(type -> type.psabiName().equals(psabiName))
                .findFirst();
    }

    /** What the type computes, for example {@code S + A + 0x8000}. */
    static String value(RelocationType type) {
        return type.formulaText();
    }

    /** Which bits of the value are stored, for example {@code 31:16}. */
    static String bits(RelocationType type) {
        Field field = type.field();
        return type.formula() == Formula.NONE
                ? "none"
                : (field.lowestBit() + field.bits() - 1) + ":" + field.lowestBit();
    }

    /** The values that the type refuses. */
    static String refusal(RelocationType type) {
        List<String> reasons = new ArrayList<>();
        if (type.targetAlignment() > 1) {
            String of = type.fit() == Fit.SAME_REGION_OF_S ? "S" : "S + A";
            reasons.add(of + " no multiple of " + type.targetAlignment());
        }
        Field field = type.field();
        int segmentBits = field.bits() + field.lowestBit();
        switch (type.fit()) {
            case SIGNED ->
                reasons.add("value outside [-0x" + Long.toHexString(-field.leastSigned()) + ", 0x"
                        + Long.toHexString(field.greatestSigned()) + "]");
            case UNSIGNED -> reasons.add("value above 0x" + Long.toHexString(field.greatestUnsigned()));
            case SAME_REGION -> reasons.add("S + A outside the " + megabytes(segmentBits) + " of P + 4");
            case SAME_REGION_OF_S -> reasons.add("S outside the " + megabytes(segmentBits) + " of P + 4");
            case EITHER ->
                reasons.add("value outside [-0x" + Long.toHexString(-field.leastSigned()) + ", 0x"
                        + Long.toHexString(field.greatestUnsigned()) + "]");
            case TRUNCATED, REPORTED, SIGNED_REPORTED -> {}
        }
        return String.join("; ", reasons);
    }

    private static String megabytes(int bits) {
        return (1 << (bits - 20)) + " MB";
    }

    /** README's table of all rows, in Markdown; types that the kernel lacks are in parentheses. */
    static String markdown() throws IOException {
        Map<String, ArchKernel> archs = new LinkedHashMap<>();
        for (Arch arch : architectures()) {
            archs.put(arch.name(), kernel(arch));
        }
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        archs.values().stream()
                .flatMap(kernel -> Arrays.stream(AddendKind.values()).flatMap(kind -> all(kernel.relocations(kind))))
                .sorted(Comparator.comparing(RelocationRows::family)
                        .thenComparing(RelocationType::number)
                        .thenComparing(RelocationType::fit))
                .forEach(type -> rows.put(cells(type), new LinkedHashMap<>()));
        archs.forEach((arch, kernel) -> {
            for (AddendKind addends : AddendKind.values()) {
                String section = addends == AddendKind.IN_PLACE ? "REL" : "RELA";
                RelocationTable table = kernel.relocations(addends);
                all(table)
                        .forEach(type -> Optional.ofNullable(rows.get(cells(type)))
                                .orElseThrow()
                                .merge(
                                        arch,
                                        table.beyondKernel().contains(type) ? "(" + section + ")" : section,
                                        (one, other) -> one + ", " + other));
            }
        });
        String names = String.join(" | ", archs.keySet());
        String table = "| Nr | Type | Value | Its bits stored | Refused | " + names + " |\n" + "|---|---|---|---|---|"
                + "---|".repeat(archs.size()) + "\n";
        return rows.entrySet().stream()
                .map(row -> row.getKey() + " | "
                        + archs.keySet().stream()
                                .map(arch -> row.getValue().getOrDefault(arch, "–"))
                                .collect(Collectors.joining(" | "))
                        + " |\n")
                .collect(Collectors.joining("", table, ""));
    }

    /** The 6.1 kernel of an architecture that takes its bundled modules. */
    private static ArchKernel kernel(Arch arch) throws IOException {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 0));
        for (String target : BundledModules.targets()) {
            ElfHeader header = BundledModules.open(target, "greeter").elf().header();
            if (arch.accepts(header)) {
                return arch.kernel(profile.assuming(arch.usualConfiguration(profile)), header);
            }
        }
        throw new IllegalStateException("no bundled module is for " + arch.name());
    }

    private static Stream<RelocationType> all(RelocationTable table) {
        return Stream.concat(table.types().stream(), table.beyondKernel().stream());
    }

    /** The architecture's part of a type's psABI name, for example {@code MIPS}. */
    private static String family(RelocationType type) {
        return type.psabiName().split("_", 3)[1];
    }

    private static String cells(RelocationType type) {
        return "| " + type.number() + " | `" + type.psabiName() + "` | " + value(type) + " | " + bits(type) + " | "
                + refusal(type);
    }
}
