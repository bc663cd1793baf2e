package io.modrt.testkit.contract;

import io.modrt.elf.AddendKind;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Kernels some of whose relocation types are wrong. */
final class MutantTypes {
    private MutantTypes() {}

    /** Whether a type stores bits in 4 bytes by its field alone, and not by code of the architecture. */
    static boolean isOfWord(RelocationType type) {
        return type.formula() != Formula.NONE
                && type.store() != Store.REPLACE
                && type.store() != Store.BY_LOAD
                && type.field().bytes() == Integer.BYTES
                && type.field().second() == null;
    }

    /** Changes each type that {@code which} tells. */
    static UnaryOperator<ArchKernel> each(Predicate<RelocationType> which, UnaryOperator<RelocationType> change) {
        return kernel -> withTypes(kernel, types -> {
            List<RelocationType> changed = new ArrayList<>(types);
            changed.replaceAll(type -> which.test(type) ? change.apply(type) : type);
            return changed;
        });
    }

    /** Changes the last type that {@code which} tells. */
    static UnaryOperator<ArchKernel> last(Predicate<RelocationType> which, UnaryOperator<RelocationType> change) {
        return kernel -> withTypes(kernel, types -> {
            List<RelocationType> changed = new ArrayList<>(types);
            for (int i = changed.size() - 1; i >= 0; i--) {
                if (which.test(changed.get(i))) {
                    changed.set(i, change.apply(changed.get(i)));
                    break;
                }
            }
            return changed;
        });
    }

    /** Swaps the numbers of the last two types that store something. */
    static ArchKernel swapped(ArchKernel kernel) {
        return withTypes(kernel, types -> {
            List<RelocationType> changed = new ArrayList<>(types);
            List<RelocationType> stored = new ArrayList<>(types);
            stored.removeIf(type -> type.formula() == Formula.NONE);
            if (stored.size() >= 2) {
                RelocationType one = stored.get(stored.size() - 2);
                RelocationType other = stored.get(stored.size() - 1);
                changed.set(changed.indexOf(one), numbered(one, other.number()));
                changed.set(changed.indexOf(other), numbered(other, one.number()));
            }
            return changed;
        });
    }

    private static RelocationType numbered(RelocationType type, int number) {
        return new ForwardingType(type) {
            @Override
            public int number() {
                return number;
            }
        };
    }

    private static ArchKernel withTypes(ArchKernel kernel, UnaryOperator<List<RelocationType>> change) {
        return new ForwardingKernel(kernel) {
            @Override
            public RelocationTable relocations(AddendKind addends) {
                RelocationTable table = kernel.relocations(addends);
                return RelocationTable.of(change.apply(table.types()))
                        .errorValues(table.errorValues(), table.weakErrorValue())
                        .unknownType(table::unknownType)
                        .beyondKernel(table.beyondKernel())
                        .unsupported(table.unsupported());
            }
        };
    }
}
