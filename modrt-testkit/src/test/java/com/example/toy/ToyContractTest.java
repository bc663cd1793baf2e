package com.example.toy;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.spi.Arch;
import io.modrt.testkit.AddressField;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.KernelTables;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import io.modrt.testkit.contract.ModuleMemory;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The made-up machine passes what every architecture must pass. */
class ToyContractTest extends ArchContract {
    private static final int CALL = 0x6b00_0000 | -8 >> 2 & 0x00ff_ffff; // with the addend -8
    private static final ElfTarget TARGET = new ElfTarget(
            new ElfEncoding(ElfClass.ELF32, ByteOrder.LITTLE_ENDIAN),
            0x7a7a,
            0,
            AddendKind.IN_PLACE,
            KernelTables.of(AddressField.address32(1)));

    private static KernelModuleBuilder module(String name) {
        KernelModuleBuilder module = KernelModuleBuilder.of(TARGET, name);
        module.code(".plt").bytes((byte) 0);
        module.code(".init.plt").bytes((byte) 0);
        return module;
    }

    @Override
    protected Arch arch() {
        return new ToyArch();
    }

    @Override
    protected Map<String, byte[]> modules() {
        KernelModuleBuilder greeter = module("greeter")
                .text(CALL, CALL, 0x6c00_0000, 0x6d0f_0fff, 0x6e00_0000) // call, call, low + 0, high - 1, end
                .initText(CALL)
                .data(0, 1)
                .function("greet", ".text", 0)
                .function("end", ".text", 16)
                .object("key", ".data", 0)
                .relocation(".text", 0, 2, "_printk")
                .relocation(".text", 4, 2, "end")
                .relocation(".text", 8, 3, "jiffies")
                .relocation(".text", 12, 4, "jiffies")
                .relocation(".init.text", 0, 2, "_printk")
                .mayFault("greet", "end")
                .jumpLabel("greet", "end", "key")
                .exports("greet");
        KernelModuleBuilder visitor = module("visitor").text(CALL).relocation(".text", 0, 2, "greet");
        return Map.of("greeter", greeter.build(), "visitor", visitor.build(), "far_caller", farCaller());
    }

    /** Calls what is out of reach wherever the module and the kernel lie. */
    private static byte[] farCaller() {
        KernelModuleBuilder module = module("far_caller").text(CALL);
        module.symbol("rom").absolute(0x1000_0000);
        return module.relocation(".text", 0, 2, "rom").build();
    }

    /** There is no linker for a made-up machine; a real one has words here. */
    @Override
    protected List<LinkerWords> linkerWords() {
        return List.of();
    }

    @Override
    protected Set<String> typesWithoutLinkerWords() {
        return Set.of("R_TOY_WORD", "R_TOY_CALL", "R_TOY_LOW", "R_TOY_HIGH");
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return AssemblerWords.of("""
                # jump [next]; .word 0x80001234
                stub 0x40000100 0x80001234 : 6a000000 80001234
                """);
    }

    /** Written from the manual, not with the code under test. */
    @Override
    protected long stubTarget(long stub, ModuleMemory memory) {
        if (memory.codeAt(stub) != 0x6a00_0000) {
            throw new AssertionError("no jump [next] at 0x" + Long.toHexString(stub));
        }
        return Integer.toUnsignedLong(memory.codeAt(stub + 4));
    }
}
