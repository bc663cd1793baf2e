package io.modrt.testkit.riscv;

import io.modrt.error.Rule;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.GoldenReplay;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The bundled RISC-V modules against what GNU ld makes of them, and of those with ULEB128 pairs, LLVM's linker. */
class RiscvGoldenTest {

    /** Absolute code is for kernels that are built for it; the ABI's formula is applied all the same. */
    @TestFactory
    Stream<DynamicTest> everyByteIsTheLinkers() {
        return GoldenReplay.of(
                new RiscvArch(), LoadPolicy.kernelExact().relaxed(Rule.RELOCATION_TYPE), "riscv-64");
    }
}
