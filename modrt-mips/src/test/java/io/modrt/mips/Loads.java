package io.modrt.mips;

import io.modrt.kernel.KernelProfile;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;

/** The kernels of which these tests load modules. */
final class Loads {
    static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    static final KernelProfile LINUX_6_12 = KernelProfile.of(new KernelVersion(6, 12, 117));

    private Loads() {}

    /** A module on Linux 6.1, from the start of the area for modules on. */
    static DryLoad module(ElfTarget target) {
        return DryLoad.of(target).under(LINUX_6_1);
    }
}
