package io.modrt.examples;

import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.load.LayoutPlan;
import io.modrt.spi.Arch;
import io.modrt.spi.Field;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Describes relocation types: what each computes and stores. */
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

    private static Stream<RelocationType> all(RelocationTable table) {
        return Stream.concat(table.types().stream(), table.beyondKernel().stream());
    }
}
