package io.modrt.aarch64;

import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import io.modrt.version.KernelVersion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** AArch64 passes what every architecture must, with data of either byte order. */
class AArch64ContractTest extends ArchContract {
    private static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    private static final List<String> TARGETS = List.of("aarch64-le", "aarch64-be");
    private static final int PAGE_BYTES = 4096;
    private static final int BR_X16 = 0xd61f_0200;
    private static final int CALL26 = 283;

    /** Made by GNU as and ld. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # adrp x16, target;  add x16, x16, #:lo12:target;  br x16
        stub 0xffff800000001000 0xffff800009234560 : f0049190 91158210 d61f0200
        # adrp x3, page;  add x3, x3, #0;  b .+0x1000
        stub 0xffff800000001ff4 0xffff800009234000 : f0049183 91000063 14000400
        nop : d503201f
        # b .+0x100
        jump 0xffff800000001004 0xffff800000001104 : 14000040
        # mov x9, x30;  nop
        site 4 : aa1e03e9 d503201f
        # mov x9, x30;  bl entry
        call 0xffff800000001008 0xffff800008000008 : aa1e03e9 95fffc00
        """);

    @Override
    protected Arch arch() {
        return new AArch64Arch();
    }

    /** Compiled modules, and one whose branches the kernel sorts. */
    @Override
    protected Map<String, byte[]> modules() {
        KernelModuleBuilder sorted = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "sorted");
        sorted.text(0x9400_0000, 0x9400_0000, 0x9400_0000, 0x9400_0000, 0x9400_0000, 0xd65f_03c0)
                .function("near", ".text", 20)
                .imports("first")
                .imports("second")
                .relocation(".text", 0, CALL26, "near")
                .relocation(".text", 4, CALL26, "second")
                .relocation(".text", 8, CALL26, "first")
                .relocation(".text", 12, CALL26, "near")
                .relocation(".text", 16, CALL26, "first");
        sorted.code(".plt").bytes((byte) 0);
        sorted.code(".init.plt").bytes((byte) 0);
        sorted.code(".text.ftrace_trampoline").bytes((byte) 0);
        Map<String, byte[]> modules = BundledModules.of(TARGETS, List.of("greeter", "visitor", "farcall", "relocs"));
        modules.put("sorted", sorted.build());
        return modules;
    }

    /**
     * The calls that leave the section come first, by symbol and then as in the file: 0 and 16 change places, and 12, where the search from
     * both ends meets, stays.
     */
    @Override
    protected Map<String, List<Long>> sortedOffsets() {
        return Map.of("sorted .text", List.of(16L, 8L, 4L, 12L, 0L));
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return Stream.concat(TARGETS.stream().map(LinkerWords::bundled), Stream.of(GoldenWords.links()))
                .toList();
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    /** Puts {@code adrp} and {@code add} together, whichever instruction ends the stub. */
    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        int adrp = memory.codeAt(stub);
        int add = memory.codeAt(stub + 4);
        boolean isOfPages = (adrp & 0x9f00_0000) == 0x9000_0000;
        boolean isAdd = (add & 0xffc0_0000) == 0x9100_0000;
        boolean isOneRegister = (adrp & 31) == (add & 31) && (adrp & 31) == (add >> 5 & 31);
        if (!isOfPages || !isAdd || !isOneRegister) {
            throw new AssertionError("no adrp and add at 0x" + Long.toHexString(stub));
        }
        int last = memory.codeAt(stub + 8);
        boolean isBranch = last == BR_X16 && (adrp & 31) == 16 || (last & 0xfc00_0000) == 0x1400_0000;
        if (!isBranch) {
            throw new AssertionError("no br x16 and no b at 0x" + Long.toHexString(stub + 8));
        }
        long pages = (long) (adrp << 8 >> 13) << 2 | adrp >> 29 & 3;
        return (stub & -PAGE_BYTES) + pages * PAGE_BYTES + (add >> 10 & 0xfff);
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
