package io.modrt.mips;

import static io.modrt.mips.MipsReloc.R_MIPS_HI16;
import static io.modrt.mips.MipsReloc.R_MIPS_HIGHER;
import static io.modrt.mips.MipsReloc.R_MIPS_HIGHEST;
import static io.modrt.mips.MipsReloc.R_MIPS_LO16;
import static io.modrt.spi.StubTemplate.word;

import io.modrt.spi.*;
import io.modrt.spi.StubTemplate.Piece;

/**
 * The stubs of one ABI and release, for calls that do not reach; mainline kernels have none. A stub loads the target into {@code $25}
 * and jumps there. It keeps the caller's {@code ra}, and does not touch the stack, the arguments, {@code $1} or {@code $12}, all of
 * which are in use where {@code _mcount} is called.
 *
 * @param near reaches what {@code lui} and a signed lower half can make
 * @param anywhere reaches any address; no stub is longer
 */
record MipsStubs(StubTemplate near, StubTemplate anywhere) {
    static final Piece NOP = word(0x0000_0000, "nop");
    static final Piece JR_R6 = word(0x0320_0009, "jr     $25"); // jalr $0,$25
    static final Piece DSLL = word(0x0019_cc38, "dsll   $25,$25,16");
    private static final Piece JR = word(0x0320_0008, "jr     $25");
    private static final Piece LUI = word(0x3c19_0000, "lui    $25,%hi(target)", R_MIPS_HI16);
    private static final Piece ADDIU = word(0x2739_0000, "addiu  $25,$25,%lo(target)", R_MIPS_LO16);
    private static final Piece DADDIU = word(0x6739_0000, "daddiu $25,$25,%lo(target)", R_MIPS_LO16);

    static MipsStubs of(Width width, boolean isRelease6) {
        Piece jr = isRelease6 ? JR_R6 : JR;
        if (width == Width.BITS_32) {
            StubTemplate o32 = StubTemplate.of(LUI, ADDIU, jr, NOP);
            return new MipsStubs(o32, o32);
        }
        StubTemplate full64 = StubTemplate.of(
                word(0x3c19_0000, "lui    $25,%highest(target)", R_MIPS_HIGHEST),
                word(0x6739_0000, "daddiu $25,$25,%higher(target)", R_MIPS_HIGHER),
                DSLL,
                word(0x6739_0000, "daddiu $25,$25,%hi(target)", R_MIPS_HI16),
                DSLL,
                DADDIU,
                jr,
                NOP);
        return new MipsStubs(StubTemplate.of(LUI, DADDIU, jr, NOP), full64);
    }

    /** The stub that goes to {@code target}. */
    StubTemplate to(long target) {
        return isNear(target) ? near : anywhere;
    }

    /** Whether {@code lui} and a signed lower half make this address. */
    static boolean isNear(long target) {
        long rounded = target + R_MIPS_HI16.bias();
        return rounded == (int) rounded;
    }
}
