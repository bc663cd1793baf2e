package io.modrt.spi;

import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationPlace;
import org.apiguardian.api.API;

/**
 * The relocation being applied, in the letters of the psABIs. One object serves all relocations of a load: read it during the call that it
 * is passed to, and do not keep it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Fixup {

    /** The symbol's value. */
    long S();

    /** The addend, from the relocation or from the place. */
    long A();

    /** The address of the place. */
    long P();

    /**
     * The address that the formula uses as {@code S + A}: S + A itself, or, for a branch through a stub, the stub's address less
     * {@link RelocationType#branchBias()}.
     */
    long goal();

    /** The relocation's type. */
    RelocationType type();

    /** The index of the section that is relocated. */
    int targetSection();

    /** The place, in bytes from that section's start. */
    long sectionOffset();

    /** The index of the relocation in its section, in the order of application. */
    int index();

    /** The index of the symbol. */
    int symbol();

    /** The name of the symbol; for a section symbol, the name of its section. Names of more than 512 characters are shortened. */
    String symbolName();

    /** The module's name. */
    String moduleName();

    /**
     * Reports that the kernel drops bits of the value without a message. A strict policy refuses that; any other keeps it as a
     * {@link io.modrt.policy.Diagnostic}.
     *
     * @param what what is lost, with the numbers
     */
    void silentLoss(String what);

    /** A record of the above, for errors and explanations. */
    RelocationPlace place();

    /** The exception for this relocation if it cannot be applied: the refusal, with the place in front of its message. */
    default RelocationException refused(Refusal refusal) {
        RelocationPlace place = place();
        return new RelocationException(place, refusal.at(place.toString()));
    }
}
