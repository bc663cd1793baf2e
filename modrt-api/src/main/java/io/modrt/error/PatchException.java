package io.modrt.error;

import io.modrt.patch.Patch;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Words that are not what a patch expects, or a patch that cannot be written: what the kernel's {@code ftrace_bug} reports. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class PatchException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Patch patch;
    private final transient @Nullable Integer found;

    /** The exception for {@code refusal}. */
    public PatchException(Refusal refusal) {
        super(refusal);
        this.patch = null;
        this.found = null;
    }

    /**
     * A patch that cannot be written.
     *
     * @param found what is there
     */
    public PatchException(Patch patch, int found, Refusal refusal) {
        super(refusal);
        this.patch = Objects.requireNonNull(patch, "patch");
        this.found = found;
    }

    /** What was to be written where, and what was to be there; empty where no word can be named, or after serialisation. */
    public Optional<Patch> patch() {
        return Optional.ofNullable(patch);
    }

    /** The word that is there; present where {@link #patch} is. */
    public OptionalInt found() {
        return found == null ? OptionalInt.empty() : OptionalInt.of(found);
    }
}
