package io.modrt.parisc;

import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** 64-bit PA-RISC passes what every architecture must, with each of its types, built and compiled. */
class PariscWideContractTest extends ArchContract {
    private static final int NOP = 0x0800_0240;
    private static final int BL_22 = 0xe800_a000;
    private static final int REACH_BYTES = 0x0080_0000;

    /** Made by GNU as and ld. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # ldil LR'target,%r1;  ldo RR'target(%r1),%r1;  ldd 0x10(%r1),%r1;  bve,n (%r1)
        stub 0x1000 0x40123458 : 20312802 342108b0 50210020 e820d002
        # ldil LR'target,%r1;  ldo RR'target(%r1),%r1;  bve,n (%r1)
        stub 0x1000 0x812ff8 : 20291010 34210ff0 e820d002
        nop : 08000240
        # b,l,n .+0x100,%r0
        jump 0x40101000 0x40101100 : e80001f2
        # eight nops
        site 28 : 08000240 08000240 08000240 08000240 08000240 08000240 08000240 08000240
        # .dword entry;  ldo 0x100(%sp),%sp;  std %r1,-0x100(%sp);  ldo -4(%r1),%r1;  ldd -0x20(%r1),%r1;  bve,n (%r1);  b,l,n .-0x14,%r1
        call 0x4010101c 0x4012ab40 : 00000000 4012ab40 37de0200 73c13e01 34213ff9 50213fc1 e820d002 e83f1fcf
        """);

    @Override
    protected Arch arch() {
        return new PariscArch.Wide();
    }

    @Override
    protected Map<String, KernelSymbols> kernels() {
        return PariscNarrowContractTest.kernels(0x4010_0000);
    }

    @Override
    protected List<KernelProfile> profiles() {
        return PariscNarrowContractTest.PROFILES;
    }

    @Override
    protected List<LoadPolicy> policies() {
        return PariscNarrowContractTest.POLICIES;
    }

    @Override
    protected Map<String, byte[]> modules() {
        KernelModuleBuilder all = KernelModuleBuilder.of(ElfTarget.PARISC_64, "all");
        all.text(BL_22, NOP, BL_22, NOP, 0x2b60_0000, 0x5035_0000, BL_22, NOP)
                .relocation(".text", 0, 74, "printk")
                .relocation(".text", 8, 74, "$$mulI")
                .relocation(".text", 16, 34, "jiffies", 4)
                .relocation(".text", 20, 38, "jiffies", 4)
                .function("near", ".text", 28)
                .relocation(".text", 24, 74, "near")
                .data(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        all.relocation(".data", 0, 9, "jiffies")
                .relocation(".data", 4, 41, "jiffies")
                .relocation(".data", 8, 49, "jiffies")
                .relocation(".data", 16, 64, "near")
                .relocation(".data", 24, 72, "jiffies")
                .relocation(".data", 32, 80, "jiffies");
        KernelModuleBuilder small = KernelModuleBuilder.of(ElfTarget.PARISC_64, "small");
        small.text(BL_22, NOP).relocation(".text", 0, 74, "printk").initText(NOP);
        Map<String, byte[]> modules =
                BundledModules.of(List.of("parisc-64"), List.of("greeter", "visitor", "selectors"));
        modules.put("all", all.build());
        modules.put("small", small.build());
        return modules;
    }

    /** One whose section is larger than a branch of 22 bits reaches, so that its stubs are too far from its last call. */
    @Override
    protected Map<String, byte[]> refusedModules() {
        KernelModuleBuilder vast = KernelModuleBuilder.of(ElfTarget.PARISC_64, "vast");
        vast.code(".text").zeros(REACH_BYTES);
        vast.text(BL_22, NOP).relocation(".text", REACH_BYTES, 74, "printk");
        return Map.of("vast", vast.build());
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return List.of(LinkerWords.bundled("parisc-64"));
    }

    /** GNU ld counts them from its segment, or from a GOT and descriptors of its own. */
    @Override
    protected Set<String> typesWithoutLinkerWords() {
        return Set.of(
                "R_PARISC_LTOFF21L", "R_PARISC_LTOFF14R", "R_PARISC_SECREL32", "R_PARISC_SEGREL32", "R_PARISC_FPTR64");
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        return PariscStubReader.target(stub, memory);
    }
}
