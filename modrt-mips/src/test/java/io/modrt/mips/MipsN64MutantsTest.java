package io.modrt.mips;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of 64-bit MIPS finds what is wrong. */
class MipsN64MutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new MipsN64ContractTest();
    }

    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(ArchMutant.UNMASKED_PAGE);
    }
}
