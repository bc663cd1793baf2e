package io.modrt.examples;

import io.modrt.error.ModrtException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads kernel modules and reports on them: the bundled ones, or the caller's own with a symbol file.
 *
 * <p>{@code mvn -q -pl examples -am compile exec:java} shows the bundled ones in short, with {@code -Dexec.args=stories} or the name of another
 * of the {@link Chapters} at length, and with {@code -Dexec.args="my.ko System.map"} your own.
 */
public final class LoadModules {
    private LoadModules() {}

    /**
     * Runs the example; the exit status is 1 if a file cannot be read or a module is refused.
     *
     * @param arguments names of chapters; or modules, in the order to load them, and symbol files: System.map, kallsyms, Module.symvers or
     *     vmlinux
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        Screen screen = new Screen(out, Screen.hasColour(System.getenv()));
        int status = run(List.of(arguments), screen, err, Path.of("target", "modrt"));
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the example and returns its exit status; pages go into {@code folder}. */
    static int run(List<String> arguments, Screen screen, PrintStream err, Path folder) {
        try {
            if (arguments.isEmpty()) {
                Overview.tell(screen, folder);
            } else if (Chapters.names().containsAll(arguments)) {
                for (String name : arguments) {
                    Chapters.tell(name, screen);
                }
            } else {
                GivenFiles.read(arguments).load(screen.out());
            }
            return 0;
        } catch (ModrtException refused) {
            err.println("refused: " + refused.getMessage() + kernelsAnswer(refused));
        } catch (NoSuchFileException missing) {
            err.println("no such file: " + missing.getFile() + "; chapters are " + String.join(", ", Chapters.names()));
        } catch (IOException | UncheckedIOException unreadable) {
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
