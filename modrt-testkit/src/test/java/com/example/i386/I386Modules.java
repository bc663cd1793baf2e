package com.example.i386;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.testkit.AddressField;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.KernelTables;
import java.nio.ByteOrder;

/** Modules that the testkit makes, without an assembler. */
final class I386Modules {
    private static final AddressField DISTANCE = AddressField.distance32(2); // R_386_PC32

    /** EM_386, no flags, addends in place; every table but the tracer's holds distances. */
    static final ElfTarget TARGET = new ElfTarget(
            new ElfEncoding(ElfClass.ELF32, ByteOrder.LITTLE_ENDIAN),
            3,
            0,
            AddendKind.IN_PLACE,
            KernelTables.of(AddressField.address32(1)) // R_386_32
                    .exports(DISTANCE)
                    .exceptions(DISTANCE, 4)
                    .jumpLabels(DISTANCE, DISTANCE));

    private I386Modules() {}

    /** Exports a function and has each table that the kernel reads. */
    static byte[] greeter() {
        KernelModuleBuilder module = KernelModuleBuilder.of(TARGET, "greeter");
        module.code(".text")
                .bytes(bytes(
                        0xe8, 0xfc, 0xff, 0xff, 0xff, // 0: call __fentry__, with the addend -4
                        0x89, 0xf6, // 5: a static branch of 2 bytes, off
                        0x3e, 0x8d, 0x74, 0x26, 0x00, // 7: a static branch of 5 bytes, off
                        0xa1, 0, 0, 0, 0, // 12: mov jiffies, %eax
                        0xc3, 0xc3)); // 17: ret; 18: ret
        module.data(0, 1);
        return module.function("greet", ".text", 0)
                .function("short_branch", ".text", 5)
                .function("long_branch", ".text", 7)
                .function("load", ".text", 12)
                .function("end", ".text", 17)
                .object("key", ".data", 0)
                .relocation(".text", 1, 2, "__fentry__")
                .relocation(".text", 13, 1, "jiffies")
                .traced("greet")
                .mayFault("load", "end")
                .jumpLabel("short_branch", "end", "key")
                .jumpLabel("long_branch", "end", "key")
                .exports("greet")
                .build();
    }

    /** Calls what greeter exports. */
    static byte[] visitor() {
        KernelModuleBuilder module = KernelModuleBuilder.of(TARGET, "visitor");
        module.code(".text").bytes(bytes(0xe8, 0xfc, 0xff, 0xff, 0xff, 0xc3)); // call greet; ret
        return module.relocation(".text", 1, 2, "greet").build();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
