package io.modrt.examples;

import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.load.LayoutPlan;
import io.modrt.spi.Arch;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Describes relocation types: what each computes, stores and refuses. */
public final class RelocationRows {
    private RelocationRows() {}

    /** The architectures on the class path, by name. */
    public static List<Arch> architectures() {
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
    public static String value(RelocationType type) {
        return type.formulaText();
    }

    /** Which bits of the value are stored, for example {@code 31:16}. */
    public static String bits(RelocationType type) {
        Field field = type.field();
        return type.formula() == Formula.NONE
                ? "none"
                : (field.lowestBit() + field.bits() - 1) + ":" + field.lowestBit();
    }

    /** The values that the type refuses. */
    public static String refusal(RelocationType type) {
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

    private static Stream<RelocationType> all(RelocationTable table) {
        return Stream.concat(table.types().stream(), table.beyondKernel().stream());
    }
}
