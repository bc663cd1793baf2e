package io.modrt.error;

import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Bad input: a module, a map, a memory or a request that the kernel, or modrt, refuses. Nothing was changed, unless the message says that
 * memory could not be restored.
 *
 * <p>The message reads <em>where: what, against what: the numbers; the way out</em>.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public abstract sealed class ModrtException extends RuntimeException
        permits FormatException,
                PolicyException,
                UnresolvedSymbolsException,
                LayoutException,
                RelocationException,
                PatchException,
                StateException,
                InitException,
                ParameterException,
                MemoryException {

    private static final long serialVersionUID = 1L;

    private final String text;
    private final Errno errno;
    private final boolean beyondKernel;
    private final @Nullable String kernelMessage;

    ModrtException(Refusal refusal) {
        super(refusal.message(), refusal.cause());
        this.text = refusal.message();
        this.errno = refusal.errno();
        this.beyondKernel = refusal.isBeyondKernel();
        this.kernelMessage = refusal.kernelMessage();
    }

    /** <em>Where: what, against what: the numbers; the way out</em>, in one line. */
    @Override
    public String getMessage() {
        return text;
    }

    /** The error number that the kernel returns in this case, or ENOEXEC where only modrt checks. */
    public Errno errno() {
        return errno;
    }

    /** Whether only modrt has this check: the kernel would have gone on, perhaps to its harm. */
    public boolean beyondKernel() {
        return beyondKernel;
    }

    /**
     * The lines that the kernel logs in this case, without their prefix, joined by line feeds; empty if it logs none or they are not known.
     */
    public Optional<String> kernelMessage() {
        return Optional.ofNullable(kernelMessage);
    }
}
