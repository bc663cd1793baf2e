package io.modrt.mips;

import static io.modrt.mips.MipsReloc.R_MIPS_26;
import static io.modrt.mips.MipsReloc.R_MIPS_HI16;
import static io.modrt.mips.MipsReloc.R_MIPS_LO16;

import io.modrt.address.Address;
import io.modrt.spi.*;
import java.util.List;

/**
 * The forms of call sites that {@code -pg} compiles. One or two words of a site change; the others stay, and tell it from other code. A
 * long call loads its target into {@code $3}; when the site is off, a branch skips it. A short call is one {@code jal}; when the site is
 * off, it is a nop, and so is its delay slot on o32, because {@code _mcount} undoes what that does to the stack. With
 * {@code -mmcount-ra-address} a site also sets {@code $12} to the address where {@code ra} is saved, or to 0. GCC without optimisation,
 * as for jitterentropy_rng, leaves the delay slot empty. At the call, {@code $1} holds the caller's {@code ra}.
 *
 * <p>On n64, and on o32 until 3.7, the kernel never changes the second word of a long call, which holds the lower half of {@code _mcount}.
 * Here it takes the lower half of the entry; for {@code _mcount} that is the same.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is immutable, but not declared so by an annotation
enum MipsSite {
    // spotless:off
    //              name                                        width          words
    O32_LONG_RA    ("o32 long call, ra address",                Width.BITS_32, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.RA_SLOT, Word.JALR, Word.PUSH),
    O32_LONG_RA_O0 ("o32 long call, ra address, empty slot",    Width.BITS_32, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.RA_SLOT, Word.PUSH, Word.JALR, Word.NOP),
    O32_LONG       ("o32 long call",                            Width.BITS_32, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.JALR, Word.PUSH),
    O32_LONG_O0    ("o32 long call, empty slot",                Width.BITS_32, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.PUSH, Word.JALR, Word.NOP),
    N64_LONG_RA    ("n64 long call, ra address",                Width.BITS_64, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.JALR, Word.RA_SLOT),
    N64_LONG_RA_O0 ("n64 long call, ra address, empty slot",    Width.BITS_64, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.RA_SLOT, Word.JALR, Word.NOP),
    N64_LONG       ("n64 long call",                            Width.BITS_64, Word.FIRST, Word.SECOND, Word.MOVE_AT, Word.JALR, Word.NOP),
    O32_SHORT_RA   ("o32 short call, ra address",               Width.BITS_32, Word.MOVE_AT, Word.RA_SLOT, Word.FIRST, Word.SECOND),
    O32_SHORT      ("o32 short call",                           Width.BITS_32, Word.MOVE_AT, Word.FIRST, Word.SECOND),
    N64_SHORT_RA   ("n64 short call, ra address",               Width.BITS_64, Word.MOVE_AT, Word.FIRST, Word.RA_SLOT),
    N64_SHORT_RA_O0("n64 short call, ra address, empty slot",   Width.BITS_64, Word.MOVE_AT, Word.RA_SLOT, Word.FIRST, Word.NOP),
    N64_SHORT      ("n64 short call",                           Width.BITS_64, Word.MOVE_AT, Word.FIRST, Word.NOP);
    // spotless:on

    static final int B = 0x1000_0000; // b .+4
    static final int JAL = 0x0c00_0000; // jal 0
    static final int NOP = 0;
    static final int TARGET = R_MIPS_26.field().mask();
    private static final int LUI = 0x3c03_0000; // lui $3,0
    private static final int ADDIU = 0x2463_0000; // addiu $3,$3,0
    private static final int DADDIU = 0x6463_0000; // daddiu $3,$3,0
    private static final int JALR = 0x0060_f809; // jalr $3
    private static final int PUSH = 0x27bd_fff8; // addiu $29,$29,-8
    private static final int LOWER = R_MIPS_LO16.field().mask();
    private static final long SEGMENT = 1L << 28;

    private final String description;
    private final Width width;
    private final List<Word> words;
    private final int first;
    private final int writes;

    MipsSite(String description, Width width, Word... words) {
        this.description = description;
        this.width = width;
        this.words = List.of(words);
        this.first = this.words.indexOf(Word.FIRST);
        this.writes = this.words.contains(Word.SECOND) ? 2 : 1;
    }

    /** A word of a site. */
    private enum Word {
        /** Changes; the site's address is that of this word. */
        FIRST,
        /** Changes too. */
        SECOND,
        MOVE_AT,
        RA_SLOT,
        JALR,
        PUSH,
        NOP;

        boolean mayBe(int word) {
            return switch (this) {
                case FIRST, SECOND -> true;
                case MOVE_AT -> isMove(word, 0x03e0_0800); // $1,$31
                case RA_SLOT ->
                    isMove(word, 0x0000_6000) // $12,$0
                            || (word & ~LOWER) == 0x27ac_0000 // addiu $12,$29,N
                            || (word & ~LOWER) == 0x67ac_0000; // daddiu $12,$29,N
                case JALR -> word == MipsSite.JALR;
                case PUSH -> word == MipsSite.PUSH;
                case NOP -> word == MipsSite.NOP;
            };
        }

        /** Whether a word is {@code or}, {@code addu} or {@code daddu} of these registers and {@code $0}. */
        private static boolean isMove(int word, int registers) {
            return word == (registers | 0x25) || word == (registers | 0x21) || word == (registers | 0x2d);
        }
    }

    /** Whether the sites of a kernel may have this form; on o32 its long calls either all tell where {@code ra} is kept, or none. */
    boolean isOf(Width kernelWidth, boolean isRaTold) {
        boolean mayBeEither = width == Width.BITS_64 || isShort();
        return width == kernelWidth && (mayBeEither || words.contains(Word.RA_SLOT) == isRaTold);
    }

    private boolean isShort() {
        return !words.contains(Word.JALR);
    }

    private int addiu() {
        return width == Width.BITS_32 ? ADDIU : DADDIU;
    }

    /** What happens to the second word of a long call. */
    enum Second {
        /** It never changes, so it holds the lower half of {@code _mcount}. */
        KEPT,
        /** It is cleared when the site is switched off and stays so, which leaves the lower half of the target out. */
        LOST,
        /** It is cleared, and written when the site is switched on. */
        WRITTEN
    }

    /** A form as a kernel has it. */
    record InKernel(MipsSite form, MipsTracing tracing) implements SiteKind {
        @Override
        public String description() {
            return form.description;
        }

        @Override
        public int bytesInFront() {
            return form.first * Integer.BYTES;
        }

        @Override
        public int bytes() {
            return form.words.size() * Integer.BYTES;
        }

        @Override
        public int writes() {
            return form.writes;
        }

        /** The first word is the first to be written when a site is switched off, and the last when it is switched on. */
        @Override
        public int write(int nth, State to) {
            return form.first + (to == State.OFF ? nth : form.writes - 1 - nth);
        }

        private int word(byte[] code, int index) {
            return CodeWords.get(code, index, tracing.order());
        }

        private void put(byte[] code, int index, int word) {
            CodeWords.put(code, index, tracing.order(), word);
        }

        private boolean isKept() {
            return tracing.second() == Second.KEPT;
        }

        @Override
        public State state(long site, byte[] code) {
            for (int i = 0; i < form.words.size(); i++) {
                if (!form.words.get(i).mayBe(word(code, i))) {
                    return State.FOREIGN;
                }
            }
            int first = word(code, form.first);
            int second = word(code, form.first + 1);
            boolean isOff;
            boolean isOn;
            if (form.isShort()) {
                isOff = first == NOP && (form.writes == 1 || second == NOP);
                isOn = (first & ~TARGET) == JAL && (form.writes == 1 || second == PUSH);
            } else {
                boolean addsLower = (second & ~LOWER) == form.addiu();
                boolean isCleared = !isKept() && second == NOP;
                isOff = first == (B | tracing.skipped()) && (isKept() ? addsLower : isCleared);
                isOn = (first & ~LOWER) == LUI && (addsLower || isCleared);
            }
            return isOff ? State.OFF : isOn ? State.ON : State.FOREIGN;
        }

        @Override
        public long entry(long site, byte[] code) {
            int first = word(code, form.first);
            if (form.isShort()) {
                long next = site + Integer.BYTES;
                return form.width.wrap((next & -SEGMENT) | R_MIPS_26.field().extract(first) & (SEGMENT - 1));
            }
            return form.width.wrap((long) (first << Short.SIZE) + (short) word(code, form.first + 1));
        }

        /** A long call loads 32 bits, on n64 as a signed number; a short call stays in the 256 MB segment of its delay slot. */
        @Override
        public boolean reaches(long site, Address entry) {
            long to = entry.value();
            if (form.isShort()) {
                return (form.width.wrap(to ^ (site + Integer.BYTES)) & -SEGMENT) == 0 && entry.isAligned(Integer.BYTES);
            }
            boolean isLost = tracing.second() == Second.LOST && (to & LOWER) != 0;
            return !isLost && (form.width == Width.BITS_32 || to == (int) to);
        }

        /** Kernels that lose the lower half of the target switch sites on all the same. */
        @Override
        public boolean isCalled(long site, Address entry) {
            return tracing.second() == Second.LOST && !form.isShort() || reaches(site, entry);
        }

        @Override
        public void on(long site, byte[] code, long entry) {
            if (form.isShort()) {
                put(code, form.first, R_MIPS_26.field().insert(JAL, entry));
                if (form.writes == 2) {
                    put(code, form.first + 1, PUSH);
                }
                return;
            }
            put(code, form.first, R_MIPS_HI16.field().insert(LUI, entry + R_MIPS_HI16.bias()));
            // why: the kernel's assembler of this pair leaves out an addition of 0
            boolean isBare = tracing.second() == Second.LOST || (!isKept() && (entry & LOWER) == 0);
            put(code, form.first + 1, isBare ? NOP : R_MIPS_LO16.field().insert(form.addiu(), entry));
        }

        @Override
        public void off(long site, byte[] code) {
            put(code, form.first, form.isShort() ? NOP : B | tracing.skipped());
            if (form.isShort() ? form.width == Width.BITS_32 : !isKept()) {
                put(code, form.first + 1, NOP);
            }
        }
    }
}
