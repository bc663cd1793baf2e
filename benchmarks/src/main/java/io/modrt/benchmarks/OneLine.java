package io.modrt.benchmarks;

/** A program that prints one line: what a Java process costs before it does anything. */
final class OneLine {
    private OneLine() {}

    /** Prints the line. */
    public static void main(String[] arguments) {
        System.out.println("one line");
    }
}
