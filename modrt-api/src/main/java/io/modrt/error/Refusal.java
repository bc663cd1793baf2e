package io.modrt.error;

import io.modrt.bytes.Printable;
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
    private final @Nullable String kernelMessage;
    private final @Nullable Throwable cause;

    private Refusal(
            Errno errno,
            String what,
            @Nullable String wayOut,
            boolean beyondKernel,
            @Nullable String kernelMessage,
            @Nullable Throwable cause) {
        this.errno = Objects.requireNonNull(errno, "errno");
        this.what = Printable.of(Objects.requireNonNull(what, "message"));
        this.wayOut = wayOut == null ? null : Printable.of(wayOut);
        this.beyondKernel = beyondKernel;
        this.kernelMessage = kernelMessage == null ? null : Printable.of(kernelMessage);
        this.cause = cause;
    }

    /** A check that the kernel has too, answered with {@code errno}. */
    public static Refusal of(Errno errno, String message) {
        return new Refusal(errno, message, null, false, null, null);
    }

    /** A check that only modrt has; its errno is ENOEXEC. */
    public static Refusal beyondKernel(String message) {
        return new Refusal(Errno.ENOEXEC, message, null, true, null, null);
    }

    /** The same, with the line that the kernel logs, without its prefix. */
    public Refusal logged(String line) {
        return new Refusal(errno, what, wayOut, beyondKernel, line, cause);
    }

    /** The same, brought about by {@code failure}. */
    public Refusal because(Throwable failure) {
        return new Refusal(errno, what, wayOut, beyondKernel, kernelMessage, failure);
    }

    /** The same with {@code where}, a colon and a space in front of the message. */
    public Refusal at(String where) {
        return new Refusal(errno, where + ": " + what, wayOut, beyondKernel, kernelMessage, cause);
    }

    /** The same with what the caller can do about it, which {@link #message()} ends with and {@link #what()} leaves out. */
    public Refusal wayOut(String advice) {
        return new Refusal(errno, what, advice, beyondKernel, kernelMessage, cause);
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

    /** The kernel's log line, or null. */
    public @Nullable String kernelMessage() {
        return kernelMessage;
    }

    /** What brought it about, or null. */
    public @Nullable Throwable cause() {
        return cause;
    }
}
