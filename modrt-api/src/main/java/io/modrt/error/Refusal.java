package io.modrt.error;

import io.modrt.bytes.Printable;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Why something is refused, before it is known which exception it becomes: the text and the kernel's view of it. Immutable; the
 * {@code with}-like methods return copies. Architectures raise their errors through it.
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
        this.what = Printable.of(Objects.requireNonNull(what, "message"));
        this.wayOut = wayOut == null ? null : Printable.of(wayOut);
        this.beyondKernel = beyondKernel;
        this.kernelLines = kernelLines.stream().map(Printable::of).toList();
        this.cause = cause;
    }

    /** A check that the kernel has too, answered with {@code errno}. */
    public static Refusal of(Errno errno, String message) {
        return new Refusal(errno, message, null, false, List.of(), null);
    }

    /** A check that only modrt has; its errno is ENOEXEC. */
    public static Refusal beyondKernel(String message) {
        return new Refusal(Errno.ENOEXEC, message, null, true, List.of(), null);
    }

    /** The same, with what the kernel logs, a line or several, without its prefix. */
    public Refusal logged(String... lines) {
        return new Refusal(errno, what, wayOut, beyondKernel, List.of(lines), cause);
    }

    /** The same, brought about by {@code failure}. */
    public Refusal because(Throwable failure) {
        return new Refusal(errno, what, wayOut, beyondKernel, kernelLines, failure);
    }

    /** The same with {@code where}, a colon and a space in front of the message. */
    public Refusal at(String where) {
        return new Refusal(errno, where + ": " + what, wayOut, beyondKernel, kernelLines, cause);
    }

    /** The same with what the caller can do about it, which {@link #message()} ends with and {@link #what()} leaves out. */
    public Refusal wayOut(String advice) {
        return new Refusal(errno, what, advice, beyondKernel, kernelLines, cause);
    }

    /** The error number. */
    public Errno errno() {
        return errno;
    }

    /** What is wrong, with the numbers, and the way out. */
    public String message() {
        return wayOut == null ? what : what + "; " + wayOut;
    }

    /** What is wrong, with the numbers, alone: for a policy under which it is no reason to refuse. */
    public String what() {
        return what;
    }

    /** Whether only modrt has this check. */
    public boolean isBeyondKernel() {
        return beyondKernel;
    }

    /** What the kernel logs, its lines with line feeds between; null where that is nothing. */
    public @Nullable String kernelMessage() {
        return kernelLines.isEmpty() ? null : String.join("\n", kernelLines);
    }

    /** What brought it about, or null. */
    public @Nullable Throwable cause() {
        return cause;
    }
}
