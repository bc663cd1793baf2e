package io.modrt.mips;

import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import java.util.List;
import java.util.Map;

/** 64-bit MIPS passes the contract of every architecture. */
class MipsN64ContractTest extends ArchContract {
    @Override
    protected Arch arch() {
        return new MipsArch.N64();
    }

    @Override
    protected Map<String, byte[]> modules() {
        return Bundled.modules(
                List.of("mips-n64-le-r2", "mips-n64-be-r6"), List.of("greeter", "visitor", "farcall", "pairs", "wide"));
    }
}
