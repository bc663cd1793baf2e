package io.modrt.parisc;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of 32-bit PA-RISC finds what is wrong. */
class PariscNarrowMutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new PariscNarrowContractTest();
    }

    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(ArchMutant.UNMASKED_PAGE, ArchMutant.UNCHECKED_ALIGNMENT, ArchMutant.SITES_AS_COMPILED);
    }
}
