package io.modrt.parisc;

import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;

/** The kernels of which these tests load modules. */
final class Loads {
    /** A kernel before {@code STRICT_MODULE_RWX}: sections follow one another without gaps. */
    static final KernelProfile LINUX_2_6_28 = of(new KernelVersion(2, 6, 28));

    static final KernelProfile LINUX_2_6_29 = of(new KernelVersion(2, 6, 29));
    static final KernelProfile LINUX_2_6_31 = of(new KernelVersion(2, 6, 31));
    static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    static final KernelProfile LINUX_6_12 = KernelProfile.of(new KernelVersion(6, 12, 117));
    private static final long BASE = 0x0081_0000L;
    private static final long BETWEEN_REGIONS = 0x0100_0000;

    private Loads() {}

    private static KernelProfile of(KernelVersion version) {
        return KernelProfile.of(version)
                .with(ConfigOption.STRICT_MODULE_RWX, false)
                .with(ConfigOption.KALLSYMS, false)
                .with(ConfigOption.DYNAMIC_FTRACE, false);
    }

    /** A module on Linux 6.1, from {@code 0x00810000} on, its regions 16 MB apart. */
    static DryLoad module(ElfTarget target) {
        return module(target, "m");
    }

    static DryLoad module(ElfTarget target, String name) {
        return DryLoad.of(KernelModuleBuilder.of(target, name))
                .under(LINUX_6_1)
                .at(BASE)
                .apart(BETWEEN_REGIONS);
    }
}
