package io.modrt.aarch64;

import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.KernelVersion;
import io.modrt.kernel.MachineFacts;
import io.modrt.spi.Arch;
import io.modrt.testkit.ArchContract;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** AArch64 passes what every architecture must, with data of either byte order. */
class AArch64ContractTest extends ArchContract {
    private static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));

    @Override
    protected Arch arch() {
        return new AArch64Arch();
    }

    @Override
    protected Map<String, byte[]> modules() {
        return Bundled.modules(List.of("aarch64-le", "aarch64-be"), List.of("greeter", "visitor", "farcall", "relocs"));
    }

    /**
     * Beside the made-up addresses of a kernel those that {@code relocs} wants: numbers of so many bits, and places beside its code and data,
     * which are at the start of 6.1's module area.
     */
    @Override
    protected Map<String, KernelSymbols> kernels() {
        KernelSymbols own = KernelSymbols.of(Map.of(
                "relocs_wide", Address.of(0x89ab_7fff_cdefL),
                "relocs_small", Address.of(0x89ab_cdefL),
                "relocs_half", Address.of(0xfedc),
                "relocs_negative", Address.of(-0x1234),
                "relocs_near", Address.of(0xffff_8000_0000_4780L),
                "relocs_beside", Address.of(0xffff_8000_0000_4d80L)));
        Map<String, KernelSymbols> kernels = new TreeMap<>();
        super.kernels().forEach((name, kernel) -> kernels.put(name, own.or(kernel)));
        return kernels;
    }

    /** The modules are built for 6.1: one of 6.12 with tracing wants one more section. */
    @Override
    protected List<KernelProfile> profiles() {
        return List.of(
                LINUX_6_1,
                LINUX_6_1.withMachine(MachineFacts.of(1).withFeatures("erratum-843419")),
                KernelProfile.of(new KernelVersion(6, 12, 117)).with(ConfigOption.DYNAMIC_FTRACE, false));
    }
}
