package io.modrt.examples;

import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelVersion;
import io.modrt.load.LayoutPlan;
import io.modrt.spi.Arch;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
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

/** The relocation types of every architecture on the class path, in words. */
final class RelocationRows {
    private RelocationRows() {}

    /** The architectures on the class path, by name. */
    static List<Arch> architectures() {
        return ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(Arch::name).reversed())
                .toList();
    }

    /** The row of the type {@code psabiName} in the section called {@code section} of a planned module. */
    static Optional<RelocationType> find(LayoutPlan plan, String section, String psabiName) {
        AddendKind addends = plan.file().elf().relocationSections().stream()
                .filter(relocations -> relocations.target().isNamed(section))
                .map(RelocationSection::addends)
                .findFirst()
                .orElse(AddendKind.EXPLICIT);
        return architectures().stream()
                .filter(arch -> arch.accepts(plan.file().elf().header()))
                .flatMap(arch -> all(arch.relocations(plan.profile(), addends)))
                .filter(type -> type.psabiName().equals(psabiName))
                .findFirst();
    }

    /** What the type computes, for example {@code S + A + 0x8000}. */
    static String value(RelocationType type) {
        String value = switch (type.formula()) {
            case NONE -> "nothing";
            case S_A -> "S + A";
            case S_A_P -> "S + A - P";
            case CUSTOM -> "of its own";
        };
        if (type.bias() == 0 || type.formula() == Formula.CUSTOM) {
            return value;
        }
        return value + (type.bias() < 0 ? " - 0x" : " + 0x") + Long.toHexString(Math.abs(type.bias()));
    }

    /** Which bits of the value are stored, for example {@code 31:16}. */
    static String bits(RelocationType type) {
        Field field = type.field();
        return type.formula() == Formula.NONE
                ? "none"
                : (field.lowestBit() + field.bits() - 1) + ":" + field.lowestBit();
    }

    /** What is refused. */
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
            case TRUNCATED, REPORTED -> {}
        }
        return String.join("; ", reasons);
    }

    private static String megabytes(int bits) {
        return (1 << (bits - 20)) + " MB";
    }

    /** All rows as a table in Markdown, as README has it; in parentheses what the kernel lacks. */
    static String markdown() {
        List<Arch> archs = architectures();
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 0));
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        archs.stream()
                .flatMap(arch ->
                        Arrays.stream(AddendKind.values()).flatMap(kind -> all(arch.relocations(profile, kind))))
                .sorted(Comparator.comparing(RelocationRows::family)
                        .thenComparing(RelocationType::number)
                        .thenComparing(RelocationType::fit))
                .forEach(type -> rows.put(cells(type), new LinkedHashMap<>()));
        for (Arch arch : archs) {
            for (AddendKind addends : AddendKind.values()) {
                String section = addends == AddendKind.IN_PLACE ? "REL" : "RELA";
                RelocationTable table = arch.relocations(profile, addends);
                all(table)
                        .forEach(type -> Optional.ofNullable(rows.get(cells(type)))
                                .orElseThrow()
                                .merge(
                                        arch.name(),
                                        table.beyondKernel().contains(type) ? "(" + section + ")" : section,
                                        (one, other) -> one + ", " + other));
            }
        }
        String names = archs.stream().map(Arch::name).collect(Collectors.joining(" | "));
        String table = "| Nr | Type | Value | Its bits stored | Refused | " + names + " |\n" + "|---|---|---|---|---|"
                + "---|".repeat(archs.size()) + "\n";
        return rows.entrySet().stream()
                .map(row -> row.getKey() + " | "
                        + archs.stream()
                                .map(arch -> row.getValue().getOrDefault(arch.name(), "–"))
                                .collect(Collectors.joining(" | "))
                        + " |\n")
                .collect(Collectors.joining("", table, ""));
    }

    private static Stream<RelocationType> all(RelocationTable table) {
        return Stream.concat(table.types().stream(), table.beyondKernel().stream());
    }

    /** The architecture in the psABI's name, for example {@code MIPS}. */
    private static String family(RelocationType type) {
        return type.psabiName().split("_", 3)[1];
    }

    private static String cells(RelocationType type) {
        return "| " + type.number() + " | `" + type.psabiName() + "` | " + value(type) + " | " + bits(type) + " | "
                + refusal(type);
    }
}
