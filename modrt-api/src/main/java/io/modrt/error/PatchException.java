package io.modrt.error;

import io.modrt.address.Address;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Code that is not what a patch expects, or a patch that cannot be written: what the kernel's {@code ftrace_bug} reports. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class PatchException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Mismatch mismatch;

    /** The code that a patch expected, and the code that it found. The arrays belong to the record and must not be changed. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Mismatch(Address address, byte[] expected, byte[] found) {}

    /** The exception for {@code refusal}. */
    public PatchException(Refusal refusal) {
        super(refusal);
        this.mismatch = null;
    }

    /** The exception for code that is not what was expected. */
    public PatchException(Mismatch mismatch, Refusal refusal) {
        super(refusal);
        this.mismatch = Objects.requireNonNull(mismatch, "mismatch");
    }

    /** The code that the patch expected and found; empty if it failed in another way, or after serialisation. */
    public Optional<Mismatch> mismatch() {
        return Optional.ofNullable(mismatch);
    }
}
