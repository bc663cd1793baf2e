package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

    @Test
    void theLineTellsHowFarItIs() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        try (Progress progress = new Progress("load", nowhere, false)) {
            progress.expect(3);
            progress.add(true);
            progress.add(false);

            assertEquals("load: 2 of 3, 1 failed", progress.line());
        }
    }
}
