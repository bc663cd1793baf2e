package com.example.i386;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.EnumSet;
import java.util.Set;

/** The contract of i386 finds what is wrong. */
class I386MutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new I386ContractTest();
    }

    /** PC32 and PLT32 are the same but for their numbers; no type is checked, biased or routed, and a load has no state. */
    @Override
    protected Set<ArchMutant> impossible() {
        return EnumSet.of(
                ArchMutant.SWAPPED_NUMBERS,
                ArchMutant.MISSING_BIAS,
                ArchMutant.UNMASKED_PAGE,
                ArchMutant.UNCHECKED_RANGE,
                ArchMutant.UNCHECKED_ALIGNMENT,
                ArchMutant.STUB_BEYOND_ITS_TARGET,
                ArchMutant.STUB_FOR_ANOTHER_TARGET,
                ArchMutant.UNCOUNTED_STUBS,
                ArchMutant.STUBS_WITHOUT_ROOM,
                ArchMutant.UNWRITTEN_STUBS,
                ArchMutant.SHARED_STATE);
    }
}
