package io.modrt.testkit.x86;

import io.modrt.testkit.GoldenReplay;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The bundled x86-64 modules against what GNU ld makes of them. */
class X86GoldenTest {

    @TestFactory
    Stream<DynamicTest> everyByteIsTheLinkers() {
        return GoldenReplay.of(new X86Arch(), GoldenReplay.PROFILE, "x86-64");
    }
}
