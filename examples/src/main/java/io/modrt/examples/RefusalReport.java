package io.modrt.examples;

import io.modrt.error.ModrtException;
import java.io.PrintStream;

/** Prints why a module is refused: the kernel's log line and errno, and modrt's message. */
final class RefusalReport {
    private static final String INDENT = " ".repeat(17);

    private RefusalReport() {}

    static void print(ModrtException refusal, PrintStream out) {
        refusal.kernelMessage().ifPresent(line -> out.println("   kernel's log  " + line));
        out.println("   errno         " + refusal.errno());
        // where, what and the way out get a line each
        out.println("   modrt         "
                + String.valueOf(refusal.getMessage()).replaceAll("(\\+0x[0-9a-f]+:|;) (?!R_)", "$1\n" + INDENT));
    }
}
