package io.modrt.spi;

import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationPlace;
import org.apiguardian.api.API;

/**
 * The relocation being applied, in the letters of the psABIs. One object serves a whole section: ask it during the call that hands it
 * over, and keep nothing.
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
     * What stands for {@code S + A} in the formula: S + A itself, or, for a branch through a stub, the stub's address less
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

    /** The name of the symbol, read from the file; a section symbol's is its section's. */
    String symbolName();

    /** The module's name. */
    String moduleName();

    /**
     * Tells that the kernel cuts bits off without a message, {@code what} with the numbers: a strict policy refuses that, any other
     * keeps it as a {@link io.modrt.policy.Diagnostic}.
     */
    void silentLoss(String what);

    /** A record of the above, for errors and explanations. */
    RelocationPlace place();

    /** The exception for a relocation that cannot be applied; it says where. */
    default RelocationException refused(Refusal refusal) {
        RelocationPlace place = place();
        return new RelocationException(place, refusal.at(place.toString()));
    }
}
