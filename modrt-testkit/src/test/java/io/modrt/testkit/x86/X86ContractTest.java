package io.modrt.testkit.x86;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import io.modrt.testkit.GoldenReplay;
import java.util.Map;

/** x86-64 passes what every architecture must pass. */
class X86ContractTest extends ArchContract {
    private static final int SLOT_BYTES = 64;

    @Override
    protected Arch arch() {
        return new X86Arch();
    }

    @Override
    protected Map<String, byte[]> modules() {
        return Map.of(
                "greeter", GoldenReplay.file("x86-64/greeter.ko"),
                "visitor", GoldenReplay.file("x86-64/visitor.ko"),
                "relocs", GoldenReplay.file("x86-64/relocs.ko"));
    }

    /** As a kernel lies; and at 2 GB, which 32-bit places hold and calls reach through stubs alone. */
    @Override
    protected Map<String, KernelSymbols> kernels() {
        KernelSymbols low = KernelSymbols.of(Map.of("relocs_low", Address.of(0x1234_5678L)));
        AddressRange far = new AddressRange(Address.of(0x4000_0000L), 1 << 20);
        return Map.of(
                "near", low.or(KernelSymbols.synthetic()), "far", low.or(KernelSymbols.synthetic(far, SLOT_BYTES)));
    }
}
