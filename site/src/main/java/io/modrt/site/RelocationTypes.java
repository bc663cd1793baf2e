package io.modrt.site;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.examples.RelocationRows;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.testkit.BundledModules;
import io.modrt.version.KernelVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of relocation types, made of what the architectures on the class path say. */
final class RelocationTypes {
    private static final List<String> TARGETS =
            List.of("mips-o32-be-r2", "mips-n64-be-r2", "parisc-32", "parisc-64", "aarch64-le");

    private RelocationTypes() {}

    /** Each family's table in Markdown, by the family's name in psABI names: {@code AARCH64}, {@code MIPS}, {@code PARISC}. */
    static Map<String, String> tables() {
        Map<String, Map<String, ArchKernel>> families = new LinkedHashMap<>();
        for (Arch arch : RelocationRows.architectures()) {
            ArchKernel kernel = kernel(arch);
            String family = Arrays.stream(AddendKind.values())
                    .flatMap(kind -> all(kernel.relocations(kind)))
                    .findFirst()
                    .map(RelocationTypes::family)
                    .orElseThrow();
            families.computeIfAbsent(family, name -> new LinkedHashMap<>()).put(arch.name(), kernel);
        }
        Map<String, String> tables = new LinkedHashMap<>();
        families.forEach((family, archs) -> tables.put(family, table(archs)));
        return tables;
    }

    private static String table(Map<String, ArchKernel> archs) {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        archs.values().stream()
                .flatMap(kernel -> Arrays.stream(AddendKind.values()).flatMap(kind -> all(kernel.relocations(kind))))
                .sorted(Comparator.comparing(RelocationType::number).thenComparing(RelocationType::fit))
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
        String head = "| Nr | Type | Value | Its bits stored | Refused | " + String.join(" | ", archs.keySet()) + " |\n"
                + "|---|---|---|---|---|" + "---|".repeat(archs.size()) + "\n";
        return rows.entrySet().stream()
                .map(row -> row.getKey() + " | "
                        + archs.keySet().stream()
                                .map(arch -> row.getValue().getOrDefault(arch, "–"))
                                .collect(Collectors.joining(" | "))
                        + " |\n")
                .collect(Collectors.joining("", head, ""));
    }

    /** The 6.1 kernel of an architecture that takes its bundled modules. */
    private static ArchKernel kernel(Arch arch) {
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 0));
        for (String target : TARGETS) {
            ElfHeader header = ModuleFile.open(BundledModules.file(target + "/greeter.ko"))
                    .elf()
                    .header();
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
        return "| " + type.number() + " | `" + type.psabiName() + "` | " + RelocationRows.value(type) + " | "
                + RelocationRows.bits(type) + " | " + refusal(type);
    }

    /** The values that the type refuses. */
    private static String refusal(RelocationType type) {
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
}
