package com.example.i386;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The first test: one module, by hand. */
class I386FirstLoadTest {
    @Test
    void aModuleIsRelocated() {
        KernelSymbols kernel =
                KernelSymbols.of(Map.of("__fentry__", Address.of(0xc100_2000L), "jiffies", Address.of(0xc1a0_0040L)));
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new I386Arch())
                .kernelSymbols(kernel)
                .build()) {
            LiveModule module = runtime.load(ModuleFile.open(I386Modules.greeter()));
            byte[] text = module.relocated(module.file().elf().section(".text").orElseThrow());
            // 0xf8000000: call 0xc1002000; 0xf800000c: mov 0xc1a00040, %eax
            assertArrayEquals(
                    HexFormat.of().parseHex("e8fb1f00c9" + "89f6" + "3e8d742600" + "a14000a0c1" + "c3c3"), text);
        }
    }
}
