package io.modrt.aarch64;

import io.modrt.elf.RelocationSection;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import java.util.Optional;

/**
 * The shapes of the tables in a module: records of addresses, or since 4.6 (exceptions) and 4.19 (exports, jumps) of distances. Vendors'
 * kernels of 4.4 have distances in {@code __ex_table}, so what a file shows counts for more than the version.
 */
final class AArch64Tables {
    private static final int ABS64 = 257;
    private static final int THIRD_WORD = 2 * Integer.BYTES;

    private AArch64Tables() {}

    /** The shapes of a kernel's version. */
    static TableShapes of(KernelProfile profile) {
        return new TableShapes(
                exports(profile.has(AArch64Change.RELATIVE_EXPORTS)),
                exceptions(profile.has(AArch64Change.RELATIVE_EXCEPTIONS), profile.has(AArch64Change.EXCEPTION_TYPES)),
                jumps(profile.has(AArch64Change.RELATIVE_JUMPS)));
    }

    /** The shapes that the relocations of the file's tables show; those of {@code byVersion} for a table that it has not. */
    static TableShapes of(ModuleFile file, TableShapes byVersion) {
        return new TableShapes(
                relocations(file, "__ksymtab")
                        .or(() -> relocations(file, "__ksymtab_gpl"))
                        .map(table -> exports(isRelative(table)))
                        .orElse(byVersion.exports()),
                relocations(file, "__ex_table")
                        .map(table -> exceptions(isRelative(table), hasTypes(table)))
                        .orElse(byVersion.exceptionTable()),
                relocations(file, "__jump_table")
                        .map(table -> jumps(isRelative(table)))
                        .orElse(byVersion.jumpTable()));
    }

    private static TableShapes.ExportTable exports(boolean isRelative) {
        return isRelative
                ? new TableShapes.ExportTable(Integer.BYTES, Reference.FROM_FIELD)
                : new TableShapes.ExportTable(Long.BYTES, Reference.ABSOLUTE);
    }

    private static TableShapes.ExceptionTable exceptions(boolean isRelative, boolean hasTypes) {
        return isRelative
                ? new TableShapes.ExceptionTable(hasTypes ? 12 : 8, Integer.BYTES, Reference.FROM_FIELD, 2)
                : new TableShapes.ExceptionTable(16, Long.BYTES, Reference.ABSOLUTE, 2);
    }

    private static TableShapes.JumpTable jumps(boolean isRelative) {
        return isRelative
                ? new TableShapes.JumpTable(Integer.BYTES, Long.BYTES, Reference.FROM_FIELD)
                : new TableShapes.JumpTable(Long.BYTES, Long.BYTES, Reference.ABSOLUTE);
    }

    /** The relocations of the first section of this name, if it has some. */
    private static Optional<RelocationSection> relocations(ModuleFile file, String section) {
        return file.elf().relocationSections().stream()
                .filter(relocations -> relocations.target().isNamed(section) && relocations.count() > 0)
                .findFirst();
    }

    /** Whether the first word that is relocated holds no address, but a distance. */
    private static boolean isRelative(RelocationSection table) {
        return table.type(0) != ABS64;
    }

    /** Whether the third word of the table holds a type: where entries have two words, it is relocated, or there is none. */
    private static boolean hasTypes(RelocationSection table) {
        for (int i = 0; i < table.count(); i++) {
            if (table.offset(i) == THIRD_WORD) {
                return false;
            }
        }
        return table.target().sizeBytes() > THIRD_WORD;
    }
}
