package io.modrt.mips;

import io.modrt.version.KernelChange;
import io.modrt.version.Span;

/** The history of MIPS kernels, as far as it decides what a load does. */
enum MipsChange implements KernelChange {
    /** A 64-bit kernel whose own addresses have 32 bits allocates modules in CKSSEG; before, all did so in XKSEG. */
    MODULES_IN_CKSSEG(Span.since("2.6.20")),
    /** Symbol values from -4095 to -1 stand for errors, and 0 is applied; before, 0 stood for an error, and those were applied. */
    ZERO_IS_APPLIED(Span.since("2.6.31")),
    /** The line about an unsafe relocation names its type, and until 4.13 also the kind of its section; before, neither. */
    UNSAFE_TYPE_NAMED(Span.since("2.6.31")),
    /** The tracer of functions rewrites call sites. */
    FUNCTION_TRACER(Span.since("2.6.33")),
    /** The branch of a disabled site also skips the instruction that tells where {@code ra} is kept; before, it was one too short. */
    RA_ADDRESS_SKIPPED(Span.since("2.6.35")),
    /** Static branches are rewritten. */
    JUMP_LABELS(Span.since("2.6.39")),
    /** An unpaired HI16 fails its section; before, it waited for the next LO16, be that in another section or module. */
    UNPAIRED_HI16_REFUSED(Span.since("3.4")),
    /** 32-bit kernels take no SHT_RELA sections; before, all kernels took both kinds. */
    RELA_ON_64_BIT_ALONE(Span.since("3.8")),
    /** On o32 a site that is switched off has its second word cleared. */
    SECOND_WORD_CLEARED(Span.between("3.4.113", "3.5").and(Span.since("3.8"))),
    /** On o32 a site that is switched on has its second word written; before, it stayed cleared, which made the call go astray. */
    SECOND_WORD_WRITTEN(Span.since("3.18")),
    /** A static branch may be compiled as a jump, and stays so; before, loading made a nop of every one. */
    STATIC_JUMPS(Span.since("4.3")),
    /** PC16, PC21_S2 and PC26_S2 are applied. */
    PC_RELATIVE_TYPES(Span.since("4.9")),
    /** Unknown types are refused; before, the kernel called a handler that was not there. */
    UNKNOWN_TYPES_REFUSED(Span.since("4.9")),
    /** A type of SHT_RELA is a known one in SHT_REL too: no line names its number, and the one about an unsafe relocation no kind of section. */
    ONE_TABLE_OF_TYPES(Span.since("4.14")),
    /** A weak symbol with an error value silently ends the relocation of its section; before, only its own relocation was skipped. */
    WEAK_ERROR_ENDS_SECTION(Span.since("4.14")),
    /** A static branch that is not taken is compiled as a branch over the next instruction; before, as a nop. */
    STATIC_BRANCH_OVER(Span.since("5.2"));

    private final Span span;

    MipsChange(Span span) {
        this.span = span;
    }

    @Override
    public Span span() {
        return span;
    }
}
