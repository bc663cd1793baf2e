package io.modrt.mips;

import static io.modrt.mips.MipsReloc.R_MIPS_HI16;
import static io.modrt.mips.MipsReloc.R_MIPS_HIGHER;
import static io.modrt.mips.MipsReloc.R_MIPS_HIGHEST;
import static io.modrt.mips.MipsReloc.R_MIPS_LO16;
import static io.modrt.mips.MipsStubs.DSLL;
import static io.modrt.mips.MipsStubs.NOP;
import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.layout.RegionKind;
import io.modrt.spi.*;
import io.modrt.spi.StubTemplate.Piece;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Leads a call site to a tracer that is out of its reach: loads the tracer's address, a literal behind the code, into {@code $25} and
 * jumps there. Like a stub of {@link MipsStubs} it keeps {@code ra}, the stack, the arguments, {@code $1} and {@code $12}.
 */
record MipsTrampoline(Width width, ByteOrder order) implements FtraceTrampoline {
    private static final Piece LUI = word(0x3c19_0000, "lui    $25,%hi(literal)", R_MIPS_HI16);
    private static final Piece LD = word(0xdf39_0000, "ld     $25,%lo(literal)($25)", R_MIPS_LO16);
    private static final Piece JR = MipsStubs.JR_R6; // jalr $0,$25, which every release has

    private static final StubTemplate O32 = StubTemplate.of(
            LUI,
            word(0x8f39_0000, "lw     $25,%lo(literal)($25)", R_MIPS_LO16),
            NOP, // why: on MIPS I a load takes effect after the next instruction
            JR,
            NOP);
    private static final StubTemplate SYM32 = StubTemplate.of(LUI, LD, JR, NOP);
    private static final StubTemplate N64 = StubTemplate.of(
            word(0x3c19_0000, "lui    $25,%highest(literal)", R_MIPS_HIGHEST),
            word(0x6739_0000, "daddiu $25,$25,%higher(literal)", R_MIPS_HIGHER),
            DSLL,
            word(0x6739_0000, "daddiu $25,$25,%hi(literal)", R_MIPS_HI16),
            DSLL,
            LD,
            JR,
            NOP);

    /** The longest code and the literal. */
    @Override
    public int sizeBytes() {
        return (width == Width.BITS_32 ? O32 : N64).sizeBytes() + width.bytes();
    }

    /** The trampolines lie at the head of the region, in front of the stubs. */
    @Override
    public List<Address> places(PlacedSections placed, RegionKind region) {
        long count = ((MipsPlan) placed.archPlan()).trampolineBytes(region) / sizeBytes();
        return placed.range(region).stream()
                .flatMap(range ->
                        LongStream.range(0, count).mapToObj(i -> range.start().plus(i * sizeBytes())))
                .toList();
    }

    @Override
    public byte[] code(Address at) {
        long literal = width.wrap(at.value() + sizeBytes() - width.bytes());
        StubTemplate code = width == Width.BITS_32 ? O32 : MipsStubs.isNear(literal) ? SYM32 : N64;
        return code.fill(at.value(), order, literal);
    }
}
