package io.modrt.parisc;

import static io.modrt.parisc.PariscField.IM14;
import static io.modrt.parisc.PariscField.IM16A;
import static io.modrt.parisc.PariscField.IM21;
import static io.modrt.parisc.PariscField.IM5;
import static io.modrt.parisc.PariscField.W17;
import static io.modrt.spi.StubTemplate.word;

import io.modrt.spi.StubTemplate;
import io.modrt.spi.StubTemplate.Piece;

/** The code of stubs. All of it clobbers r1. */
final class PariscStubs {
    private static final int LOAD_SLOT = 0x537b_0000; // ldd 0(%dp),%dp
    private static final Piece LOAD_CODE = word(0x5361_0020, "ldd    16(%dp),%r1");
    private static final Piece BRANCH = word(0xe820_d000, "bve    (%r1)");
    private static final Piece BRANCH_NULLIFIED = word(0xe820_d002, "bve,n  (%r1)");
    private static final Piece LOAD_GP = word(0x537b_0030, "ldd    24(%dp),%dp");
    private static final Piece LOAD_CODE_OF_SYMBOL = word(0x5021_0020, "ldd    16(%r1),%r1");

    /** The greatest displacement of a short load, which kernels with a wide GOT use. */
    private static final int MOST_SHORT = 15;

    private PariscStubs() {}

    /** Reaches any 32-bit address; {@code be} goes through the kernel's space register. */
    static StubTemplate longBranch(long S, long A) {
        Piece branch = word(W17.insert(0xe020_2002, PariscReloc.right(S, A)), "be,n   RR'target(%sr4,%r1)");
        return StubTemplate.of(left(S, A), branch);
    }

    /** Goes through the descriptor in a GOT slot, and loads the callee's gp into dp in the delay slot. */
    static StubTemplate got(long slotOffset) {
        return throughSlot(
                slotOffset <= MOST_SHORT ? IM5.insert(0x0f60_10db, slotOffset) : IM16A.insert(LOAD_SLOT, slotOffset));
    }

    /** The same in a kernel until 2.6.30. */
    static StubTemplate gotOf14Bits(long slotOffset) {
        return throughSlot(IM14.insert(LOAD_SLOT, slotOffset));
    }

    private static StubTemplate throughSlot(int load) {
        return StubTemplate.of(word(load, "ldd    LTOFF'target(%dp),%dp"), LOAD_CODE, BRANCH, LOAD_GP);
    }

    /** Goes through a descriptor of compiler millicode, which needs no gp. */
    static StubTemplate millicode(long S, long A) {
        return StubTemplate.of(left(S, A), right(S, A), LOAD_CODE_OF_SYMBOL, BRANCH_NULLIFIED);
    }

    /** Goes to code of the same module. It takes four words, of which the kernel does not write the last. */
    static StubTemplate direct(long S, long A) {
        return StubTemplate.of(left(S, A), right(S, A), BRANCH_NULLIFIED);
    }

    private static Piece left(long S, long A) {
        return word(IM21.insert(0x2020_0000, PariscReloc.left(S, A)), "ldil   LR'target,%r1");
    }

    private static Piece right(long S, long A) {
        return word(IM14.insert(0x3421_0000, PariscReloc.right(S, A)), "ldo    RR'target(%r1),%r1");
    }
}
