package io.modrt.mips;

import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import java.util.List;
import java.util.Map;

/** 32-bit MIPS passes the contract of every architecture. */
class MipsO32ContractTest extends ArchContract {
    @Override
    protected Arch arch() {
        return new MipsArch.O32();
    }

    @Override
    protected Map<String, byte[]> modules() {
        return Bundled.modules(
                List.of("mips-o32-be-r2", "mips-o32-le-r6"), List.of("greeter", "visitor", "farcall", "pairs"));
    }
}
