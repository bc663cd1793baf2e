package io.modrt.mips;

import static io.modrt.mips.MipsReloc.R_MIPS_26;
import static io.modrt.mips.MipsReloc.R_MIPS_HI16;
import static io.modrt.mips.MipsReloc.R_MIPS_LO16;

import io.modrt.address.Address;
import io.modrt.spi.CodeWords;
import io.modrt.spi.SiteKind;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * The call sites of {@code -pg}: two words that change, and those beside them that tell a site from other code. A long call loads
 * its target into {@code $3}; off, it branches over itself. A short call is one {@code jal}; off, it is a nop, and so is on o32 the
 * delay slot, since what is done there {@code _mcount} undoes. With {@code -mmcount-ra-address} a site also sets {@code $12}, to
 * where {@code ra} is kept or to 0; compiled without optimisation (as jitterentropy_rng is), its delay slot is empty. Entered, {@code $1} has the caller's {@code ra}.
 *
 * <p>On n64 the kernel leaves the second word of a long call as it is, with the lower half of {@code _mcount}; here it gets the
 * entry's lower half, which for {@code _mcount} is the same.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are immutable, without saying so by an annotation
enum MipsSite {
    // spotless:off
    //              name                                        width          passes  in front                           behind the two words
    O32_LONG_RA    ("o32 long call, ra address",                Width.BITS_32, 5, List.of(),                              Word.MOVE_AT, Word.RA_SLOT, Word.JALR, Word.PUSH),
    O32_LONG_RA_O0 ("o32 long call, ra address, empty slot",    Width.BITS_32, 5, List.of(),                              Word.MOVE_AT, Word.RA_SLOT, Word.PUSH, Word.JALR, Word.NOP),
    O32_LONG       ("o32 long call",                            Width.BITS_32, 4, List.of(),                              Word.MOVE_AT, Word.JALR, Word.PUSH),
    O32_LONG_O0    ("o32 long call, empty slot",                Width.BITS_32, 4, List.of(),                              Word.MOVE_AT, Word.PUSH, Word.JALR, Word.NOP),
    N64_LONG_RA    ("n64 long call, ra address",                Width.BITS_64, 4, List.of(),                              Word.MOVE_AT, Word.JALR, Word.RA_SLOT),
    N64_LONG_RA_O0 ("n64 long call, ra address, empty slot",    Width.BITS_64, 4, List.of(),                              Word.MOVE_AT, Word.RA_SLOT, Word.JALR, Word.NOP),
    N64_LONG       ("n64 long call",                            Width.BITS_64, 4, List.of(),                              Word.MOVE_AT, Word.JALR, Word.NOP),
    O32_SHORT_RA   ("o32 short call, ra address",               Width.BITS_32, 0, List.of(Word.MOVE_AT, Word.RA_SLOT)),
    O32_SHORT      ("o32 short call",                           Width.BITS_32, 0, List.of(Word.MOVE_AT)),
    N64_SHORT_RA   ("n64 short call, ra address",               Width.BITS_64, 0, List.of(Word.MOVE_AT),                  Word.RA_SLOT),
    N64_SHORT_RA_O0("n64 short call, ra address, empty slot",   Width.BITS_64, 0, List.of(Word.MOVE_AT, Word.RA_SLOT),    Word.NOP),
    N64_SHORT      ("n64 short call",                           Width.BITS_64, 0, List.of(Word.MOVE_AT),                  Word.NOP);
    // spotless:on

    private static final int LUI = 0x3c03_0000; // lui $3,0
    private static final int ADDIU = 0x2463_0000; // addiu $3,$3,0
    private static final int DADDIU = 0x6463_0000; // daddiu $3,$3,0
    private static final int B = 0x1000_0000; // b .+4
    private static final int JAL = 0x0c00_0000; // jal 0
    private static final int JALR = 0x0060_f809; // jalr $3
    private static final int PUSH = 0x27bd_fff8; // addiu $29,$29,-8
    private static final int NOP = 0;
    private static final int LOWER = R_MIPS_LO16.field().mask();
    private static final int TARGET = R_MIPS_26.field().mask();
    private static final long SEGMENT = 1L << 28;

    private final String description;
    private final Width width;
    private final int passes;
    private final List<Word> front;
    private final List<Word> behind;
    private final int at;
    private final int writes;
    private final int words;

    MipsSite(String description, Width width, int passes, List<Word> front, Word... behind) {
        this.description = description;
        this.width = width;
        this.passes = passes;
        this.front = front;
        this.behind = List.of(behind);
        this.at = front.size();
        this.writes = passes == 0 && width == Width.BITS_64 ? 1 : 2; // why: a short call on n64 keeps its delay slot
        this.words = at + writes + behind.length;
    }

