package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import io.modrt.version.KernelVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** 32-bit PA-RISC passes what every architecture must, with each of its types, built and compiled. */
class PariscNarrowContractTest extends ArchContract {
    private static final int NOP = 0x0800_0240;
    private static final int BL = 0xe840_0000;
    private static final int BL_22 = 0xe800_a000;
    private static final int SLOT_BYTES = 64;

    /** The first kernels of 6.1 that have a word of data in each exception entry, as the bundled modules do; and by memory type. */
    static final List<KernelProfile> PROFILES =
            List.of(KernelProfile.of(new KernelVersion(6, 1, 192)), KernelProfile.of(new KernelVersion(6, 12, 0)));

    static final List<LoadPolicy> POLICIES = List.of(
            LoadPolicy.kernelExact(),
            LoadPolicy.kernelExact().stubs(StubPolicy.SHARED),
            LoadPolicy.kernelExact().stubs(StubPolicy.FURTHER_REACH));

    /** Made by GNU as and ld. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # ldil LR'target,%r1;  be,n RR'target(%sr4,%r1)
        stub 0x1000 0x101237fc : 20312202 e0202ffa
        stub 0x1000 0xc0000000 : 20200801 e0202002
        nop : 08000240
        # b,l,n .+0x100,%r0
        jump 0x10101000 0x10101100 : e80001f2
        # five nops
        site 16 : 08000240 08000240 08000240 08000240 08000240
        # .word entry;  stw,ma %r1,0x40(%sp);  ldw -0x18(%r1),%r1;  bv,n %r0(%r1);  b,l,n .-0xc,%r1
        call 0x10101010 0x1012ab40 : 1012ab40 6fc10080 48213fd1 e820c002 e83f1fdf
        """);

    /** Where kernels lie, and far away. */
    static Map<String, KernelSymbols> kernels(long image) {
        Map<String, KernelSymbols> kernels = new LinkedHashMap<>();
        AddressRange range = new AddressRange(Address.of(image), 1 << 20);
        kernels.put("kernel addresses", KernelSymbols.synthetic(range, SLOT_BYTES));
        kernels.put("low addresses", KernelSymbols.synthetic());
        return kernels;
    }

    @Override
    protected Arch arch() {
        return new PariscArch.Narrow();
    }

    @Override
    protected Map<String, KernelSymbols> kernels() {
        return kernels(0x1010_0000);
    }

    @Override
    protected List<KernelProfile> profiles() {
        return PROFILES;
    }

    @Override
    protected List<LoadPolicy> policies() {
        return POLICIES;
    }

    @Override
    protected Map<String, byte[]> modules() {
        KernelModuleBuilder all = KernelModuleBuilder.of(ElfTarget.PARISC_32, "all");
        all.text(BL, NOP, BL_22, NOP, 0x2020_0000, 0x3421_0000, 0x2b60_0000, 0x4833_0000, BL, NOP)
                .relocation(".text", 0, 12, "printk")
                .relocation(".text", 8, 74, "schedule")
                .relocation(".text", 16, 2, "jiffies", 4)
                .relocation(".text", 20, 6, "jiffies", 4)
                .relocation(".text", 24, 18, "jiffies")
                .relocation(".text", 28, 22, "jiffies")
                .function("near", ".text", 36)
                .relocation(".text", 32, 12, "near")
                .data(0, 0, 0, 0, 0);
        int[] types = {1, 9, 41, 49, 65};
        for (int i = 0; i < types.length; i++) {
            all.relocation(".data", 4L * i, types[i], "jiffies");
        }
        KernelModuleBuilder small = KernelModuleBuilder.of(ElfTarget.PARISC_32, "small");
        small.text(BL, NOP).relocation(".text", 0, 12, "printk").initText(NOP);
        Map<String, byte[]> modules =
                BundledModules.of(List.of("parisc-32"), List.of("greeter", "visitor", "selectors"));
        modules.put("all", all.build());
        modules.put("small", small.build());
        return modules;
    }

    /** One whose section is larger than a branch reaches, so that its stubs are too far from its calls. */
    @Override
    protected Map<String, byte[]> refusedModules() {
        return Map.of("vast", BundledModules.file("parisc-32/vast.ko.xz"));
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return List.of(LinkerWords.bundled("parisc-32"));
    }

    /** GNU ld counts them from its segment. */
    @Override
    protected Set<String> typesWithoutLinkerWords() {
        return Set.of("R_PARISC_SECREL32", "R_PARISC_SEGREL32");
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        return PariscStubReader.target(stub, memory) & 0xffff_ffffL;
    }
}
