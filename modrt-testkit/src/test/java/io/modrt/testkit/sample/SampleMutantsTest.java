package io.modrt.testkit.sample;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of the subset of AArch64 finds what is wrong. */
class SampleMutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new SampleContractTest();
    }

    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(ArchMutant.MISSING_BIAS, ArchMutant.SITES_AS_COMPILED);
    }
}