    /** A word that stays. */
    private enum Word {
        MOVE_AT,
        RA_SLOT,
        JALR,
        PUSH,
        NOP;

        boolean is(int word) {
            return switch (this) {
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

        /** Whether it is {@code or}, {@code addu} or {@code daddu} of these registers and {@code $0}. */
        private static boolean isMove(int word, int registers) {
            return word == (registers | 0x25) || word == (registers | 0x21) || word == (registers | 0x2d);
        }
    }

    /** The forms that a kernel's sites may have. */
    static List<InOrder> of(MipsTracing tracing) {
        return Arrays.stream(values())
                .filter(form -> form.width == tracing.width() && (form.isShort() || form.passes == tracing.skipped()))
                .map(form -> new InOrder(form, tracing.order()))
                .toList();
    }

    /** A form in the byte order of a kernel's code. */
    record InOrder(MipsSite form, ByteOrder order) implements SiteKind {
        @Override
        public String description() {
            return form.description;
        }

        @Override
        public int bytesInFront() {
            return form.at * Integer.BYTES;
        }

        @Override
        public int bytes() {
            return form.words * Integer.BYTES;
        }

        @Override
        public int writes() {
            return form.writes;
        }

        /** Off, the first word is the first to go; on, it is the last to come. */
        @Override
        public int write(int nth, State to) {
            return form.at + (to == State.OFF ? nth : form.writes - 1 - nth);
        }

        private int word(byte[] code, int index) {
            return CodeWords.get(code, index, order);
        }

        @Override
        public State state(long site, byte[] code) {
            for (int i = 0; i < form.front.size(); i++) {
                if (!form.front.get(i).is(word(code, i))) {
                    return State.FOREIGN;
                }
            }
            for (int i = 0; i < form.behind.size(); i++) {
                if (!form.behind.get(i).is(word(code, form.at + form.writes + i))) {
                    return State.FOREIGN;
                }
            }
            return form.state(word(code, form.at), word(code, form.at + 1));
        }

        @Override
        public long entry(long site, byte[] code) {
            int first = word(code, form.at);
            if (form.isShort()) {
                long next = site + Integer.BYTES;
                return form.width.wrap((next & -SEGMENT) | (first & (long) TARGET) << 2);
            }
            return form.width.wrap((long) (first << Short.SIZE) + (short) word(code, form.at + 1));
        }

        /** A long call loads 32 bits, on n64 as a signed number; a short one stays in the 256 MB of the delay slot. */
        @Override
        public boolean reaches(long site, Address entry) {
            long to = entry.value();
            if (form.isShort()) {
                return (form.width.wrap(to ^ (site + Integer.BYTES)) & -SEGMENT) == 0 && entry.isAligned(Integer.BYTES);
            }
            return form.width == Width.BITS_32 || to == (int) to;
        }

        @Override
        public void on(long site, byte[] code, long entry) {
            if (form.isShort()) {
                CodeWords.put(code, form.at, order, R_MIPS_26.field().insert(JAL, entry));
                if (form.writes == 2) {
                    CodeWords.put(code, form.at + 1, order, PUSH);
                }
            } else {
                int lui = R_MIPS_HI16.field().insert(LUI, entry + R_MIPS_HI16.bias());
                // why: the kernel's assembler of this pair leaves out an addition of 0
                boolean isBare = form.width == Width.BITS_32 && (entry & LOWER) == 0;
                CodeWords.put(code, form.at, order, lui);
                CodeWords.put(
                        code,
                        form.at + 1,
                        order,
                        isBare ? NOP : R_MIPS_LO16.field().insert(form.addiu(), entry));
            }
        }

        @Override
        public void off(long site, byte[] code) {
            CodeWords.put(code, form.at, order, form.isShort() ? NOP : B | form.passes);
            if (form.width == Width.BITS_32) {
                CodeWords.put(code, form.at + 1, order, NOP);
            }
        }
    }

    private boolean isShort() {
        return passes == 0;
    }

    private SiteKind.State state(int first, int second) {
        if (isShort()) {
            boolean isPair = writes == 2;
            if (first == NOP && (!isPair || second == NOP)) {
                return SiteKind.State.OFF;
            }
            return (first & ~TARGET) == JAL && (!isPair || second == PUSH) ? SiteKind.State.ON : SiteKind.State.FOREIGN;
        }
        boolean addsLower = (second & ~LOWER) == addiu();
        if (first == (B | passes) && (width == Width.BITS_32 ? second == NOP : addsLower)) {
            return SiteKind.State.OFF;
        }
        return (first & ~LOWER) == LUI && (addsLower || (width == Width.BITS_32 && second == NOP))
                ? SiteKind.State.ON
                : SiteKind.State.FOREIGN;
    }

    private int addiu() {
        return width == Width.BITS_32 ? ADDIU : DADDIU;
    }
}
