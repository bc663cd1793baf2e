package io.modrt.mips;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.*;

/**
 * The addends of a SHT_REL section. The addend of a HI16 has its upper half in the {@code lui} and its lower half, which is signed,
 * in the place of the next LO16: {@code A = (hi << 16) + lo}. Source: System V ABI, MIPS supplement, page 4-18, where a LO16
 * completes the HI16 just before it; Linux 6.1, where it completes every HI16 since the last LO16.
 */
record MipsAddends(String module, RelocationSection relocations, SymbolValues symbols, Addends addends) {
    private static final int HI16 = MipsReloc.R_MIPS_HI16.number();
    private static final int LO16 = MipsReloc.R_MIPS_LO16.number();

    /** Joins the pairs among the first {@code count} entries, whose addends are what each place holds. */
    void join(int count) {
        int oldest = count; // of the HI16 that wait
        for (int index = 0; index < count; index++) {
            int type = relocations.type(index);
            if (type == HI16) {
                oldest = Math.min(oldest, index);
            } else if (type == LO16 && oldest < index) {
                complete(oldest, index);
                oldest = count;
            }
        }
        // why: the kernel frees every HI16 that is still waiting and fails, without logging a line
        refuseOpen(oldest, count, Refusal.of(Errno.ENOEXEC, "no R_MIPS_LO16 follows in its section to complete it"));
    }

    /** Completes every HI16 from entry {@code first} on. As in the kernel, the newest comes first, and a mismatch leaves the older. */
    private void complete(int first, int lo) {
        long value = symbols.value(relocations.symbol(lo));
        long low = addends.get(lo);
        for (int hi = lo - 1; hi >= first; hi--) {
            if (relocations.type(hi) != HI16) {
                continue;
            }
            long hiValue = symbols.value(relocations.symbol(hi));
            if (hiValue != value) {
                Refusal unsafe = Refusal.of(
                                Errno.ENOEXEC,
                                "unsafe LO16: the R_MIPS_HI16 at 0x" + Long.toHexString(relocations.offset(hi))
                                        + " that waits is for 0x" + Long.toHexString(hiValue) + ", this one for 0x"
                                        + Long.toHexString(value))
                        .logged(MipsReloc.dangerousLine(module, MipsReloc.R_MIPS_LO16.psabiName()));
                addends.refuse(lo, unsafe);
                refuseOpen(first, hi + 1, unsafe);
                return;
            }
            addends.set(hi, addends.get(hi) + low);
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
