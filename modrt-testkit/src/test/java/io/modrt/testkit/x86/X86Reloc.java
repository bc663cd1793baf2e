package io.modrt.testkit.x86;

import static io.modrt.spi.Field.WORD32;
import static io.modrt.spi.Field.WORD64;
import static io.modrt.spi.Fit.SIGNED;
import static io.modrt.spi.Fit.SIGNED_REPORTED;
import static io.modrt.spi.Fit.TRUNCATED;
import static io.modrt.spi.Fit.UNSIGNED;
import static io.modrt.spi.Formula.NONE;
import static io.modrt.spi.Formula.S_A;
import static io.modrt.spi.Formula.S_A_P;

import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Fixup;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The relocations of Linux/x86-64 modules; the package's page has the table in the psABI's notation. */
@SuppressWarnings("ImmutableEnumChecker") // Field is immutable, without saying so by an annotation
enum X86Reloc implements RelocationType {
    // spotless:off
    //               nr  value  bits go to must fit
    R_X86_64_NONE  (  0, NONE,  WORD32,    TRUNCATED),
    R_X86_64_64    (  1, S_A,   WORD64,    TRUNCATED),
    /** An address relative to the place, in data or code. */
    R_X86_64_PC32  (  2, S_A_P, WORD32,    SIGNED_REPORTED),
    /** {@code call}, {@code jmp} or a conditional jump; the kernel has no procedure linkage table, so it is a PC32. */
    R_X86_64_PLT32 (  4, S_A_P, WORD32,    SIGNED_REPORTED),
    /** An address that the processor extends with zeros. */
    R_X86_64_32    ( 10, S_A,   WORD32,    UNSIGNED),
    /** An address that the processor extends with its sign: all of the kernel's and the modules' have one. */
    R_X86_64_32S   ( 11, S_A,   WORD32,    SIGNED),
    R_X86_64_PC64  ( 24, S_A_P, WORD64,    TRUNCATED),
    /** What an instruction of a stub holds: the distance from its end, 4 bytes behind the place. Not a type of modules. */
    DISPLACEMENT   ( -1, S_A_P, WORD32,    SIGNED);
    // spotless:on

    /** What the kernel applies. */
    static final Set<X86Reloc> OF_MODULES = EnumSet.complementOf(EnumSet.of(DISPLACEMENT));

    private final int number;
    private final Formula formula;
    private final Field field;
    private final Fit fit;

    X86Reloc(int number, Formula formula, Field field, Fit fit) {
        this.number = number;
        this.formula = formula;
        this.field = field;
        this.fit = fit;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public Formula formula() {
        return formula;
    }

    @Override
    public long bias() {
        return this == DISPLACEMENT ? -Integer.BYTES : 0;
    }

    @Override
    public Field field() {
        return field;
    }

    @Override
    public Fit fit() {
        return fit;
    }

    @Override
    public boolean routed() {
        return this == R_X86_64_PLT32;
    }

    /** The distance counts from the end of the instruction, so A has the -4. Of PC32 nobody knows whether a branch holds it. */
    @Override
    public long branchBias() {
        return routed() ? Integer.BYTES : 0;
    }

    @Override
    public boolean looksAtPlace() {
        return formula != NONE;
    }

    @Override
    public @Nullable Refusal objection(Fixup fixup, long before) {
        return before == 0
                ? null
                : Refusal.of(Errno.ENOEXEC, "the place holds 0x" + Long.toHexString(before) + ", and must hold zero")
                        .logged("existing value is nonzero for type " + number);
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        return Refusal.of(Errno.ENOEXEC, what)
                .wayOut("build it with -mcmodel=kernel")
                .logged(
                        "overflow in relocation type " + number + " val " + Long.toHexString(fixup.goal()),
                        "`" + fixup.moduleName() + "' likely not compiled with -mcmodel=kernel");
    }
}
