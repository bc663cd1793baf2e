package io.modrt.mips;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.*;
import java.util.ArrayList;
import java.util.List;

/**
 * The addends of HI16 in the SHT_REL sections of a load. The upper half is in the {@code lui} and the lower half, which is signed,
 * in the place of the next LO16: {@code A = (hi << 16) + lo}. Source: System V ABI, MIPS supplement, page 4-18, where a LO16
 * completes the HI16 just before it; Linux 6.1, where it completes every HI16 since the last LO16. Until 3.3 the HI16 that wait are one
 * list for all sections.
 */
final class MipsAddends {
    private static final int HI16 = MipsReloc.R_MIPS_HI16.number();
    private static final int LO16 = MipsReloc.R_MIPS_LO16.number();

    private final PlacedSections placed;
    private final SymbolValues symbols;
    /** The HI16 of earlier sections that wait, the oldest first; always empty where none can. */
    private final List<Waiting> waiting = new ArrayList<>();

    private RelocationSection relocations;
    private int count;
    private SectionImage image;
    private Addends addends;
    /** The LO16 behind the HI16 that was asked for last, and its addend. */
    private int lo;

    private int low;

    /** A HI16 of an earlier section that no LO16 has completed: its place, and the value of its symbol. */
    private record Waiting(SectionImage image, long offset, long value) {

        void complete(long low) {
            int word = image.word(offset);
            long sum = ((long) word << Short.SIZE) + low + value + MipsReloc.R_MIPS_HI16.bias();
            image.putWord(offset, MipsReloc.R_MIPS_HI16.field().insert(word, sum));
        }
    }

    MipsAddends(
            PlacedSections placed,
            SymbolValues symbols,
            RelocationSection relocations,
            int count,
            SectionImage image,
            Addends addends) {
        this.placed = placed;
        this.symbols = symbols;
        open(relocations, count, image, addends);
    }

    /** Goes on to the first {@code count} entries of another section, and completes the HI16 of earlier ones. */
    final void open(RelocationSection section, int itsCount, SectionImage itsImage, Addends itsAddends) {
        relocations = section;
        count = itsCount;
        image = itsImage;
        addends = itsAddends;
        lo = 0;
        int start = 0;
        for (int end = next(0); end < count && !waiting.isEmpty(); end = next(start)) {
            if (lastOfOther(start, end) < start) {
                completeWaiting(end);
            }
            start = end + 1;
        }
    }

    /**
     * The lower half of the addend of entry {@code hi}. They are asked for in their order, and of those that wait for one LO16 the oldest too;
     * where that is the only one, the engine may have joined the two itself.
     */
    int lower(int hi) {
        if (hi >= lo) {
            join(hi);
        }
        return low;
    }

    /** Finds the LO16 that completes those from {@code first} on, which is the oldest that waits. */
    private void join(int first) {
        lo = next(first);
        low = 0;
        if (lo < count) {
            int wrong = lastOfOther(first, lo);
            low = low(relocations.offset(lo));
            if (wrong >= first) {
                Refusal unsafe = unsafe(
                        "the R_MIPS_HI16 at 0x" + Long.toHexString(relocations.offset(wrong)),
                        symbols.value(relocations.symbol(wrong)),
                        symbols.value(relocations.symbol(lo)));
                addends.refuse(lo, unsafe);
                refuseOpen(first, wrong + 1, unsafe);
            }
        } else if (placed.profile().has(MipsChange.UNPAIRED_HI16_REFUSED)) {
            // why: the kernel frees every HI16 that is still waiting and fails, without logging a line
            refuseOpen(first, count, Refusal.of(Errno.ENOEXEC, "no R_MIPS_LO16 follows in its section to complete it"));
        } else {
            leaveOpen(first);
        }
    }

    /** The first LO16 from entry {@code start} on; the number of entries if there is none. */
    private int next(int start) {
        int next = start;
        while (next < count && relocations.type(next) != LO16) {
            next++;
        }
        return next;
    }

    /**
     * The last HI16 from entry {@code first} up to {@code lo} that is for another value than this, or less than {@code first}. The kernel
     * completes the newest first, and a mismatch leaves the older.
     */
    private int lastOfOther(int first, int lo) {
        int symbol = relocations.symbol(lo);
        int hi = lo - 1;
        while (hi >= first && (relocations.type(hi) != HI16 || isSame(relocations.symbol(hi), symbol))) {
            hi--;
        }
        return hi;
    }

    private boolean isSame(int hiSymbol, int loSymbol) {
        return hiSymbol == loSymbol || symbols.value(hiSymbol) == symbols.value(loSymbol);
    }

    /** The addend of the LO16 at {@code offset}, a half with its sign; 0 outside the section, where it is refused when it is applied. */
    private int low(long offset) {
        return offset >= 0 && offset <= image.sizeBytes() - Integer.BYTES ? (short) image.word(offset) : 0;
    }

    /** Completes those of earlier sections, the newest first. */
    private void completeWaiting(int by) {
        long value = symbols.value(relocations.symbol(by));
        while (!waiting.isEmpty()) {
            Waiting hi = waiting.get(waiting.size() - 1);
            if (hi.value() != value) {
                addends.refuse(
                        by,
                        unsafe(
                                "a R_MIPS_HI16 of section "
                                        + hi.image().section().name(),
                                hi.value(),
                                value));
                return;
            }
            hi.complete(addends.get(by));
            waiting.remove(hi);
        }
    }

    private Refusal unsafe(String hi, long hiValue, long value) {
        return Refusal.of(
                        Errno.ENOEXEC,
                        "unsafe LO16: " + hi + " that waits is for 0x" + Long.toHexString(hiValue) + ", this one for 0x"
                                + Long.toHexString(value))
                .logged(MipsReloc.R_MIPS_LO16.unsafeLine(placed.file().name(), true, placed.profile()));
    }

    private void leaveOpen(int first) {
        SectionImage kept = image.kept();
        for (int hi = first; hi < count; hi++) {
            if (relocations.type(hi) == HI16) {
                addends.leave(
                        hi, "no R_MIPS_LO16 follows in its section: it waits for the next in any section or module");
                waiting.add(new Waiting(kept, relocations.offset(hi), symbols.value(relocations.symbol(hi))));
            }
        }
    }

    private void refuseOpen(int first, int end, Refusal refusal) {
        for (int hi = end - 1; hi >= first; hi--) {
            if (relocations.type(hi) == HI16) {
                addends.refuseAtEnd(hi, refusal);
            }
        }
    }
}
