package io.modrt.mips;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of 32-bit MIPS finds what is wrong. */
class MipsO32MutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new MipsO32ContractTest();
    }

    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(ArchMutant.UNMASKED_PAGE);
    }
}
