package io.modrt.testkit.x86;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** x86-64 passes what every architecture must pass. */
class X86ContractTest extends ArchContract {
    private static final int SLOT_BYTES = 64;
    private static final int JMP_BYTES = 6;

    /** Made by GNU as and ld. */
    private static final AssemblerWords CODE = AssemblerWords.of("""
        # jmp *2(%rip);  .byte 0,0;  .quad target
        stub 0xffffffffc0001008 0xffffffff81234560 : ff 25 02 00 00 00 00 00 60 45 23 81 ff ff ff ff
        nop : 66 90
        nop : 0f 1f 44 00 00
        # jmp 0xffffffffc000111f, jmp 0xffffffffc0001300
        jump 0xffffffffc00010ff 0xffffffffc000111f : eb 1e
        jump 0xffffffffc0001200 0xffffffffc0001300 : e9 fb 00 00 00
        # nopl 0x0(%rax,%rax,1), in the place of call __fentry__
        site 0 : 0f 1f 44 00 00
        # call entry
        call 0xffffffffc0001000 0xffffffff8107a740 : e8 3b 97 07 c1
        """);

    @Override
    protected Arch arch() {
        return new X86Arch();
    }

    @Override
    protected Map<String, byte[]> modules() {
        return BundledModules.of(List.of("x86-64"), List.of("greeter", "visitor", "relocs"));
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        return List.of(LinkerWords.bundled("x86-64"));
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return CODE;
    }

    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        boolean isJump = memory.byteAt(stub) == (byte) 0xff && memory.byteAt(stub + 1) == 0x25;
        if (!isJump) {
            throw new AssertionError("no jmp *distance(%rip)");
        }
        return memory.pointerAt(stub + JMP_BYTES + memory.codeAt(stub + 2));
    }

    /** As a kernel lies; and at 2 GB, which 32-bit places hold and calls reach through stubs alone. */
    @Override
    protected Map<String, KernelSymbols> kernels() {
        KernelSymbols low = KernelSymbols.of(Map.of("relocs_low", Address.of(0x1234_5678L)));
        AddressRange far = new AddressRange(Address.of(0x4000_0000L), 1 << 20);
        Map<String, KernelSymbols> kernels = new LinkedHashMap<>();
        kernels.put("near", low.or(KernelSymbols.synthetic()));
        kernels.put("far", low.or(KernelSymbols.synthetic(far, SLOT_BYTES)));
        return kernels;
    }
}
