package io.modrt.testkit.riscv;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.version.KernelVersion;
import java.util.List;
import java.util.Map;

/** RISC-V 64 passes what every architecture must pass. */
class RiscvContractTest extends ArchContract {

    /** Made by GNU as. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        nop : 00000013
        # j .+0x100
        jump 0xffffffff01001000 0xffffffff01001100 : 1000006f
        """);

    @Override
    protected Arch arch() {
        return new RiscvArch();
    }

    /** Without that of ULEB128 pairs, of which explanations show the first byte alone. */
    @Override
    protected Map<String, byte[]> modules() {
        return BundledModules.of(List.of("riscv-64"), List.of("greeter", "visitor", "relocs"));
    }

    /** By a kernel that takes absolute code too. */
    @Override
    protected List<LinkerWords> linkerWords() {
        KernelProfile absolute = KernelProfile.of(new KernelVersion(6, 1, 0)).with(RiscvKernel.ABSOLUTE_CODE, true);
        return List.of(LinkerWords.bundled("riscv-64").on(absolute));
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    @Override
    protected Map<String, KernelSymbols> kernels() {
        KernelSymbols low = KernelSymbols.of(Map.of("relocs_low", Address.of(0x1234_5678L)));
        return Map.of("kernel", low.or(KernelSymbols.synthetic()));
    }
}
