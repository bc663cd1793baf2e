package io.modrt;

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
    private final String message;
    private final boolean beyondKernel;
    private final @Nullable String kernelMessage;
    private final @Nullable Throwable cause;

    private Refusal(
            Errno errno,
            String message,
            boolean beyondKernel,
            @Nullable String kernelMessage,
            @Nullable Throwable cause) {
        this.errno = Objects.requireNonNull(errno, "errno");
        this.message = Printable.of(Objects.requireNonNull(message, "message"));
        this.beyondKernel = beyondKernel;
        this.kernelMessage = kernelMessage == null ? null : Printable.of(kernelMessage);
        this.cause = cause;
    }

    /** A check that the kernel has too, answered with {@code errno}. */
    public static Refusal of(Errno errno, String message) {
        return new Refusal(errno, message, false, null, null);
    }

    /** A check that only modrt has; its errno is ENOEXEC. */
    public static Refusal beyondKernel(String message) {
        return new Refusal(Errno.ENOEXEC, message, true, null, null);
    }

    /** The same, with the line that the kernel logs, without its prefix. */
    public Refusal logged(String line) {
        return new Refusal(errno, message, beyondKernel, line, cause);
    }

    /** The same, brought about by {@code failure}. */
    public Refusal because(Throwable failure) {
        return new Refusal(errno, message, beyondKernel, kernelMessage, failure);
    }

    /** The same with {@code where}, a colon and a space in front of the message. */
    public Refusal at(String where) {
        return new Refusal(errno, where + ": " + message, beyondKernel, kernelMessage, cause);
    }

    /** The error number. */
    public Errno errno() {
        return errno;
    }

    /** What is wrong, with the numbers. */
    public String message() {
        return message;
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
