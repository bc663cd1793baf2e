package io.modrt.mips;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.Addends;
import io.modrt.spi.SymbolValues;
import java.util.Arrays;

/**
 * The addends of SHT_REL sections. That of a HI16 has its upper half in the {@code lui} and its lower half, signed, in the
 * place of the next LO16: {@code A = (hi << 16) + lo}. Source: System V ABI, MIPS supplement, page 4-18, where a LO16 takes the
 * HI16 just before it, and Linux 6.1, which lets it take all that wait.
 */
final class MipsAddends {
    private static final int HI16 = MipsReloc.R_MIPS_HI16.number();
    private static final int LO16 = MipsReloc.R_MIPS_LO16.number();

    private final String module;
    private final RelocationSection relocations;
    private final SymbolValues symbols;
    private final Addends addends;
    private int[] waiting = new int[8];
    private int waits;

    private MipsAddends(String module, RelocationSection relocations, SymbolValues symbols, Addends addends) {
        this.module = module;
        this.relocations = relocations;
        this.symbols = symbols;
        this.addends = addends;
    }

    /** Joins the pairs among the first {@code count} entries, whose addends are what each place holds. */
    static void complete(
            String module, RelocationSection relocations, int count, SymbolValues symbols, Addends addends) {
        new MipsAddends(module, relocations, symbols, addends).join(count);
    }

    private void join(int count) {
        for (int index = 0; index < count; index++) {
            int type = relocations.type(index);
            if (type == HI16) {
                push(index);
            } else if (type == LO16 && waits > 0) {
                takeAll(index);
            }
        }
        while (waits > 0) { // why: the kernel frees what still waits and fails, without a word in its log
            addends.refuseAtEnd(
                    waiting[--waits],
                    Refusal.of(Errno.ENOEXEC, "no R_MIPS_LO16 follows in its section to complete it"));
        }
    }

    private void push(int hi) {
        if (waits == waiting.length) {
            waiting = Arrays.copyOf(waiting, 2 * waits);
        }
        waiting[waits++] = hi;
    }

    /** Newest first, so that a mismatch leaves the older ones, as it does in the kernel. */
    private void takeAll(int lo) {
        long value = symbols.value(relocations.symbol(lo));
        long low = addends.get(lo);
        while (waits > 0) {
            int hi = waiting[waits - 1];
            long hiValue = symbols.value(relocations.symbol(hi));
            if (hiValue != value) {
                refuse(lo, value, hi, hiValue);
                return;
            }
            addends.set(hi, addends.get(hi) + low);
            waits--;
        }
    }

    private void refuse(int lo, long value, int hi, long hiValue) {
        Refusal unsafe = Refusal.of(
                        Errno.ENOEXEC,
                        "unsafe LO16: the R_MIPS_HI16 at 0x" + Long.toHexString(relocations.offset(hi))
                                + " that waits is for 0x" + Long.toHexString(hiValue) + ", this one for 0x"
                                + Long.toHexString(value))
                .logged(MipsReloc.dangerousLine(module, MipsReloc.R_MIPS_LO16.psabiName()));
        addends.refuse(lo, unsafe);
        while (waits > 0) {
            addends.refuseAtEnd(waiting[--waits], unsafe);
        }
    }
}
