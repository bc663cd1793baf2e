package io.modrt.aarch64;

import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.elf.SymbolTable;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.*;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One PLT section while it is filled: entries for branches that do not reach, and on machines with erratum 843419 veneers, in the order in
 * which they are asked for. An entry changes x16, which the procedure call standard leaves to veneers.
 */
final class AArch64Plt {
    static final int ENTRY_BYTES = 12;

    private static final StubTemplate.Piece ADD =
            word(0x9100_0210, "add    x16, x16, #:lo12:target", AArch64Reloc.ADD_LO12);
    private static final StubTemplate.Piece BR = word(0xd61f_0200, "br     x16");
    private static final StubTemplate ENTRY =
            StubTemplate.of(word(0x9000_0010, "adrp   x16, target", AArch64Reloc.PG_HI21_NC), ADD, BR);
    private static final StubTemplate OUT_OF_REACH = StubTemplate.of(word(AArch64Code.TRAP, "brk    #0x100"), ADD, BR);

    /**
     * An entry or a veneer.
     *
     * @param place its address
     * @param target the address to which it leads
     * @param symbol the symbol for which it was made
     */
    private record Entry(long place, long target, int symbol, StubTemplate template) {

        static Entry to(long target, long place, int symbol) {
            // why: the kernel keeps the distance in pages in 32 bits, so that one far enough passes for a near one
            int pages = (int) (AArch64Code.page(target) - AArch64Code.page(place) >> 12);
            boolean isInReach = AArch64Code.fits(AArch64Reloc.ADR, pages);
            return new Entry(place, target, symbol, isInReach ? ENTRY : OUT_OF_REACH);
        }

        /** Writes it; {@code code} has room for its code. */
        void write(ModuleImage image, byte[] code) {
            template.fill(place, ByteOrder.LITTLE_ENDIAN, target, code);
            image.putBytesAt(place, code);
        }

        Stub stub(SymbolTable symbols) {
            return Stub.of(Address.of(place), Address.of(target), symbols.label(symbol), template);
        }
    }

    private final long start;
    private final int counted;
    private final boolean hasErratum;
    private final List<Entry> entries = new ArrayList<>();
    private int used;
    private @Nullable Entry last;
    /** Whether the kernel has written the last entry once more, behind it. */
    private boolean hasSpare;

    /**
     * An empty section.
     *
     * @param counted the entries that the plan counted; there is room for one more
     */
    AArch64Plt(long start, int counted, boolean hasErratum) {
        this.start = start;
        this.counted = counted;
        this.hasErratum = hasErratum;
    }

    /** Writes an entry that leads to {@code target}. */
    static void write(ModuleImage image, long place, long target) {
        Entry.to(target, place, 0).write(image, new byte[ENTRY_BYTES]);
    }

    /**
     * The address of the entry for a branch that does not reach: the one made last, if it leads there, or a new one. The kernel makes the
     * new one first and then compares, so behind an entry that is used again there is another in memory, until something
     * else takes its place.
     */
    long entry(Fixup branch) {
        Entry known = last;
        if (known != null && known.target == branch.goal()) {
            hasSpare = true;
            return known.place;
        }
        Entry made = take(branch, Entry.to(branch.goal(), next(), branch.symbol()));
        last = made;
        return made.place;
    }

    /** The address of a veneer that does what the unsafe {@code adrp} at a place does, and branches back behind it. */
    long veneer(Fixup fixup, int adrp) {
        long place = next();
        int x = adrp & 31;
        int back = AArch64Code.branch(AArch64Code.B, place + 2 * Integer.BYTES, fixup.P() + Integer.BYTES);
        StubTemplate template = StubTemplate.of(
                word(AArch64Code.ADRP | x, "adrp   x" + x + ", target", AArch64Reloc.PG_HI21_NC),
                word(0x9100_0000 | x << 5 | x, "add    x" + x + ", x" + x + ", #0"),
                word(back, "b      back"));
        last = null;
        return take(fixup, new Entry(place, AArch64Code.page(fixup.goal()), fixup.symbol(), template)).place;
    }

    private long next() {
        long place = start + (long) used * ENTRY_BYTES;
        return hasErratum && AArch64Code.isUnsafe(place) ? place + ENTRY_BYTES : place;
    }

    private Entry take(Fixup fixup, Entry made) {
        used = (int) (made.place - start) / ENTRY_BYTES + 1;
        hasSpare = false;
        if (used > counted) {
            throw fixup.refused(Refusal.of(Errno.ENOEXEC, "needs PLT entry " + used + ", of " + counted + " counted"));
        }
        entries.add(made);
        return made;
    }

    /** The entries and veneers, in the order in which they were made, and the one that was made and not used, if it is still there. */
    private List<Entry> all() {
        if (!hasSpare || last == null) {
            return entries;
        }
        List<Entry> all = new ArrayList<>(entries);
        all.add(Entry.to(last.target, next(), last.symbol));
        return all;
    }

    /** Writes all. Returns how many there are. */
    int write(ModuleImage image) {
        List<Entry> all = all();
        byte[] code = new byte[ENTRY_BYTES];
        all.forEach(entry -> entry.write(image, code));
        return all.size();
    }

    /** A record of each. */
    List<Stub> stubs(SymbolTable symbols) {
        return all().stream().map(entry -> entry.stub(symbols)).toList();
    }
}
