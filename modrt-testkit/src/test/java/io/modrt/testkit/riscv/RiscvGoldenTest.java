package io.modrt.testkit.riscv;

import io.modrt.testkit.GoldenReplay;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The bundled RISC-V modules against what GNU ld makes of them, and of those with ULEB128 pairs, LLVM's linker. */
class RiscvGoldenTest {

    /** By a kernel that takes absolute code too. */
    @TestFactory
    Stream<DynamicTest> everyByteIsTheLinkers() {
        return GoldenReplay.of(new RiscvArch(), GoldenReplay.PROFILE.with(RiscvKernel.ABSOLUTE_CODE, true), "riscv-64");
    }
}
