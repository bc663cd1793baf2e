package io.modrt.aarch64;

import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.*;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

    private final long start;
    private final int counted;
    private final boolean hasErratum;
    private final List<Stub> stubs = new ArrayList<>();
    private int used;
    private @Nullable Stub last;
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

    private static Stub entry(long place, long target, String symbol) {
        // why: the kernel keeps the distance in pages in 32 bits, so that one far enough passes for a near one
        int pages = (int) (AArch64Code.page(target) - AArch64Code.page(place) >> 12);
        StubTemplate template = AArch64Code.fits(AArch64Reloc.ADR, pages) ? ENTRY : OUT_OF_REACH;
        return Stub.of(Address.of(place), Address.of(target), symbol, template);
    }

    /** Writes an entry that leads to {@code target}. */
    static void write(ModuleImage image, long place, long target) {
        byte[] code = entry(place, target, "").code(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ENTRY_BYTES / Integer.BYTES; i++) {
            image.putCodeAt(place + (long) i * Integer.BYTES, CodeWords.get(code, i, ByteOrder.LITTLE_ENDIAN));
        }
    }

    /**
     * The entry for a branch that does not reach: the one made last, if it leads there, or a new one. The kernel makes the new one first
     * and then compares, so behind an entry that is used again there is another in memory, until something else takes its place.
     */
    Stub entry(Fixup branch) {
        Stub known = last;
        if (known != null && known.target().value() == branch.goal()) {
            hasSpare = true;
            return known;
        }
        Stub made = take(branch, entry(next(), branch.goal(), branch.symbolName()));
        last = made;
        return made;
    }

    /** A veneer that does what the unsafe {@code adrp} at a place does, and branches back behind it. */
    Stub veneer(Fixup fixup, int adrp) {
        long place = next();
        int x = adrp & 31;
        int back = AArch64Code.branch(AArch64Code.B, place + 2 * Integer.BYTES, fixup.P() + Integer.BYTES);
        StubTemplate template = StubTemplate.of(
                word(AArch64Code.ADRP | x, "adrp   x" + x + ", target", AArch64Reloc.PG_HI21_NC),
                word(0x9100_0000 | x << 5 | x, "add    x" + x + ", x" + x + ", #0"),
                word(back, "b      back"));
        last = null;
        long page = AArch64Code.page(fixup.goal());
        return take(fixup, Stub.of(Address.of(place), Address.of(page), fixup.symbolName(), template));
    }

    private long next() {
        long place = start + (long) used * ENTRY_BYTES;
        return hasErratum && AArch64Code.isUnsafe(place) ? place + ENTRY_BYTES : place;
    }

    private Stub take(Fixup fixup, Stub made) {
        used = (int) (made.address().value() - start) / ENTRY_BYTES + 1;
        hasSpare = false;
        if (used > counted) {
            throw fixup.refused(Refusal.of(Errno.ENOEXEC, "needs PLT entry " + used + ", of " + counted + " counted"));
        }
        stubs.add(made);
        return made;
    }

    /** The entries and veneers, in the order in which they were made, and the one that was made and not used, if it is still there. */
    Stream<Stub> stubs() {
        return Stream.concat(stubs.stream(), hasSpare ? Stream.ofNullable(last).map(this::again) : Stream.empty());
    }

    private Stub again(Stub entry) {
        return entry(next(), entry.target().value(), entry.symbol());
    }
}
