package io.modrt.testkit.x86;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of x86-64 finds what is wrong. */
class X86MutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new X86ContractTest();
    }

    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(ArchMutant.UNMASKED_PAGE, ArchMutant.MISSING_BIAS, ArchMutant.UNCHECKED_ALIGNMENT);
    }
}
