package io.modrt.testkit.riscv;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import io.modrt.testkit.GoldenReplay;
import java.util.Map;

/** RISC-V 64 passes what every architecture must pass. */
class RiscvContractTest extends ArchContract {

    @Override
    protected Arch arch() {
        return new RiscvArch();
    }

    /** Without that of ULEB128 pairs, of which explanations show the first byte alone. */
    @Override
    protected Map<String, byte[]> modules() {
        return Map.of(
                "greeter", GoldenReplay.file("riscv-64/greeter.ko"),
                "visitor", GoldenReplay.file("riscv-64/visitor.ko"),
                "relocs", GoldenReplay.file("riscv-64/relocs.ko"));
    }

    @Override
    protected Map<String, KernelSymbols> kernels() {
        KernelSymbols low = KernelSymbols.of(Map.of("relocs_low", Address.of(0x1234_5678L)));
        return Map.of("kernel", low.or(KernelSymbols.synthetic()));
    }
}
