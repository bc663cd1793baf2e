package io.modrt.examples;

import io.modrt.error.ModrtException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Loads kernel modules and reports on them: the bundled ones, or the caller's own with a symbol file.
 *
 * <p>{@code mvn -q -pl examples -am compile exec:java -Dexec.args="my.ko System.map"}
 */
public final class LoadModules {
    private LoadModules() {}

    /**
     * Runs the example; the exit status is 1 if a file cannot be read or a module is refused.
     *
     * @param arguments modules, in the order to load them, and symbol files: System.map, kallsyms, Module.symvers or vmlinux
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int status = run(List.of(arguments), out, err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the example and returns its exit status. */
    static int run(List<String> files, PrintStream out, PrintStream err) {
        try {
            if (files.isEmpty()) {
                EightKernels.tell(out);
                OneKernel.tell(out);
                FarCall.tell(out);
                FarStubs.tell(out);
                Descriptors.tell(out);
            } else {
                GivenFiles.read(files).load(out);
            }
            return 0;
        } catch (ModrtException refused) {
            err.println("refused: " + refused.getMessage() + kernelsAnswer(refused));
        } catch (NoSuchFileException missing) {
            err.println("no such file: " + missing.getFile());
        } catch (IOException unreadable) {
            err.println("cannot read: " + unreadable.getMessage());
        }
        return 1;
    }

    /** The kernel's errno and log line; empty if the kernel has no such check. */
    private static String kernelsAnswer(ModrtException refused) {
        return refused.beyondKernel()
                ? ""
                : " (" + refused.errno()
                        + refused.kernelMessage()
                                .map(line -> "; the kernel logs: " + line)
                                .orElse("") + ")";
    }
}
