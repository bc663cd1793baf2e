package io.modrt.conformance;

import io.modrt.conformance.PariscImage.Reached;
import io.modrt.conformance.Words.Placed;
import io.modrt.elf.RelocationEntry;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Symbol;
import io.modrt.module.ModuleFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The places that GNU ld relocates by other rules than the kernel. Each is followed in modrt's module and in ld's; if both lead to the same,
 * modrt's bits replace ld's, so that a comparison of all words finds the other differences.
 */
final class PariscRelocations {
    private static final int PCREL17F = 12;
    private static final int LTOFF21L = 34;
    private static final int LTOFF14R = 38;
    private static final int SEGREL32 = 49;
    private static final int FPTR64 = 64;
    private static final int PCREL22F = 74;

    private static final int IM21 = 0x001f_ffff;
    private static final int IM14 = 0x0000_3fff;
    private static final int W17 = 0x001f_1ffd;

    private static final int DESCRIPTOR_CODE = 16;
    private static final int DESCRIPTOR_GP = 24;

    /** The use of a GOT slot. */
    private record Wanted(int symbol, long addend) {}

    /** One half of the offset of a slot, in ld's word and in modrt's. */
    private static final class Halves {
        private final Set<Integer> ld = new HashSet<>();
        private final Set<Integer> modrt = new HashSet<>();

        void add(int ofLd, int ofModrt) {
            ld.add(ofLd);
            modrt.add(ofModrt);
        }

        boolean isOneEach() {
            return ld.size() == 1 && modrt.size() == 1;
        }
    }

    private final ModuleFile file;
    private final PariscImage ld;
    private final PariscImage modrt;
    private final long gp;
    private final List<String> differences;
    private final Map<String, Integer> followed = new TreeMap<>();
    private final Set<Long> reachedStubs = new HashSet<>();
    private final Map<Wanted, Halves> left = new HashMap<>();
    private final Map<Wanted, Halves> right = new HashMap<>();
    private final Set<Long> segmentBases = new HashSet<>();

    PariscRelocations(ModuleFile file, PariscImage ld, PariscImage modrt, long gp, List<String> differences) {
        this.file = file;
        this.ld = ld;
        this.modrt = modrt;
        this.gp = gp;
        this.differences = differences;
    }

    /** The number of places that were followed, by kind. */
    Map<String, Integer> followed() {
        return followed;
    }

    /** Follows the places of one section: {@code words} are ld's and receive modrt's bits; {@code made} are modrt's before finishing, by place. */
    void settle(RelocationSection section, Placed words, Map<Long, Long> made) {
        for (int i = 0; i < section.count(); i++) {
            int at = (int) section.offset(i);
            long value = made.getOrDefault(words.address() + at, 0L);
            int word = (int) value;
            switch (section.type(i)) {
                case PCREL17F, PCREL22F -> branch(words, at, word, section.entry(i));
                case LTOFF21L -> half(left, section, i, words, word);
                case LTOFF14R -> half(right, section, i, words, word);
                case SEGREL32 -> segment(words, at, word);
                case FPTR64 -> pointer(words, at, value);
                default -> {}
            }
        }
    }

    private void branch(Placed words, int at, int word, RelocationEntry entry) {
        Symbol symbol = file.symbols().symbol(entry.symbol());
        long place = words.address() + at;
        int wordOfLd = words.bytes().getInt(at);
        if (PariscWord.withoutDisplacement(word) != PariscWord.withoutDisplacement(wordOfLd)) {
            return; // the comparison of all words will report it
        }
        Reached reached;
        Reached reachedByLd;
        try {
            reached = modrt.follow(word, place, gp);
            reachedByLd = ld.follow(wordOfLd, place, gp);
        } catch (IllegalArgumentException noStub) {
            differences.add("%s+0x%x against %s: %s".formatted(words.name(), at, symbol.name(), noStub.getMessage()));
            return;
        }
        if (reached.stub() != 0) {
            reachedStubs.add(reached.stub());
        }
        if (areAlike(reached, reachedByLd)
                && arrives(reached, target(reachedByLd, symbol, entry.addend()), symbol.name())) {
            words.bytes().putInt(at, word);
            count(reached.stub() == 0 ? "branches" : "branches by stubs");
        } else {
            differences.add("%s+0x%x against %s: modrt comes to %s, ld to %s"
                    .formatted(words.name(), at, symbol.name(), reached, reachedByLd));
        }
    }

    /** The right target: ld's stub for an external symbol goes to the symbol itself, whatever the addend. */
    private static long target(Reached reachedByLd, Symbol symbol, long addend) {
        boolean isWithoutAddend = reachedByLd.stub() != 0 && symbol.sectionIndex() == Symbol.SHN_UNDEF;
        return reachedByLd.target() + (isWithoutAddend ? addend : 0);
    }

