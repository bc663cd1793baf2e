package io.modrt.mips;

import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** 64-bit MIPS passes the contract of every architecture. */
class MipsN64ContractTest extends ArchContract {
    /** Made by GNU as and ld. Of static branches and calls in stubs the second is Release 6's. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # lui $25,%hi(target);  daddiu $25,$25,%lo(target);  jr $25;  nop
        stub 0xffffffffc0000000 0xffffffff8027a740 : 3c198028 6739a740 03200008 00000000
        stub 0xffffffffc0000000 0xffffffff7fff8000 : 3c198000 67398000 03200009 00000000
        # lui $25,%highest(target);  daddiu $25,$25,%higher(target);  dsll $25,$25,16;  and so on down to %lo
        stub 0xffffffffc0000000 0x9800000000129abc : 3c199800 67390000 0019cc38 67390013 0019cc38 67399abc 03200008 00000000
        nop : 00000000
        # j 0xffffffffc0001100, bc 0xffffffffc0001100
        jump 0xffffffffc0001000 0xffffffffc0001100 : 08000440
        jump 0xffffffffc0001000 0xffffffffc0001100 : c800003f
        # b .+20, in the place of lui $3,%hi(_mcount)
        site 0 : 10000004
        # lui $3,%hi(entry);  daddiu $3,$3,%lo(entry);  move $1,$31;  jalr $3;  daddiu $12,$29,20
        call 0xffffffffc0001008 0xffffffff8027a740 : 3c038028 6463a740 03e00825 0060f809 67ac0014
        """);

    @Override
    protected Arch arch() {
        return new MipsArch.N64();
    }

    /** Without the table of wide's call sites, which have a form that no kernel knows: with 64-bit addresses. */
    @Override
    protected Map<String, byte[]> modules() {
        List<String> targets = List.of("mips-n64-le-r2", "mips-n64-be-r6");
        Map<String, byte[]> modules = BundledModules.of(targets, List.of("greeter", "visitor", "farcall", "pairs"));
        BundledModules.of(targets, List.of("wide"))
                .forEach((name, wide) -> modules.put(
                        name,
                        ElfEdit.of(wide)
                                .section("__mcount_loc", ElfField.SH_FLAGS, 0)
                                .build()));
        return modules;
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return Stream.of("be-r2", "be-r6", "le-r2", "le-r6")
                .map(target -> LinkerWords.bundled("mips-n64-" + target))
                .toList();
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        return MipsStubReader.target(stub, memory);
    }
}
