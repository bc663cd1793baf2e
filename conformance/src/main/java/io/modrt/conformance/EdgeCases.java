package io.modrt.conformance;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Chooses addresses of external symbols at which a module's relocations just fit, just do not fit, or carry into the upper half. */
final class EdgeCases {
    private static final int R_MIPS_26 = 4;
    private static final int R_MIPS_PC16 = 10;
    private static final int R_MIPS_PC21_S2 = 60;
    private static final int R_MIPS_PC26_S2 = 61;

    /** Addresses of externals on both sides of a carry from one half to the next. */
    private static final long[] CARRIES_32 = {0x10L, 0x7fff_7ff8L, 0x7fff_fff8L, 0x8000_7ff8L, 0xffff_7ff8L};

    private static final long[] CARRIES_64 = {
        0x10L,
        0x7fff_7ff8L,
        0x7fff_7fff_7fff_7ff8L,
        0x7fff_ffff_ffff_fff8L,
        0x0000_7fff_7fff_fff8L,
        0x0001_2345_8000_7ff8L,
        0x8000_7fff_ffff_7ff8L,
        0xa800_0000_2010_0400L,
        0xffff_ffff_7fff_7ff8L,
    };

    private EdgeCases() {}

    /** The addresses to try for one file. */
    static List<Addresses> of(ModuleFile file, Target target, KernelProfile profile) {
        List<Addresses> cases = new ArrayList<>();
        Setting near = new Setting(file, Addresses.near(target, Map.of()));
        SymbolTable symbols = file.symbols();
        near.placed(profile, placed -> {
            for (RelocationSection section : file.elf().relocationSections()) {
                placed.address(section.target()).ifPresent(start -> {
                    for (int i = 0; i < section.count(); i++) {
                        if (symbols.rawSectionIndex(section.symbol(i)) == 0) {
                            String name = symbols.name(section.symbol(i));
                            for (long value : edges(section.type(i), start.value() + section.offset(i))) {
                                cases.add(Addresses.near(target, Map.of(name, target.wrap(value))));
                            }
                        }
                    }
                });
            }
            return placed;
        });
        if (cases.isEmpty()) {
            for (long row : target.is64Bit() ? CARRIES_64 : CARRIES_32) {
                cases.add(Addresses.row(target, row));
            }
        }
        return cases;
    }

    /** For a branch at {@code P}: the last symbol values in reach, the first out of reach, and a misaligned one. */
    private static long[] edges(int type, long P) {
        return switch (type) {
            case R_MIPS_26 -> {
                long segment = P + 4 & -0x1000_0000L;
                yield new long[] {segment, segment - 4, segment + 0xfff_fffc, segment + 0x1000_0000, segment + 0x102};
            }
            case R_MIPS_PC16 -> branch(P, 16);
            case R_MIPS_PC21_S2 -> branch(P, 21);
            case R_MIPS_PC26_S2 -> branch(P, 26);
            default -> new long[0];
        };
    }

    /** A branch counts words from the next instruction. */
    private static long[] branch(long P, int bits) {
        long reach = 2L << bits;
        long next = P + 4;
        return new long[] {next - reach, next - reach - 4, next + reach - 4, next + reach, next + 0x102};
    }
}