    /** Whether, on 32 bit, both have a stub for the branch, with the same instructions but for the target. */
    private boolean areAlike(Reached reached, Reached reachedByLd) {
        if (ld.is64Bit()) {
            return true;
        }
        if (reached.stub() == 0 || reachedByLd.stub() == 0) {
            return reached.stub() == 0 && reachedByLd.stub() == 0;
        }
        int load = modrt.memory().word(reached.stub()) ^ ld.memory().word(reachedByLd.stub());
        int jump = modrt.memory().word(reached.stub() + 4) ^ ld.memory().word(reachedByLd.stub() + 4);
        return (load & ~IM21) == 0 && (jump & ~W17) == 0;
    }

    /**
     * Whether {@code reached} is the right end of a branch to a symbol at {@code target}. On 64 bit a branch out of the module takes the symbol for
     * a descriptor, with the code at 16 and gp at 24, which millicode does not need.
     */
    private boolean arrives(Reached reached, long target, String symbol) {
        if (!ld.is64Bit() || modrt.holds(target)) {
            return reached.target() == target && reached.dp() == gp;
        }
        return reached.stub() != 0
                && reached.target() == target + DESCRIPTOR_CODE
                && reached.dp() == (symbol.startsWith("$$") ? gp : target + DESCRIPTOR_GP);
    }

    private void half(Map<Wanted, Halves> halves, RelocationSection section, int i, Placed words, int word) {
        int at = (int) section.offset(i);
        int mask = halves == left ? IM21 : IM14;
        int wordOfLd = words.bytes().getInt(at);
        halves.computeIfAbsent(new Wanted(section.symbol(i), section.addend(i)), wanted -> new Halves())
                .add(offset(mask, wordOfLd), offset(mask, word));
        words.bytes().putInt(at, wordOfLd & ~mask | word & mask);
        count("halves of GOT offsets");
    }

    private static int offset(int mask, int word) {
        return mask == IM21 ? PariscWord.immediateLeft(word) : PariscWord.displacement14(word);
    }

    /** ld counts from the segment, the kernel from 0. */
    private void segment(Placed words, int at, int word) {
        segmentBases.add(word - words.bytes().getInt(at) & 0xffff_ffffL);
        words.bytes().putInt(at, word);
        count("words counted from the segment");
    }

    /** ld makes a descriptor for any function, the kernel only for those of the module. */
    private void pointer(Placed words, int at, long pointer) {
        long descriptorOfLd = words.bytes().getLong(at);
        long code = ld.doubleword(descriptorOfLd + DESCRIPTOR_CODE);
        boolean right = ld.isAdded(descriptorOfLd)
                && ld.doubleword(descriptorOfLd + DESCRIPTOR_GP) == gp
                && (modrt.holds(code)
                        ? modrt.isAdded(pointer)
                                && modrt.doubleword(pointer + DESCRIPTOR_CODE) == code
                                && modrt.doubleword(pointer + DESCRIPTOR_GP) == gp
                        : pointer == code);
        if (right) {
            words.bytes().putLong(at, pointer);
            count("function pointers");
        } else {
            differences.add("%s+0x%x: modrt points at 0x%x, ld at the descriptor of 0x%x"
                    .formatted(words.name(), at, pointer, code));
        }
    }

    /** Checks what only all places together show: the GOT slots, the starts of segments, and that every stub is used by a branch. */
    void settleTables() {
        left.forEach((wanted, high) -> {
            Halves low = right.get(wanted);
            String symbol = file.symbols().name(wanted.symbol()) + "+" + wanted.addend();
            if (low == null || !high.isOneEach() || !low.isOneEach()) {
                differences.add("the halves of the GOT offset of " + symbol + " do not agree");
                return;
            }
            long slot = modrt.doubleword(gp + one(high.modrt) + one(low.modrt));
            long slotOfLd = ld.doubleword(gp + one(high.ld) + one(low.ld));
            // why: ld's slot for a function holds the address of its descriptor
            long value = ld.isAdded(slotOfLd) ? ld.doubleword(slotOfLd + DESCRIPTOR_CODE) : slotOfLd;
            if (slot != value) {
                differences.add("the slot of %s: modrt 0x%x, ld 0x%x".formatted(symbol, slot, value));
            }
            count("GOT slots");
        });
        right.keySet().stream()
                .filter(wanted -> !left.containsKey(wanted))
                .forEach(wanted -> differences.add(
                        "a GOT offset of " + file.symbols().name(wanted.symbol()) + " has no left half"));
        if (segmentBases.size() > 1
                || !segmentBases.stream()
                        .allMatch(base ->
                                ld.memory().sections().stream().anyMatch(section -> section.address() == base))) {
            differences.add("ld counts from segments at " + segmentBases);
        }
        modrt.stubs().stream()
                .filter(stub -> !reachedStubs.contains(stub))
                .forEach(stub -> differences.add("no branch goes to the stub at 0x%x".formatted(stub)));
    }

    private static int one(Set<Integer> set) {
        return set.iterator().next();
    }

    private void count(String what) {
        followed.merge(what, 1, Integer::sum);
    }
}
