package io.modrt.testkit.riscv;

import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.ArchMutant;
import io.modrt.testkit.contract.MutantsContract;
import java.util.Set;

/** The contract of RISC-V finds what is wrong. */
class RiscvMutantsTest extends MutantsContract {
    @Override
    protected ArchContract contract() {
        return new RiscvContractTest();
    }

    /** This port has neither stubs nor call sites. */
    @Override
    protected Set<ArchMutant> impossible() {
        return Set.of(
                ArchMutant.UNMASKED_PAGE,
                ArchMutant.UNCHECKED_ALIGNMENT,
                ArchMutant.STUB_BEYOND_ITS_TARGET,
                ArchMutant.STUB_FOR_ANOTHER_TARGET,
                ArchMutant.UNCOUNTED_STUBS,
                ArchMutant.STUBS_WITHOUT_ROOM,
                ArchMutant.UNWRITTEN_STUBS,
                ArchMutant.MISNAMED_TRACING_TABLE,
                ArchMutant.WRONG_TRACING_DISTANCE,
                ArchMutant.SITES_AS_COMPILED);
    }
}
