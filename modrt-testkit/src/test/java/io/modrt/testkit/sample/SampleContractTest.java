package io.modrt.testkit.sample;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The subset of AArch64 passes what every architecture must pass. */
class SampleContractTest extends ArchContract {
    private static final int SLOT_BYTES = 64;
    private static final int NOP = 0xd503_201f;
    private static final int BR_X16 = 0xd61f_0200;
    private static final int CALL26 = 283;

    /** Made by GNU as and ld. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # movz x16, #0x4560;  movk x16, #0x0923, lsl #16;  movk x16, #0x8000, lsl #32;  movk x16, #0xffff, lsl #48;  br x16
        stub 0xffff800000001000 0xffff800009234560 : d288ac10 f2a12470 f2d00010 f2fffff0 d61f0200
        nop : d503201f
        # b .+0x100
        jump 0xffff800000001000 0xffff800000001100 : 14000040
        # two nops
        site 4 : d503201f d503201f
        # bl .+0x100
        call 0xffff800000002004 0xffff800000002104 : 94000040
        """);

    @Override
    protected Arch arch() {
        return new SampleArch();
    }

    /** Compiled modules, and one that is called from its own init section. */
    @Override
    protected Map<String, byte[]> modules() {
        byte[] twoRegions = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "regions")
                .text(0x9400_0000, 0x1400_0000)
                .initText(0x9400_0000, 0x9400_0000)
                .data(0, 0, 0, 0)
                .function("init_module", ".init.text", 0)
                .function("within", ".text", 0)
                .object("key", ".data", 0)
                .imports("far")
                .relocation(".text", 0, CALL26, "init_module")
                .relocation(".text", 4, SampleReloc.JUMP26.number(), "far", 8)
                .relocation(".init.text", 0, CALL26, "within")
                .relocation(".init.text", 4, CALL26, "far")
                .build();
        Map<String, byte[]> modules =
                BundledModules.of(List.of("aarch64-le"), List.of("greeter", "visitor", "farcall"));
        modules.put("regions", twoRegions);
        return modules;
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return List.of(LinkerWords.bundled("aarch64-le").only("greeter.ko", "visitor.ko", "farcall.ko"));
    }

    /** One whose addresses a place of 32 bits does not hold, and one that calls what lies between two instructions. */
    @Override
    protected Map<String, byte[]> refusedModules() {
        byte[] wide = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "wide")
                .data(0)
                .relocation(".data", 0, SampleReloc.ABS32.number(), "far")
                .build();
        byte[] odd = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "odd")
                .text(0x9400_0000, NOP)
                .function("near", ".text", 4)
                .relocation(".text", 0, CALL26, "near", 2)
                .build();
        return Map.of("wide", wide, "odd", odd);
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    /** Puts the immediates of {@code movz} and {@code movk} together. */
    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        long target = 0;
        for (long pc = stub; memory.codeAt(pc) != BR_X16; pc += Integer.BYTES) {
            int word = memory.codeAt(pc);
            target |= (word >>> 5 & 0xffffL) << 16 * (word >>> 21 & 3);
        }
        return target;
    }

    /** Within reach of branches; and 256 MB away, where they go through stubs. */
    @Override
    protected Map<String, KernelSymbols> kernels() {
        Map<String, KernelSymbols> kernels = new LinkedHashMap<>();
        kernels.put("near", kernel(0xffff_8000_0700_0000L));
        kernels.put("far", kernel(0xffff_8000_1000_0000L));
        return kernels;
    }

    private static KernelSymbols kernel(long start) {
        return KernelSymbols.synthetic(new AddressRange(Address.of(start), 1 << 20), SLOT_BYTES);
    }

    /** The linker's modules have them in tables that are not compared. */
    @Override
    protected Set<String> typesWithoutLinkerWords() {
        return Set.of();
    }
}
