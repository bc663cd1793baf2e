package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelSymbol;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The story of 2009 in a linked file: the call's stub has a name, and a section in front of the module's. */
class StubNamesTest {

    @Test
    void aStubIsNamedAfterItsTarget() throws IOException {
        byte[] file;
        try (InputStream in = Objects.requireNonNull(
                StubNamesTest.class.getResourceAsStream("/io/modrt/testkit/modules/mips-o32-be-r2/farcall.ko"))) {
            file = in.readAllBytes();
        }
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .kernelSymbols(name -> Optional.of(KernelSymbol.of(name, Address.of(0x8027_a740L))))
                .build()) {
            LiveModule module =
                    runtime.load(ModuleFile.open(file), LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
            assertFalse(module.stubs().isEmpty());
            ElfFile elf = ElfFile.view(module.toElf());
            SymbolTable symbols = elf.symbolTable().orElseThrow();
            Symbol stub = symbols.symbol(symbols.indexOf("__stub__mcount"));
            assertEquals(module.stubs().get(0).address().value(), stub.value());
            assertEquals(16, stub.sizeBytes());
            assertEquals(".stubs", elf.section(stub.sectionIndex()).name());
            assertTrue(elf.section(stub.sectionIndex()).isExecutable());
        }
    }
}
