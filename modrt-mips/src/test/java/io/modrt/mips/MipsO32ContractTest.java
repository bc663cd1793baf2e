package io.modrt.mips;

import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** 32-bit MIPS passes the contract of every architecture. */
class MipsO32ContractTest extends ArchContract {
    /** Made by GNU as and ld. Of static branches and calls in stubs the second is Release 6's. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # lui $25,%hi(target);  addiu $25,$25,%lo(target);  jr $25;  nop
        stub 0xc0000000 0x8027a740 : 3c198028 2739a740 03200008 00000000
        stub 0xc0000000 0x8027a740 : 3c198028 2739a740 03200009 00000000
        nop : 00000000
        # j 0xc0001100, bc 0xc0001100
        jump 0xc0001000 0xc0001100 : 08000440
        jump 0xc0001000 0xc0001100 : c800003f
        # b .+24;  nop;  move $1,$31: in the place of lui $3,%hi(_mcount);  addiu $3,$3,%lo(_mcount)
        site 0 : 10000005 00000000 03e00825
        # lui $3,%hi(entry);  addiu $3,$3,%lo(entry);  move $1,$31;  addiu $12,$29,20;  jalr $3;  addiu $29,$29,-8
        call 0xc0001008 0x8027a740 : 3c038028 2463a740 03e00825 27ac0014 0060f809 27bdfff8
        """);

    @Override
    protected Arch arch() {
        return new MipsArch.O32();
    }

    @Override
    protected Map<String, byte[]> modules() {
        return BundledModules.of(
                List.of("mips-o32-be-r2", "mips-o32-le-r6"), List.of("greeter", "visitor", "farcall", "pairs"));
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return Stream.of("be-r2", "be-r6", "le-r2", "le-r6")
                .map(target -> LinkerWords.bundled("mips-o32-" + target))
                .toList();
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        return MipsStubReader.target(stub, memory) & 0xffff_ffffL;
    }
}
