package io.modrt.examples;

import java.io.Console;
import java.io.PrintStream;
import java.util.Map;

/** Where the program prints: headings stand out, and in colour where the reader has a terminal that shows it. */
final class Screen {
    private static final String BOLD = "\u001b[1;36m";
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean colour;

    Screen(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    /** Whether the program's output is a terminal with colours; never if the environment has a {@code NO_COLOR}. */
    static boolean hasColour(Map<String, String> environment) {
        String terminal = environment.getOrDefault("TERM", "dumb");
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !terminal.equals("dumb") && isTerminal();
    }

    @SuppressWarnings("SystemConsoleNull") // why: it still returns null on JDK 17
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // why: since JDK 22 there is a console where the output goes to a file, and this method tells
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJdk) {
            return true;
        }
    }

    PrintStream out() {
        return out;
    }

    /** Prints the heading of a chapter. */
    void heading(String text) {
        out.println();
        out.println(in(BOLD, text));
    }

    /** A text that says that all is well. */
    String good(String text) {
        return in(GREEN, text);
    }

    /** A text that says that something is refused or wrong. */
    String bad(String text) {
        return in(RED, text);
    }

    private String in(String code, String text) {
        return colour ? code + text + PLAIN : text;
    }
}
