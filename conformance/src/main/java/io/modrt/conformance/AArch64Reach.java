package io.modrt.conformance;

import io.modrt.elf.RelocationSection;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Addresses of externals for AArch64 modules whose relocations do not all reach the kernel: where all fit, and where one just fits or just
 * does not. Ranges are those of the psABI's tables of static relocations.
 */
final class AArch64Reach {
    /** What a range is about: S + A, S + A - P, or the distance of their pages. */
    private enum From {
        ZERO,
        PLACE,
        PAGE
    }

    /**
     * What one type takes.
     *
     * @param step what the value must be a multiple of
     */
    private record Range(From from, long least, long greatest, int step) {

        boolean holds(long value, long P) {
            long x = value - base(P);
            return x >= least && x <= greatest + step - 1;
        }

        long base(long P) {
            return switch (from) {
                case ZERO -> 0;
                case PLACE -> P;
                case PAGE -> P & -0x1000L;
            };
        }

        /** The last values in the range and the first beyond, but those that no address is. */
        LongStream edges(long P) {
            return LongStream.of(least, greatest, least - step, greatest + step).map(x -> base(P) + x);
        }
    }

    private static final long WORD = 1L << 32;
    private static final Map<Integer, Range> RANGES = new HashMap<>();

    static {
        RANGES.put(258, new Range(From.ZERO, 0, WORD - 1, 1)); //            ABS32
        RANGES.put(259, new Range(From.ZERO, 0, 0xffff, 1)); //              ABS16
        RANGES.put(261, signed(From.PLACE, 31, 1)); //                       PREL32
        RANGES.put(262, signed(From.PLACE, 15, 1)); //                       PREL16
        RANGES.put(263, new Range(From.ZERO, 0, 0xffff, 1)); //              MOVW_UABS_G0
        RANGES.put(265, new Range(From.ZERO, 0, WORD - 1, 1)); //            MOVW_UABS_G1
        RANGES.put(267, new Range(From.ZERO, 0, (1L << 48) - 1, 1)); //      MOVW_UABS_G2
        RANGES.put(270, signed(From.ZERO, 16, 1)); //                        MOVW_SABS_G0
        RANGES.put(271, signed(From.ZERO, 32, 1)); //                        MOVW_SABS_G1
        RANGES.put(272, signed(From.ZERO, 48, 1)); //                        MOVW_SABS_G2
        RANGES.put(273, signed(From.PLACE, 20, 4)); //                       LD_PREL_LO19
        RANGES.put(274, signed(From.PLACE, 20, 1)); //                       ADR_PREL_LO21
        RANGES.put(275, signed(From.PAGE, 32, 1)); //                        ADR_PREL_PG_HI21
        RANGES.put(279, signed(From.PLACE, 15, 4)); //                       TSTBR14
        RANGES.put(280, signed(From.PLACE, 20, 4)); //                       CONDBR19
        RANGES.put(282, signed(From.PLACE, 27, 4)); //                       JUMP26
        RANGES.put(283, signed(From.PLACE, 27, 4)); //                       CALL26
        RANGES.put(287, signed(From.PLACE, 16, 1)); //                       MOVW_PREL_G0
        RANGES.put(289, signed(From.PLACE, 32, 1)); //                       MOVW_PREL_G1
        RANGES.put(291, signed(From.PLACE, 48, 1)); //                       MOVW_PREL_G2
    }

    /** Values for symbols that no relocation wants near its place; the last fit in 16 bits, in 32 and in 48. */
    private static final long[] FAR = {-0x1234, 0xfedc, 0x89ab_cdefL, 0x89ab_7fff_cdefL};

    private record Use(Range range, long addend, long place) {
        boolean fits(long S) {
            return range.holds(S + addend, place);
        }
    }

    private final ModuleFile file;
    private final Addresses usual;
    private final Map<String, List<Use>> uses = new LinkedHashMap<>();

    /** Of a module that is loaded at {@code usual} addresses into a kernel of {@code profile}. */
    AArch64Reach(ModuleFile file, KernelProfile profile, Addresses usual) {
        this.file = file;
        this.usual = usual;
        new Setting(file, usual).placed(profile, placed -> {
            for (RelocationSection section : file.elf().relocationSections()) {
                placed.address(section.target()).ifPresent(start -> note(section, start.value()));
            }
            return placed;
        });
    }

    private static Range signed(From from, int bits, int step) {
        return new Range(from, -(1L << bits), (1L << bits) - step, step);
    }

    private void note(RelocationSection section, long start) {
        SymbolTable symbols = file.symbols();
        for (int i = 0; i < section.count(); i++) {
            Range range = RANGES.get(section.type(i));
            if (range != null && symbols.rawSectionIndex(section.symbol(i)) == 0) {
                uses.computeIfAbsent(symbols.name(section.symbol(i)), name -> new ArrayList<>())
                        .add(new Use(range, section.addend(i), start + section.offset(i)));
            }
        }
    }

    /** Where every external is in reach of all that refers to it: where it is usually, if it is so there. */
    Addresses all() {
        Map<String, Long> chosen = new LinkedHashMap<>(usual.chosen());
        Map<String, Long> externals = new Setting(file, usual).externals();
        uses.forEach((name, all) -> {
            Long first = externals.get(name);
            if (first != null) { // a weak symbol stays at 0
                chosen.put(name, inReach(name, first, all));
            }
        });
        return usual.with(chosen);
    }

    private static long inReach(String name, long first, List<Use> all) {
        LongStream near =
                LongStream.concat(LongStream.of(first), LongStream.of(all.get(0).place() + 0x40));
        return LongStream.concat(near, LongStream.of(FAR))
                .filter(S -> all.stream().allMatch(use -> use.fits(S)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nothing found that is in reach for " + name));
    }

    /** All in reach but one external, which is at an edge of what the one relocation against it takes. */
    List<Addresses> edges() {
        Addresses all = all();
        List<Addresses> edges = new ArrayList<>();
        uses.forEach((name, places) -> {
            Use use = places.get(0);
            boolean isBranch = use.range.equals(RANGES.get(283));
            if (places.size() > 1) {
                return;
            }
            use.range.edges(use.place()).map(value -> value - use.addend()).forEach(S -> {
                if (!isBranch || use.fits(S)) { // beyond, ld has veneers of its own, and the kernel a PLT
                    Map<String, Long> chosen = new LinkedHashMap<>(all.chosen());
                    chosen.put(name, S);
                    edges.add(usual.with(chosen));
                }
            });
        });
        return edges;
    }
}
