package io.modrt.examples;

import io.modrt.error.ModrtException;
import java.io.PrintStream;

/** Why a module is refused: in the kernel's words, and in modrt's. */
final class RefusalReport {
    private static final String INDENT = " ".repeat(17);

    private RefusalReport() {}

    static void print(ModrtException refusal, PrintStream out) {
        refusal.kernelMessage().ifPresent(line -> out.println("   kernel's log  " + line));
        out.println("   errno         " + refusal.errno());
        // one line each for where, what and the way out
        out.println("   modrt         "
                + String.valueOf(refusal.getMessage()).replaceAll("(\\+0x[0-9a-f]+:|;) (?!R_)", "$1\n" + INDENT));
    }
}
