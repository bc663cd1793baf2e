package io.modrt.aarch64;

import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.MachineFacts;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.version.KernelVersion;

/** The kernels of which these tests load modules. */
final class Loads {
    static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    static final KernelProfile LINUX_6_12 = KernelProfile.of(new KernelVersion(6, 12, 117));
    static final KernelProfile WITH_ERRATUM =
            LINUX_6_1.withMachine(MachineFacts.of(1).withCapabilities(54));

    /** Where the first region lies unless a test says otherwise. */
    static final long BASE = 0xffff_8000_0000_0000L;

    private Loads() {}

    /** A module of little-endian data on Linux 6.1. */
    static DryLoad module() {
        return module(ElfTarget.AARCH64_LE);
    }

    /** A module on Linux 6.1. */
    static DryLoad module(ElfTarget target) {
        return DryLoad.of(target).under(LINUX_6_1).at(BASE);
    }
}
