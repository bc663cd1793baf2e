package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Searches memory for the code of a file, by pieces of it that no relocation changes. It finds a module whose {@code struct module} was
 * wiped, and one that was never a module, such as code that was copied out of it.
 */
final class FileSearch {
    private static final int PIECE_BYTES = 32;
    private static final int MOST_PIECES = 64;
    /** Pieces with fewer different words are found everywhere. */
    private static final int LEAST_WORDS = 6;

    private static final int LEAST_FOUND = 2;
    private static final int CHUNK_BYTES = 1 << 18;

    private final KernelMemory memory;
    private final LayoutPlan plan;
    private final Map<Long, List<Piece>> byStart = new HashMap<>();
    private final Map<RegionKind, Integer> pieces = new EnumMap<>(RegionKind.class);

    /** Bytes of the file, and where in its region they are. */
    private record Piece(byte[] bytes, RegionKind kind, long offset) {}

    /** A search for the code of a file. */
    FileSearch(KernelMemory memory, LayoutPlan plan) {
        this(memory, plan, Section::isExecutable);
    }

    /** A search for its code, and for the data of which the kernel's own does not become another. */
    static FileSearch ofAll(KernelMemory memory, LayoutPlan plan) {
        return new FileSearch(memory, plan, section -> true);
    }

    private FileSearch(KernelMemory memory, LayoutPlan plan, Predicate<Section> isLookedFor) {
        this.memory = memory;
        this.plan = plan;
        for (Section section : plan.file().elf().sections()) {
            Optional<RegionKind> kind = plan.region(section);
            boolean isKept = kind.isPresent() && !kind.get().isInit() && section.hasContents();
            if (isKept && isLookedFor.test(section) && section.alignment() >= Integer.BYTES) {
                take(section, kind.get());
            }
        }
    }

    /** Takes pieces from all over a section. */
    private void take(Section section, RegionKind kind) {
        byte[] file = plan.file().elf().array();
        BitSet relocated = relocated(section);
        int step = (int) Math.max(PIECE_BYTES, section.sizeBytes() / MOST_PIECES & -Integer.BYTES);
        for (int at = 0; at + PIECE_BYTES <= section.sizeBytes() && pieces(kind) < MOST_PIECES; at += step) {
            int next = relocated.nextSetBit(at);
            int from = (int) section.fileOffset() + at;
            if ((next < 0 || next >= at + PIECE_BYTES) && isTelling(file, from)) {
                byte[] bytes = Arrays.copyOfRange(file, from, from + PIECE_BYTES);
                byStart.computeIfAbsent(Bytes.getLong(bytes, 0, true), any -> new ArrayList<>())
                        .add(new Piece(bytes, kind, plan.regionOffset(section).orElseThrow() + at));
                pieces.merge(kind, 1, Integer::sum);
            }
        }
    }

    private int pieces(RegionKind kind) {
        return pieces.getOrDefault(kind, 0);
    }

    private BitSet relocated(Section section) {
        BitSet bytes = new BitSet();
        for (RelocationSection relocations : plan.file().elf().relocationSections()) {
            if (relocations.target().index() == section.index()) {
                for (int i = 0; i < relocations.count(); i++) {
                    long offset = relocations.offset(i);
                    if (offset >= 0 && offset < section.sizeBytes()) {
                        bytes.set((int) offset, (int) offset + Long.BYTES);
                    }
                }
            }
        }
        return bytes;
    }

    private static boolean isTelling(byte[] file, int from) {
        Set<Integer> words = new HashSet<>();
        for (int at = from; at < from + PIECE_BYTES; at += Integer.BYTES) {
            words.add(Bytes.getInt(file, at, true));
        }
        return words.size() >= LEAST_WORDS;
    }

    /** Where the file's code is, by ascending address. */
    List<Sighting> in(List<AddressRange> areas) {
        Map<Address, Integer> votes = new HashMap<>();
        Map<Address, RegionKind> kinds = new HashMap<>();
        for (AddressRange area : areas) {
            for (AddressRange range : memory.mapped(area)) {
                for (long at = 0; at < range.sizeBytes(); at += CHUNK_BYTES) {
                    search(range, at, votes, kinds);
                }
            }
        }
        return votes.entrySet().stream()
                .map(entry -> {
                    RegionKind kind = kinds.getOrDefault(entry.getKey(), RegionKind.CORE);
                    return new Sighting(kind, entry.getKey(), entry.getValue(), pieces(kind));
                })
                .filter(sighting -> sighting.pieces() >= Math.min(LEAST_FOUND, sighting.outOf()))
                .sorted(Comparator.comparing(Sighting::base))
                .toList();
    }

    private void search(AddressRange range, long from, Map<Address, Integer> votes, Map<Address, RegionKind> kinds) {
        int length = (int) Math.min(CHUNK_BYTES + PIECE_BYTES, range.sizeBytes() - from);
        Address start = range.start().plus(from);
        memory.bytes(start, length).ifPresent(bytes -> {
            for (int at = 0; at < CHUNK_BYTES && at + PIECE_BYTES <= length; at += Integer.BYTES) {
                List<Piece> same = byStart.get(Bytes.getLong(bytes, at, true));
                if (same != null) {
                    for (Piece piece : same) {
                        if (Arrays.equals(piece.bytes, 0, PIECE_BYTES, bytes, at, at + PIECE_BYTES)) {
                            Address base = start.plus(at - piece.offset);
                            votes.merge(base, 1, Integer::sum);
                            kinds.put(base, piece.kind);
                        }
                    }
                }
            }
        });
    }
}
