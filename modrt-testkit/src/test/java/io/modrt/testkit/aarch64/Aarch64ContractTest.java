package io.modrt.testkit.aarch64;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.Map;

/** The subset of AArch64 passes what every architecture must pass. */
class Aarch64ContractTest extends ArchContract {
    private static final int SLOT_BYTES = 64;

    @Override
    protected Arch arch() {
        return new Aarch64Arch();
    }

    /** The compiled module but for its 32-bit word, which no kernel address fits; and one that calls its own init section. */
    @Override
    protected Map<String, byte[]> modules() {
        byte[] twoRegions = KernelModuleBuilder.of(Aarch64.TARGET, "regions")
                .text(0x9400_0000, 0x1400_0000)
                .initText(0x9400_0000, 0x9400_0000)
                .data(0, 0, 0)
                .function("init_module", ".init.text", 0)
                .function("within", ".text", 0)
                .imports("far")
                .relocation(".text", 0, Aarch64Reloc.CALL26.number(), "init_module")
                .relocation(".text", 4, Aarch64Reloc.JUMP26.number(), "far", 8)
                .relocation(".init.text", 0, Aarch64Reloc.CALL26.number(), "within")
                .relocation(".init.text", 4, Aarch64Reloc.CALL26.number(), "far")
                .relocation(".data", 0, Aarch64Reloc.ABS64.number(), "within", 4)
                .relocation(".data", 8, Aarch64Reloc.PREL32.number(), "within")
                .build();
        return Map.of("ferry", FerryTest.ferry(), "regions", twoRegions);
    }

    /** Within reach of branches; and 256 MB away, where they go through stubs. */
    @Override
    protected Map<String, KernelSymbols> kernels() {
        return Map.of("near", kernel(0xffff_8000_0700_0000L), "far", kernel(0xffff_8000_1000_0000L));
    }

    private static KernelSymbols kernel(long start) {
        return KernelSymbols.of(Map.of("ferry_small", Address.of(0x1234_5678L)))
                .or(KernelSymbols.synthetic(new AddressRange(Address.of(start), 1 << 20), SLOT_BYTES));
    }
}
