package io.modrt.aarch64;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of AArch64 finds what is wrong. */
class AArch64MutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new AArch64ContractTest();
    }

    /** No type of AArch64 rounds, counts from behind the branch, or refuses a target for its alignment. */
    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(ArchMutant.MISSING_BIAS, ArchMutant.UNCHECKED_ALIGNMENT);
    }
}
