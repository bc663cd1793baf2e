package io.modrt.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs external programs. */
final class Tool {
    private static final long LIMIT_SECONDS = 60;

    private Tool() {}

    /**
     * The result of a program.
     *
     * @param status its exit status
     * @param text all that it printed to standard output and standard error
     */
    record Result(int status, String text) {}

    /**
     * Runs {@code command} in {@code folder} and waits for at most a minute.
     *
     * @throws UncheckedIOException if it cannot be started
     * @throws IllegalStateException if it takes too long
     */
    static Result run(Path folder, List<String> command) {
        try {
            Path output = Files.createTempFile(folder, "output", ".txt");
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(command.get(0) + " took more than " + LIMIT_SECONDS + " s");
            }
            String text = Files.readString(output, StandardCharsets.ISO_8859_1);
            Files.delete(output);
            return new Result(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(command.get(0) + " was not waited for", e);
        }
    }
}
