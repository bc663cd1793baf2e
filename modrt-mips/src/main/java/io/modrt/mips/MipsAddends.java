package io.modrt.mips;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.*;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addends of a SHT_REL section. The addend of a HI16 has its upper half in the {@code lui} and its lower half, which is signed,
 * in the place of the next LO16: {@code A = (hi << 16) + lo}. Source: System V ABI, MIPS supplement, page 4-18, where a LO16
 * completes the HI16 just before it; Linux 6.1, where it completes every HI16 since the last LO16. Until 3.3 the HI16 that wait are one
 * list for all sections.
 */
record MipsAddends(PlacedSections placed, RelocationSection relocations, SymbolValues symbols, Addends addends) {
    private static final int HI16 = MipsReloc.R_MIPS_HI16.number();
    private static final int LO16 = MipsReloc.R_MIPS_LO16.number();

    /** A HI16 of an earlier section that no LO16 has completed: its place, and the value of its symbol. */
    record Waiting(SectionImage image, long offset, long value) {

        void complete(long low) {
            int word = image.word(offset);
            long sum = ((long) word << Short.SIZE) + low + value + MipsReloc.R_MIPS_HI16.bias();
            image.putWord(offset, MipsReloc.R_MIPS_HI16.field().insert(word, sum));
        }
    }

    /**
     * Joins the pairs among the first {@code count} entries, whose addends are what each place holds.
     *
     * @param waiting the HI16 of earlier sections that wait, the oldest first; null where none can
     */
    void join(int count, SectionImage image, @Nullable List<Waiting> waiting) {
        int oldest = count; // of the HI16 that wait
        for (int index = 0; index < count; index++) {
            int type = relocations.type(index);
            if (type == HI16) {
                oldest = Math.min(oldest, index);
            } else if (type == LO16) {
                boolean isAtPeace = oldest >= index || complete(oldest, index, image);
                if (isAtPeace && waiting != null) {
                    complete(waiting, index);
                }
                oldest = count;
            }
        }
        if (oldest == count) {
            return;
        }
        if (waiting == null) {
            // why: the kernel frees every HI16 that is still waiting and fails, without logging a line
            refuseOpen(
                    oldest, count, Refusal.of(Errno.ENOEXEC, "no R_MIPS_LO16 follows in its section to complete it"));
        } else {
            leaveOpen(oldest, count, image, waiting);
        }
    }

    /**
     * Completes every HI16 from entry {@code first} on. As in the kernel, the newest comes first, and a mismatch leaves the older. Returns
     * whether there was none.
     */
    private boolean complete(int first, int lo, SectionImage image) {
        int symbol = relocations.symbol(lo);
        int low = low(relocations.offset(lo), image);
        for (int hi = lo - 1; hi >= first; hi--) {
            if (relocations.type(hi) != HI16) {
                continue;
            }
            int hiSymbol = relocations.symbol(hi);
            if (hiSymbol != symbol && symbols.value(hiSymbol) != symbols.value(symbol)) {
                Refusal unsafe = unsafe(
                        "the R_MIPS_HI16 at 0x" + Long.toHexString(relocations.offset(hi)),
                        symbols.value(hiSymbol),
                        symbols.value(symbol));
                addends.refuse(lo, unsafe);
                refuseOpen(first, hi + 1, unsafe);
                return false;
            }
            addends.add(hi, low);
        }
        return true;
    }

    /** The addend of the LO16 at {@code offset}, a half with its sign; 0 outside the section, where it is refused when it is applied. */
    private static int low(long offset, SectionImage image) {
        return offset >= 0 && offset <= image.sizeBytes() - Integer.BYTES ? (short) image.word(offset) : 0;
    }

    /** Completes those of earlier sections, the newest first. */
    private void complete(List<Waiting> waiting, int lo) {
        long value = symbols.value(relocations.symbol(lo));
        while (!waiting.isEmpty()) {
            Waiting hi = waiting.get(waiting.size() - 1);
            if (hi.value() != value) {
                addends.refuse(
                        lo,
                        unsafe(
                                "a R_MIPS_HI16 of section "
                                        + hi.image().section().name(),
                                hi.value(),
                                value));
                return;
            }
            hi.complete(addends.get(lo));
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

    private void leaveOpen(int first, int end, SectionImage image, List<Waiting> waiting) {
        SectionImage kept = image.kept();
        for (int hi = first; hi < end; hi++) {
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
