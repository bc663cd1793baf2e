package io.modrt.mips;

import static io.modrt.mips.MipsReloc.R_MIPS_HI16;
import static io.modrt.mips.MipsReloc.R_MIPS_HIGHER;
import static io.modrt.mips.MipsReloc.R_MIPS_HIGHEST;
import static io.modrt.mips.MipsReloc.R_MIPS_LO16;
import static io.modrt.spi.StubTemplate.word;

import io.modrt.spi.StubTemplate;
import io.modrt.spi.Width;
import java.nio.ByteOrder;

/**
 * The way from a call site to a tracer that it does not reach: loads the address that lies behind the code into {@code $25} and
 * jumps there. As in {@link MipsStubs}, {@code ra}, the stack, the arguments, {@code $1} and {@code $12} stay as they are.
 */
final class MipsTrampoline {
    private static final StubTemplate.Piece LUI = word(0x3c19_0000, "lui    $25,%hi(literal)", R_MIPS_HI16);
    private static final StubTemplate.Piece LD = word(0xdf39_0000, "ld     $25,%lo(literal)($25)", R_MIPS_LO16);
    private static final StubTemplate.Piece JR = MipsStubs.JR_R6; // which all releases have, by its other name

    private static final StubTemplate O32 = StubTemplate.of(
            LUI,
            word(0x8f39_0000, "lw     $25,%lo(literal)($25)", R_MIPS_LO16),
            MipsStubs.NOP, // why: on MIPS I a load takes effect after the next instruction
            JR,
            MipsStubs.NOP);
    private static final StubTemplate SYM32 = StubTemplate.of(LUI, LD, JR, MipsStubs.NOP);
    private static final StubTemplate N64 = StubTemplate.of(
            word(0x3c19_0000, "lui    $25,%highest(literal)", R_MIPS_HIGHEST),
            word(0x6739_0000, "daddiu $25,$25,%higher(literal)", R_MIPS_HIGHER),
            MipsStubs.DSLL,
            word(0x6739_0000, "daddiu $25,$25,%hi(literal)", R_MIPS_HI16),
            MipsStubs.DSLL,
            LD,
            JR,
            MipsStubs.NOP);

    private MipsTrampoline() {}

    /** Bytes of the longest code and the literal. */
    static int sizeBytes(Width width) {
        return (width == Width.BITS_32 ? O32 : N64).sizeBytes() + width.bytes();
    }

    /** The code of the trampoline at {@code at}; its literal is at the end. */
    static byte[] code(Width width, ByteOrder order, long at) {
        long literal = width.wrap(at + sizeBytes(width) - width.bytes());
        if (width == Width.BITS_32) {
            return O32.fill(at, order, literal);
        }
        long upper = literal + R_MIPS_HI16.bias();
        return (upper == (int) upper ? SYM32 : N64).fill(at, order, literal);
    }
}
