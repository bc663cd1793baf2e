package io.modrt.parisc;

import static io.modrt.parisc.PariscField.IM14;
import static io.modrt.parisc.PariscField.IM16A;
import static io.modrt.parisc.PariscField.IM21;
import static io.modrt.parisc.PariscField.IM5;
import static io.modrt.parisc.PariscField.W17;

import io.modrt.spi.StubTemplate;
import io.modrt.spi.StubTemplate.Piece;

/** The code of stubs. All of it clobbers r1. */
enum PariscStub {
    // spotless:off
    /** Reaches any 32-bit address; {@code be} goes through the kernel's space register. */
    LONG_BRANCH(
            new Word(0x2020_0000, "ldil   LR'target,%r1",       Operand.LEFT),
            new Word(0xe020_2002, "be,n   RR'target(%sr4,%r1)", Operand.RIGHT_OF_BRANCH)),
    /** Goes through the descriptor in a GOT slot, and loads the callee's gp into dp in the delay slot. */
    GOT(
            new Word(0x537b_0000, "ldd    LTOFF'target(%dp),%dp", Operand.SLOT),
            new Word(0x5361_0020, "ldd    16(%dp),%r1",           Operand.NONE),
            new Word(0xe820_d000, "bve    (%r1)",                 Operand.NONE),
            new Word(0x537b_0030, "ldd    24(%dp),%dp",           Operand.NONE)),
    /** The same for the first slots of the GOT. */
    GOT_SHORT(
            new Word(0x0f60_10db, "ldd    LTOFF'target(%dp),%dp", Operand.SLOT_OF_5_BITS),
            new Word(0x5361_0020, "ldd    16(%dp),%r1",           Operand.NONE),
            new Word(0xe820_d000, "bve    (%r1)",                 Operand.NONE),
            new Word(0x537b_0030, "ldd    24(%dp),%dp",           Operand.NONE)),
    /** The same for all slots in a kernel until 2.6.30. */
    GOT_OF_14_BITS(
            new Word(0x537b_0000, "ldd    LTOFF'target(%dp),%dp", Operand.SLOT_OF_14_BITS),
            new Word(0x5361_0020, "ldd    16(%dp),%r1",           Operand.NONE),
            new Word(0xe820_d000, "bve    (%r1)",                 Operand.NONE),
            new Word(0x537b_0030, "ldd    24(%dp),%dp",           Operand.NONE)),
    /** Goes through a descriptor of compiler millicode, which needs no gp. */
    MILLICODE(
            new Word(0x2020_0000, "ldil   LR'target,%r1",       Operand.LEFT),
            new Word(0x3421_0000, "ldo    RR'target(%r1),%r1",  Operand.RIGHT),
            new Word(0x5021_0020, "ldd    16(%r1),%r1",         Operand.NONE),
            new Word(0xe820_d002, "bve,n  (%r1)",               Operand.NONE)),
    /** Goes to code of the same module. It takes four words, of which the kernel does not write the last. */
    DIRECT(
            new Word(0x2020_0000, "ldil   LR'target,%r1",       Operand.LEFT),
            new Word(0x3421_0000, "ldo    RR'target(%r1),%r1",  Operand.RIGHT),
            new Word(0xe820_d002, "bve,n  (%r1)",               Operand.NONE));
    // spotless:on

    /** What is inserted into a word: parts of LR'(S, A) and RR'(S, A), or of the offset of a GOT slot, which takes the place of S. */
    private enum Operand {
        NONE,
        LEFT,
        RIGHT,
        RIGHT_OF_BRANCH,
        SLOT_OF_5_BITS,
        SLOT_OF_14_BITS,
        SLOT
    }

    private record Word(int bits, String assembly, Operand operand) {

        int filled(long S, long A) {
            return switch (operand) {
                case NONE -> bits;
                case LEFT -> IM21.insert(bits, PariscReloc.left(S, A));
                case RIGHT -> IM14.insert(bits, PariscReloc.right(S, A));
                case RIGHT_OF_BRANCH -> W17.insert(bits, PariscReloc.right(S, A));
                case SLOT_OF_5_BITS -> IM5.insert(bits, S);
                case SLOT_OF_14_BITS -> IM14.insert(bits, S);
                case SLOT -> IM16A.insert(bits, S);
            };
        }
    }

    /** The greatest displacement of a short load, which kernels with a wide GOT use. */
    private static final int MOST_SHORT = 15;

    private final Word[] words;
    private final boolean hasSlot;

    PariscStub(Word... words) {
        this.words = words;
        this.hasSlot = words[0].operand.compareTo(Operand.SLOT_OF_5_BITS) >= 0;
    }

    /** The stub that goes through a slot of a wide GOT. */
    static PariscStub got(long slotOffset) {
        return slotOffset <= MOST_SHORT ? GOT_SHORT : GOT;
    }

    /** Whether it goes through a GOT slot, whose offset then stands for S. */
    boolean hasSlot() {
        return hasSlot;
    }

    /** How many words of code it has. */
    int wordCount() {
        return words.length;
    }

    /** One of its words, filled in. */
    int word(int index, long S, long A) {
        return words[index].filled(S, A);
    }

    /** All of its words, filled in, with their assembler text. */
    StubTemplate template(long S, long A) {
        Piece[] pieces = new Piece[words.length];
        for (int i = 0; i < words.length; i++) {
            pieces[i] = StubTemplate.word(word(i, S, A), words[i].assembly);
        }
        return StubTemplate.of(pieces);
    }
}
