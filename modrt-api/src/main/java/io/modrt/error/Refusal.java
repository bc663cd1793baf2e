package io.modrt.error;

import io.modrt.bytes.Printable;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Why something is refused: the message, the errno that the kernel returns and the lines that it logs. The code that receives a refusal
 * decides which {@link ModrtException} it becomes, or whether the policy lets it pass; so architectures report their errors as refusals.
 * Immutable: methods that change one part return a copy.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Refusal {
    private final Errno errno;
    private final String what;
    private final @Nullable String wayOut;
    private final boolean beyondKernel;
    private final List<String> kernelLines;
    private final @Nullable Throwable cause;

    private Refusal(
            Errno errno,
            String what,
            @Nullable String wayOut,
            boolean beyondKernel,
            List<String> kernelLines,
            @Nullable Throwable cause) {
        this.errno = Objects.requireNonNull(errno, "errno");
        this.what = Printable.line(Objects.requireNonNull(what, "message"));
        this.wayOut = wayOut == null ? null : Printable.line(wayOut);
        this.beyondKernel = beyondKernel;
        this.kernelLines = kernelLines.stream().map(Printable::line).toList();
        this.cause = cause;
    }

    /** A name from a file as messages show it: escaped, and shortened if it has more than 512 characters. */
    public static String printable(String name) {
        return Printable.name(name);
    }

    /** A refusal by a check that the kernel has too, and answers with {@code errno}. */
    public static Refusal of(Errno errno, String message) {
        return new Refusal(errno, message, null, false, List.of(), null);
    }

    /** A refusal by a check that only modrt has; its errno is ENOEXEC. */
    public static Refusal beyondKernel(String message) {
        return new Refusal(Errno.ENOEXEC, message, null, true, List.of(), null);
    }

    /** The same with the lines that the kernel logs, without their prefix. */
    public Refusal logged(String... lines) {
        return new Refusal(errno, what, wayOut, beyondKernel, List.of(lines), cause);
    }

    /** The same with {@code failure} as its cause. */
    public Refusal because(Throwable failure) {
        return new Refusal(errno, what, wayOut, beyondKernel, kernelLines, failure);
    }

    /** The same with {@code where}, a colon and a space put in front of the message. */
    public Refusal at(String where) {
        return new Refusal(errno, where + ": " + what, wayOut, beyondKernel, kernelLines, cause);
    }

    /** The same with advice to the caller, which {@link #message()} appends and {@link #what()} leaves out. */
    public Refusal wayOut(String advice) {
        return new Refusal(errno, what, advice, beyondKernel, kernelLines, cause);
    }

    /** The error number. */
    public Errno errno() {
        return errno;
    }

    /** The text of the exception: where and what, with the numbers, and the way out. */
    public String message() {
        return wayOut == null ? what : what + "; " + wayOut;
    }

    /** The message without the way out: the text of a {@link io.modrt.policy.Diagnostic} where the policy lets the fault pass. */
    public String what() {
        return what;
    }

    /** Whether only modrt has this check. */
    public boolean isBeyondKernel() {
        return beyondKernel;
    }

    /** The lines that the kernel logs, joined by line feeds; null if there are none. */
    public @Nullable String kernelMessage() {
        return kernelLines.isEmpty() ? null : String.join("\n", kernelLines);
    }

    /** The cause, or null. */
    public @Nullable Throwable cause() {
        return cause;
    }
}
