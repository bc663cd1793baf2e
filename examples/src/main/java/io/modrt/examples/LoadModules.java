package io.modrt.examples;

/** Loads kernel modules and prints what became of them. */
public final class LoadModules {
    private LoadModules() {}

    /**
     * Runs the example.
     *
     * @param arguments module and symbol files to load in place of the bundled ones
     */
    public static void main(String[] arguments) {
        System.out.println("modrt: " + arguments.length + " files given");
    }
}
